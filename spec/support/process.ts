// Servers of others, each an ordinary process that ends with the specs around its start.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A server's process. */
export interface ServerProcess {
  /** What it has written to stdout and stderr so far. */
  readonly log: () => string;
  /** Resolves when it has written this. */
  readonly said: (text: string | RegExp) => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
}

/** How a server is started. */
export interface Starting {
  /** The user that it runs as; that of the specs if not given. */
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  /** How it is ended at once, and its children with it; SIGKILL if not given. */
  readonly lastSignal?: NodeJS.Signals;
  /** A folder of its own, which goes with it. */
  readonly folder?: string;
}

const PATIENCE = 20_000;

/** Starts a server. */
export function startServer(program: string, words: readonly string[], { folder, lastSignal = 'SIGKILL', ...starting }: Starting = {}): ServerProcess {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], ...starting });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'exit');
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  after(async () => {
    // It may have been stopped.
    signal('SIGCONT');
    signal(lastSignal);
    await ended;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  const said = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`${program} has not said ${String(text)}: ${log}`));
      const patience = setTimeout(fail, PATIENCE);
      const look = (): void => {
        if (typeof text === 'string' ? !log.includes(text) : !text.test(log)) return;
        clearTimeout(patience);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      void ended.then(fail);
      look();
    });
  return { log: () => log, said, signal, ended };
}

/** Makes a folder for a server that runs as somebody else. */
export function serverFolder(user: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-server-'));
  ownedBy(user, folder);
  return folder;
}

/** Resolves when a port of 127.0.0.1 takes connections. */
export function isOpen(port: number): Promise<void> {
  return comesTrue(() => opens(port));
}

/** Resolves when something has come true that tells nobody of it; it is looked at again and again. */
export async function comesTrue(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`has not come true: ${String(isTrue)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** How a program is run. */
export interface RunOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  /** Beside the environment of the specs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, and gives what it printed. */
export function runProgram(program: string, words: readonly string[], options: RunOptions = {}): string {
  const { env, ...others } = options;
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', ...others, env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** Gives a folder, and what is in it, to a user. Whoever is not root starts servers as himself. */
export function ownedBy(user: string, folder: string): void {
  if (process.getuid?.() === 0) runProgram('chown', ['-R', `${user}:`, folder]);
}

/** The user of this host as whom a server runs; whoever is not root starts it as himself. */
export function userOf(name: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return { uid: Number(runProgram('id', ['-u', name])), gid: Number(runProgram('id', ['-g', name])) };
}
