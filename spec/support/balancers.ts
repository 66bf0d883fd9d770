// Checks as they are noted, and rows as they are read.
import type { BalancerRow } from '../../lib/balancer-row.ts';
import { Balancers, type Asker } from '../../lib/balancers.ts';
import { NO_WISH, targetOf, type Wish } from '../../lib/probe/target.ts';
import type { Check } from '../../lib/route.ts';
import type { Verdict } from '../../lib/verdict.ts';
import { HandClock } from './daemon.ts';

/** One check, as a spec says it; what it does not say is a plain one of `web`. */
export interface Noted extends Partial<Asker>, Partial<Pick<Check, 'service' | 'port'>> {
  /** Null for one that is not answered. */
  readonly told?: Verdict['state'] | null;
  /** What its headers choose. */
  readonly wish?: Wish;
}

/** What a spec notes checks with, and on whose clock. */
export interface NotedBalancers {
  readonly clock: HandClock;
  readonly note: (check?: Noted) => void;
  readonly rows: (service?: string) => BalancerRow[];
}

/** Balancers of whom nothing is known yet. */
export function notedBalancers(): NotedBalancers {
  const clock = new HandClock();
  const balancers = new Balancers(clock);
  const note = ({ told = 'up', service = 'web', port = 8080, address = '10.0.0.2', via = 'http', wish = NO_WISH, ...said }: Noted = {}): void => {
    const check = { protocol: 'http', service, port, query: '', marks: [] };
    const row = balancers.ask({ address, via, ...said }, { check, target: targetOf(check, wish), key: '' });
    if (told !== null) balancers.tell(row, told);
  };
  return { clock, note, rows: (service) => [...balancers.rows(service)] };
}
