// File descriptors, of which a process has so many and no more: who may take how many, so that none of them takes the last one.
import { readdirSync, readFileSync } from 'node:fs';

/** How many descriptors there may be at once for what. */
export interface Shares {
  /** Connections over HTTP, and to the agent. */
  readonly http: number;
  readonly agent: number;
  /** Probes under way of what is new, and in all: what was up before keeps some to itself. */
  readonly newProbes: number;
  readonly probes: number;
}

/** What to do where there are too few. */
export const MORE_DESCRIPTORS = 'LimitNOFILE= of systemd, or ulimit -n, allows for more';

/** For marks, files with secrets, /proc, and connections that are taken in before others are let go of. */
const RESERVE = 16;
const LEAST = 2;

/**
 * Shares a limit out: a third for probes, three quarters of those for what is new, the rest for connections, a quarter of those for the agent's where it listens.
 *
 * @param limit descriptors that the process may have
 * @param inUse those that it has before the first connection
 */
export function shareDescriptors(limit: number, inUse: number, hasAgent: boolean): Shares {
  if (limit === Infinity) return { http: Infinity, agent: Infinity, newProbes: Infinity, probes: Infinity };
  const free = limit - inUse - RESERVE;
  const probes = Math.max(LEAST, Math.floor(free / 3));
  const connections = Math.max(2 * LEAST, free - probes);
  const agent = hasAgent ? Math.floor(connections / 4) : 0;
  return { http: connections - agent, agent: Math.max(LEAST, agent), newProbes: Math.ceil((probes * 3) / 4), probes };
}

/** The limit and use of this process' descriptors now; Infinity where nobody says what the limit is (no /proc). Node has raised it to the hard one. */
export function descriptorsNow(): { readonly limit: number; readonly inUse: number } {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return { limit: limit === undefined ? Infinity : Number(limit), inUse: readdirSync('/proc/self/fd').length - 1 };
  } catch {
    return { limit: Infinity, inUse: 0 };
  }
}
