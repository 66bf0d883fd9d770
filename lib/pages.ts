// The table of the pages beside the checks: one line each.
import type { Asked, AskedChecks } from './asked.ts';
import { balancersPage } from './balancers-page.ts';
import type { Balancers } from './balancers.ts';
import type { Pipeline } from './check.ts';
import type { Listened } from './listen.ts';
import type { Log } from './log.ts';
import type { Counts } from './metrics/counts.ts';
import { metricsPage } from './metrics/page.ts';
import { overviewPage } from './overview/page.ts';
import type { Page } from './page.ts';
import { countPage, recentPage } from './seen-pages.ts';
import type { SeenServices } from './seen.ts';
import { statusPage, type Speech } from './status.ts';

/** What the pages tell of. */
export interface PagesParts {
  readonly pipeline: Pipeline;
  readonly counts: Counts;
  /** The checks that are asked over HTTP, and through the agent; the same where they are answered alike. */
  readonly asked: AskedChecks;
  readonly agentAsked: AskedChecks;
  readonly balancers: Balancers;
  readonly seen: SeenServices;
  readonly speech: Speech;
  /** The connections of HTTP's listeners, and of the agent's. */
  readonly listened: readonly Listened[];
  readonly log: Log;
}

/** Makes the pages of a daemon that starts now, by their paths. */
export function createPages(parts: PagesParts): ReadonlyMap<string, Page> {
  const { pipeline, counts, asked, agentAsked, balancers, seen, speech, listened, log } = parts;
  const allAsked = (): Iterable<Asked> => (asked === agentAsked ? asked.all() : [...asked.all(), ...agentAsked.all()]);
  return new Map([
    ['/', overviewPage({ pipeline, asked, agentAsked, balancers })],
    ['/status', statusPage(pipeline, speech, log)],
    ['/status/count', countPage(seen)],
    ['/balancers', balancersPage(balancers)],
    ['/recent', recentPage(seen)],
    ['/metrics', metricsPage({ pipeline, counts, asked: allAsked, balancers, listened, log })],
  ]);
}
