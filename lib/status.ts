// The page /status, for programs: what the daemon is, has done, and is told by the marks.
import { resolve } from 'node:path';
import type { Pipeline } from './check.ts';
import { codeOf } from './errno.ts';
import type { Log } from './log.ts';
import { markRow } from './mark.ts';
import { jsonContent, type Page } from './page.ts';
import { listMarks } from './spool.ts';
import { VERSION } from './version.ts';

/** Names of files that are no marks are said in the log, each once, so many at most. */
const MAX_STRAYS_SAID = 1_000;

/** What `hactl --wait` must know of a daemon. */
export interface Speech {
  /** Which checks are told the marks: all, or those of the agent alone (and `spool`). */
  readonly marks_on: 'all' | 'agent';
  /** The agent's listener; null where there is none. */
  readonly agent: { readonly port: number; readonly admin: boolean } | null;
}

/** Makes the page of a daemon that starts now: version, pid, uptime in seconds, the spool that it reads, who is told the marks, the cache's counts, probes under way, marks. */
export function statusPage({ spoolRoot, cache, clock }: Pipeline, speech: Speech, log: Log): Page {
  const began = clock.monotonic();
  const said = new Set<string>();
  return () =>
    jsonContent({
      version: VERSION,
      pid: process.pid,
      uptime: Math.round(clock.monotonic() - began) / 1000,
      spool_root: resolve(spoolRoot),
      ...speech,
      cache: cache.counts,
      probes: cache.flights,
      marks: marksOrCause(spoolRoot, clock.time(), said, log),
    });
}

function marksOrCause(root: string, time: number, said: Set<string>, log: Log): unknown {
  try {
    const { marks, strays } = listMarks(root, time);
    for (const stray of strays) {
      if (said.has(stray) || said.size >= MAX_STRAYS_SAID) continue;
      said.add(stray);
      log.say('notice', `${root}/${stray} is not the name of a mark: it takes nothing out`);
    }
    return marks.map((mark) => markRow(mark.name, mark));
  } catch (error) {
    return `spool unreadable: ${codeOf(error)}`;
  }
}
