// The program itself, as an operator runs it: dist/hactl in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How a run ended. */
export interface Run {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What surrounds a run. The environment is empty but for PATH. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  /** Another Node than the one that runs this spec. */
  readonly node?: string;
  /** Another file than dist/hactl, such as a link to it. */
  readonly program?: string;
  readonly input?: string;
}

/** The one file that is copied to hosts. */
export const HACTL = fileURLToPath(new URL('../../dist/hactl', import.meta.url));

const PATIENCE = 30_000;

/** Starts hactl under the Node that runs this spec. */
export function startHactl(words: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env = {}, program = HACTL, node = process.execPath, cwd, uid } = options;
  const where = { ...(cwd === undefined ? {} : { cwd }), ...(uid === undefined ? {} : { uid, gid: uid }) };
  return spawn(node, [program, ...words], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe', ...where });
}

/** Runs hactl to its end. */
export async function hactl(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = startHactl(words, options);
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  // hactl may have ended before it has read anything.
  child.stdin?.on('error', () => undefined).end(options.input ?? '');
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(patience);
  return { code, signal, stdout: out(), stderr: err() };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** A daemon in a process of its own. */
export interface ServingHactl {
  readonly child: ChildProcess;
  readonly port: number;
  /** What it has said on stderr so far. */
  readonly stderr: () => string;
  /** Resolves when it has said this. */
  readonly said: (text: string) => Promise<void>;
  /** Resolves with exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

/** Starts `hactl serve -p 0 -B 127.0.0.1` and waits until it is ready. The caller ends it. */
export function serving(words: readonly string[], options: RunOptions = {}): Promise<ServingHactl> {
  return ready(startHactl(['serve', '-p', '0', '-B', '127.0.0.1', ...words], options));
}

/** Waits until a daemon is ready; its port is the first of those that it says. */
export async function ready(child: ChildProcess): Promise<ServingHactl> {
  const stderr = collect(child.stderr);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`did not say ${text}: ${stderr()}`)), PATIENCE);
      const look = (): void => {
        if (!stderr().includes(text)) return;
        clearTimeout(patience);
        resolve();
      };
      child.stderr?.on('data', look);
      void ended.then(() => reject(new Error(`ended without saying ${text}: ${stderr()}`))).finally(() => clearTimeout(patience));
      look();
    });
  await said(', spool ');
  return { child, port: Number(/http:\/\/\S+?:(\d+), /.exec(stderr())?.[1]), stderr, said, ended };
}
