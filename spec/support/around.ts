// A shell in this process for what completes a line, without a terminal.
import type { Environment } from '../../cli/arguments.ts';
import type { Surroundings } from '../../cli/completion/services.ts';
import { processShell, type Shell } from '../../cli/shell.ts';

/** The process's own shell in another environment, at a moment in Unix seconds. */
export function shellIn(env: Environment, time = Date.now() / 1000): Shell {
  return { ...processShell(''), env, clock: { time: () => time, monotonic: () => 0 } };
}

/** A line of which only the word at the cursor is typed, and operands before it. */
export function around(env: Environment, current = '', operands: readonly string[] = []): Surroundings {
  return { typed: { current, open: undefined, given: [], operands, ended: false }, env, time: Date.now() / 1000 };
}
