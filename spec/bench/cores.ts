// Which core does what: servers have the first one to themselves, where there is another one for the load.
import { spawnSync } from 'node:child_process';

const CORES = { server: '0', load: '1' } as const;

/** Whether servers and load can have a core each. */
export function hasCores(): boolean {
  return Object.values(CORES).every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);
}

/** A command as it is run on a core, where that can be. */
export function pinned(core: keyof typeof CORES, program: string, words: readonly string[]): [program: string, words: string[]] {
  return hasCores() ? ['taskset', ['-c', CORES[core], program, ...words]] : [program, [...words]];
}

/** Lets this process, and whatever it starts without a word of where, run where the load does. */
export function keepToLoadCore(): void {
  if (hasCores()) spawnSync('taskset', ['-a', '-c', '-p', CORES.load, String(process.pid)]);
}
