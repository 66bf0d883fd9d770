// A wait that looks at rows of a spec's own making, at a time that the spec moves.
import type { BalancerRow } from '../../lib/balancer-row.ts';
import type { Look } from '../../cli/look.ts';
import type { Standing } from '../../cli/wait/standing.ts';
import { Watching, type Watch } from '../../cli/wait/watch.ts';
import { HandClock } from './daemon.ts';
import { haproxyRow, statelessRow } from './rows.ts';

/** A wait for a down of web, whose mark was made two seconds ago. */
export interface TestedWatching {
  readonly clock: HandClock;
  /** Unix seconds. */
  readonly began: number;
  readonly take: (rows: readonly BalancerRow[], look?: Partial<Look>) => ReturnType<Watching['take']>;
  readonly standings: (rows: readonly BalancerRow[], look?: Partial<Look>) => Promise<readonly Standing[]>;
  /** A row of HAProxy's checks over HTTP, and one of its agent checks: told `down` a second ago, but for what is given. */
  readonly haproxy: (row?: Partial<BalancerRow>) => BalancerRow;
  readonly agent: (row?: Partial<BalancerRow>) => BalancerRow;
}

/** Begins such a wait. */
export function watching(given: Partial<Watch> = {}): TestedWatching {
  const clock = new HandClock();
  const began = clock.time();
  const watch: Watch = { state: 'down', fall: 3, rise: 2, services: [{ service: 'web' }], since: began - 2, waitFor: [], strict: false, ...given };
  const it = new Watching(watch, clock);
  const take = (rows: readonly BalancerRow[], look: Partial<Look> = {}): ReturnType<Watching['take']> => it.take({ uptime: 60, marksOn: 'all', agentAdmin: false, spoolRoot: undefined, rows, ...look });
  const standings = async (rows: readonly BalancerRow[], look: Partial<Look> = {}): Promise<readonly Standing[]> => (await take(rows, look)).standings;
  const haproxy = (row: Partial<BalancerRow> = {}): BalancerRow => haproxyRow({ state: 'DOWN', told: 'down', last: clock.time() - 1, ...row });
  const agent = (row: Partial<BalancerRow> = {}): BalancerRow => statelessRow({ via: 'agent', port: 0, told: 'down', last: clock.time() - 1, ...row });
  return { clock, began, take, standings, haproxy, agent };
}
