// The servers that are compared, each in a process of its own on the first core.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HACTL } from '../support/hactl.ts';
import { freePort } from '../support/service.ts';
import { pinned } from './cores.ts';

/** The yardstick. */
export const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));

/** The artefact as it lies on a host: alone. Beneath a package.json that says `module`, Node starts some 10 % slower. */
export const ALONE = join(mkdtempSync(join(tmpdir(), 'hacheck-bench-')), 'hactl');
copyFileSync(HACTL, ALONE);
process.on('exit', () => rmSync(dirname(ALONE), { recursive: true }));

/** A server that is measured. */
export interface BenchedServer {
  readonly port: number;
  readonly spool: string;
  /** Seconds of CPU that all its threads have used. */
  readonly cpuSeconds: () => number;
  readonly residentMegabytes: () => number;
  readonly stop: () => Promise<void>;
}

function spawnServer(program: string, words: readonly string[], port: number, spool: string, flags: readonly string[]): ChildProcess {
  const env = { ...process.env, HACHECK_SPOOL_ROOT: spool };
  return spawn(...pinned('server', process.execPath, [...flags, program, ...words, '-p', String(port)]), { env, stdio: 'ignore' });
}

/** Starts a server, with flags for Node, and waits for its first answer. */
export async function startServer(program: string, words: readonly string[], flags: readonly string[] = []): Promise<BenchedServer> {
  const port = await freePort();
  const spool = mkdtempSync(join(tmpdir(), 'hacheck-bench-'));
  return benched(spawnServer(program, words, port, spool, flags), port, spool);
}

/** Starts nginx with a configuration that is made from its port and its spool. */
export async function startNginx(configuration: (port: number, folder: string) => string): Promise<BenchedServer> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'hacheck-bench-'))];
  writeFileSync(join(folder, 'nginx.conf'), configuration(port, folder));
  return benched(spawn(...pinned('server', 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]), { stdio: 'ignore' }), port, folder);
}

async function benched(child: ChildProcess, port: number, spool: string): Promise<BenchedServer> {
  await firstAnswer(port);
  const proc = `/proc/${child.pid}`;
  return {
    port,
    spool,
    cpuSeconds: () => readdirSync(`${proc}/task`).reduce((sum, task) => sum + Number(readFileSync(`${proc}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e9, 0),
    residentMegabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(spool, { recursive: true });
    },
  };
}

/** Milliseconds from starting a server to its first answer. */
export async function timeToFirstAnswer(program: string, words: readonly string[]): Promise<number> {
  const began = performance.now();
  const server = await startServer(program, words);
  const took = performance.now() - began;
  await server.stop();
  return took;
}

/** Asks until somebody answers. */
async function firstAnswer(port: number): Promise<void> {
  for (;;) {
    const answered = await new Promise<boolean>((resolve) => {
      const request = get({ port, host: '127.0.0.1', path: '/spool/web/0', agent: false }, (response) => response.resume().on('end', () => resolve(true)));
      request.on('error', () => resolve(false));
    });
    if (answered) return;
  }
}
