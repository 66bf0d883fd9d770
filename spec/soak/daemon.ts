// The daemon that is soaked, as the unit starts it, and what can be seen of it from outside.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DESCRIPTORS, NODE_FLAGS } from '../../cli/unit/service.ts';
import { HACTL, ready } from '../support/hactl.ts';

/** A daemon under load. */
export interface SoakedDaemon {
  readonly port: number;
  readonly spool: string;
  readonly megabytes: () => number;
  readonly descriptors: () => number;
  /** Seconds for which the thread that answers has run, and for which it could have and was given no core. */
  readonly thread: () => { readonly ran: number; readonly waited: number };
  /** Its metrics, by name and labels. */
  readonly metrics: () => Promise<ReadonlyMap<string, number>>;
  /** Ends it, and gives what it has logged. */
  readonly stop: () => Promise<string>;
}

/** Where writing to the disk does not wait for it: the marks are made by the process that measures. */
const MEMORY = '/dev/shm';

/** Starts it with these options. */
export async function startDaemon(words: readonly string[]): Promise<SoakedDaemon> {
  const spool = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'hacheck-soak-'));
  const serve = [...NODE_FLAGS, HACTL, 'serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', spool, ...words];
  const child = spawn('sh', ['-c', `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`, process.execPath, ...serve], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
  const { port, stderr, ended } = await ready(child);
  const proc = `/proc/${child.pid}`;
  return {
    port,
    spool,
    megabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) / 1024,
    descriptors: () => readdirSync(`${proc}/fd`).length,
    thread: () => {
      // proc(5): nanoseconds of the first thread, which runs Node's event loop.
      const [ran = NaN, waited = NaN] = readFileSync(`${proc}/schedstat`, 'utf8').split(' ').map((nanoseconds) => Number(nanoseconds) / 1e9);
      return { ran, waited };
    },
    metrics: async () => {
      const text = await read(port, '/metrics');
      return new Map([...text.matchAll(/^([^#\s]\S*) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]));
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(spool, { recursive: true });
      return stderr();
    },
  };
}

/** A page, over a connection of its own. */
function read(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString()));
    }).on('error', reject);
  });
}
