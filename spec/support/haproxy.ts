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
  /** Gives a command to its stats socket, such as `set server web/web1 state drain`, and gives what it says. */
  readonly tell: (command: string) => Promise<string>;
  /** Resolves when its log has said this; rejects after some seconds. */
  readonly said: (text: string) => Promise<void>;
  readonly log: () => string;
  /** Starts its worker anew, as `systemctl reload haproxy` does; the old one keeps its sessions and sends no checks. Resolves when the new one runs. */
  readonly reload: () => Promise<void>;
  /** Ends it at once. */
  readonly kill: () => Promise<void>;
}

/** What surrounds an HAProxy. */
export interface HaproxyOptions {
  /** Its name for itself, `node` in its reports; the host's name if not given. */
  readonly node?: string;
  /** Lines for its section `defaults`, behind those that every one has. */
  readonly defaults?: string;
}

const PATIENCE = 15_000;

function configure(sections: string, socket: string, { node, defaults = '' }: HaproxyOptions): string {
  return [
    'global',
    '  log stdout format raw local0',
    `  stats socket ${socket} level admin expose-fd listeners`,
    ...(node === undefined ? [] : [`  node ${node}`]),
    'defaults',
    '  log global',
    '  mode http',
    '  timeout connect 1s',
    '  timeout client 60s',
    '  timeout server 60s',
    defaults,
    sections,
    '',
  ].join('\n');
}

/** What `haproxy -c` has to say about sections of a configuration; empty where it is content. */
export function complaintsOf(sections: string): string {
  const file = join(temporaryFolder(), 'haproxy.cfg');
  writeFileSync(file, configure(sections, join(temporaryFolder(), 'socket'), {}));
  const { status, stderr } = spawnSync('haproxy', ['-c', '-q', '-f', file], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

/** Starts HAProxy with these sections; it ends with the specs around the call. */
export async function startHaproxy(sections: string, options: HaproxyOptions = {}): Promise<Haproxy> {
  const folder = temporaryFolder();
  const socket = join(folder, 'socket');
  writeFileSync(join(folder, 'haproxy.cfg'), configure(sections, socket, options));
  // Master and workers, of one process group.
  const child = spawn('haproxy', ['-W', '-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, 'close');
  const kill = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
  after(kill);
  const until = (what: string, isSo: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`HAProxy has not said ${what}: ${log}`));
      const patience = setTimeout(fail, PATIENCE);
      void ended.then(fail);
      const look = (): void => {
        if (!isSo()) return;
        clearTimeout(patience);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      look();
    });
  const workers = (): number => log.split('New worker').length - 1;
  await until('that it runs', () => workers() === 1 && log.includes('Loading success'));
  return {
    server: async (backend, server) => rowOf(await command(socket, 'show stat'), backend, server),
    tell: (words) => command(socket, words),
    said: (text) => until(text, () => log.includes(text)),
    log: () => log,
    reload: async () => {
      const successes = log.split('Loading success').length;
      child.kill('SIGUSR2');
      await until('that it has reloaded', () => log.split('Loading success').length > successes);
    },
    kill,
  };
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
  const cells = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)|([^,]*)(?:,|$)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  return Object.fromEntries(names.split(',').map((name, at) => [name, cells[at] ?? '']));
}
