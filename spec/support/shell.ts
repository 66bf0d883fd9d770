// hactl as it is typed into a shell: pasted lines, pipes, redirections, and terminals (script(1) makes one).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HACTL, type Run } from './hactl.ts';

/** What surrounds a line of shell. The environment is empty but for PATH. */
export interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const PATIENCE = 30_000;
const HACTL_FUNCTION = 'hactl() { "$NODE" "$HACTL" "$@"; }\n';

/** Runs a line in which `hactl` is dist/hactl under the Node that runs this spec. */
export function shell(line: string, options: ShellOptions = {}): Promise<Run> {
  return run('sh', ['-c', HACTL_FUNCTION + line], options);
}

/** The same on a terminal of so many columns; stdout holds what the terminal shows, both streams in one. */
export async function terminal(line: string, columns: number, options: ShellOptions = {}): Promise<Run> {
  const done = await run('script', ['-qec', `${HACTL_FUNCTION}stty cols ${columns} 2>/dev/null\n${line}`, '/dev/null'], options);
  return { ...done, stdout: done.stdout.replaceAll('\r\n', '\n') };
}

async function run(program: string, words: readonly string[], { env = {}, cwd }: ShellOptions): Promise<Run> {
  const surroundings = { PATH: process.env['PATH'] ?? '', NODE: process.execPath, HACTL, SHELL: '/bin/sh', TERM: 'xterm', ...env };
  const child = spawn(program, words, { env: surroundings, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...(cwd === undefined ? {} : { cwd }) });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  // The whole group, for what the shell has started holds its pipes open.
  const patience = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), PATIENCE);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(patience);
  return { code, signal, ...texts };
}
