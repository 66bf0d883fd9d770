// What a command sees of the machine around it: output, environment, clock. It is the one place that writes to the terminal.
import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from '../lib/errno.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import { oneLine } from '../lib/line.ts';
import type { Environment } from './arguments.ts';
import { Failure } from './errors.ts';

/** The machine around a command. */
export interface Shell {
  /** The file of the program, as it was started. */
  readonly program: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** Whether stdout is a terminal, so that a person reads it. */
  readonly isTerminal: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
  /** Rows of that terminal. */
  readonly rows: number;
  /** Writes to stdout. */
  print(text: string | Buffer): void;
  /** Writes to stderr. */
  printError(text: string): void;
  /** Writes a line to stderr, with the program's name before it. */
  warn(line: string): void;
}

const STDOUT = 1;
const STDERR = 2;
const RETRY_MILLISECONDS = 5;

/** The shell that the process was started in, with this file. */
export function processShell(program: string): Shell {
  const isTerminal = mayBeTerminal(STDOUT) && process.stdout.isTTY;
  return {
    program,
    env: process.env,
    clock: systemClock,
    isTerminal,
    columns: isTerminal ? (process.stdout.columns || 80) : Infinity,
    rows: isTerminal ? (process.stdout.rows || 24) : Infinity,
    print: (text) => printTo(STDOUT, typeof text === 'string' ? Buffer.from(text, 'utf8') : text),
    printError,
    // What it quotes of a command line, or of a path, may hold line ends, and what a terminal obeys.
    warn: (line) => printError(`hactl: ${oneLine(line)}\n`),
  };
}

/** Whether it is worth asking: `process.stdout` costs a run 5 %, and a pipe, a file and /dev/null (of the memory devices, major 1) are no terminals. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev >> 8 !== 1;
  } catch {
    return false;
  }
}

/** A reader that has gone away (`| head -1`) is no error; a full disk is. */
function printTo(fd: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw new Failure(`cannot write to standard output: ${code}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
    }
  }
}

function printError(text: string): void {
  try {
    printTo(STDERR, Buffer.from(text, 'utf8'));
  } catch {
    // Nobody can be told that nobody can be told.
  }
}

/** The same shell for a program that reads objects: no sentence for a person between them. */
export function quiet(shell: Shell): Shell {
  return { ...shell, isTerminal: false };
}
