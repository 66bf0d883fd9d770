// Rows as the daemon's page /balancers has them, of a spec's own making.
import type { BalancerRow } from '../../lib/balancer-row.ts';

const HAPROXY: BalancerRow = {
  address: '10.0.0.2', service: 'web', port: 8080, via: 'http', node: 'lb1', name: 'web/web1', state: 'UP', weight: 10, total: 20,
  sessions: 0, queue: 0, target: 8080, probed_address: null, probed_port: null, last: 1000, count: 1, interval: 2, told: 'up', since: 1000, running: 1, user_agent: null,
};

const SAYS_NOTHING = { node: null, name: null, state: null, weight: null, total: null, sessions: null, queue: null, target: null } as const;

/** HAProxy with send-state: 10.0.0.2, lb1, which was told `up` about web:8080 at 1000, but for what is given. */
export function haproxyRow(given: Partial<BalancerRow> = {}): BalancerRow {
  return { ...HAPROXY, ...given };
}

/** Who says no state: HAProxy without send-state, other balancers, its agent check, curl. */
export function statelessRow(given: Partial<BalancerRow> = {}): BalancerRow {
  return { ...HAPROXY, ...SAYS_NOTHING, ...given };
}
