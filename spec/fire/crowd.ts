// Crowds of clients who mean ill; what each kind does stands in crowd-program.ts.
import { fileURLToPath } from 'node:url';
import { startServer } from '../support/process.ts';

const PROGRAM = fileURLToPath(new URL('crowd-program.ts', import.meta.url));

/** A crowd that has come. */
export interface Crowd {
  /** Sends it away, and gives how many connections it has made. */
  readonly leave: () => Promise<number>;
}

/** How it behaves, besides. */
export interface Conduct {
  /** Of services that a scanner asks for most. */
  readonly ports?: readonly number[];
  /** Milliseconds at most until whoever was sent away comes again. */
  readonly again?: number | undefined;
}

const AGAIN = 50;

/**
 * Lets a crowd come to a port of loopback, and stay; it ends with the specs around the call.
 *
 */
export async function crowd(port: number, count: number, kind: string, { ports = [], again = AGAIN }: Conduct = {}): Promise<Crowd> {
  const { said, signal, ended, log } = startServer(process.execPath, ['--import', 'tsx', PROGRAM, String(port), String(count), String(again), kind, ...ports.map(String)]);
  await said('there\n');
  const leave = async (): Promise<number> => {
    signal('SIGTERM');
    await ended;
    return Number(/came (\d+)/.exec(log())?.[1]);
  };
  return { leave };
}
