// A real HAProxy in a process of its own, with a stats socket, and its log on stdout.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { temporaryFolder } from './folder.ts';

/** A running HAProxy. */
export interface Haproxy {
  /** The row of a server in `show stat`, by the columns' names. */
  readonly server: (backend: string, server: string) => Promise<Readonly<Record<string, string>>>;
  /** Resolves when its log has said this; rejects after some seconds. */
  readonly said: (text: string) => Promise<void>;
  readonly log: () => string;
}

const PATIENCE = 15_000;

function configure(sections: string, socket: string): string {
  return [
    'global',
    '  log stdout format raw local0',
    `  stats socket ${socket} level admin`,
    'defaults',
    '  log global',
    '  mode http',
    '  timeout connect 1s',
    '  timeout client 5s',
    '  timeout server 5s',
    sections,
    '',
  ].join('\n');
}

/** What `haproxy -c` has to say about sections of a configuration; empty where it is content. */
export function complaintsOf(sections: string): string {
  const file = join(temporaryFolder(), 'haproxy.cfg');
  writeFileSync(file, configure(sections, join(temporaryFolder(), 'socket')));
  const { status, stderr } = spawnSync('haproxy', ['-c', '-q', '-f', file], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** Starts HAProxy with these sections; it ends with the specs around the call. */
export async function startHaproxy(sections: string): Promise<Haproxy> {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  writeFileSync(join(folder, 'haproxy.cfg'), configure(sections, socket));
  const child = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`HAProxy has not said ${text}: ${log}`)), PATIENCE);
      const look = (): void => {
        if (!log.includes(text)) return;
        clearTimeout(patience);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      look();
    });
  return { server: async (backend, server) => rowOf(await command(socket, 'show stat'), backend, server), said, log: () => log };
}

async function command(path: string, words: string): Promise<string> {
  const socket = connect({ path });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(`${words}\n`);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

function rowOf(csv: string, backend: string, server: string): Record<string, string> {
  const [names = '', ...rows] = csv.replace(/^# /, '').split('\n');
  const row = rows.find((line) => line.startsWith(`${backend},${server},`)) ?? '';
  const cells = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)|([^,]*)(?:,|$)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return Object.fromEntries(names.split(',').map((name, at) => [name, cells[at] ?? '']));
}
