// hactl down --unless-last: asks the balancers' reports whether another server is left.
import type { BalancerRow } from '../lib/balancer-row.ts';
import { formatMarkName, type MarkName } from '../lib/route.ts';
import { withDaemon } from './daemon-client.ts';
import type { DaemonPlace } from './daemon.ts';
import { Refused } from './errors.ts';
import { startingUp, SETTLED, type Look } from './look.ts';
import type { Shell } from './shell.ts';
import { nameOf } from './wait/progress.ts';
import { RECENT, rowsAbout } from './wait/watch.ts';

/**
 * Refuses to take out the last server.
 *
 * @throws Refused where a balancer says that it is, Failure where there is no daemon
 */
export async function refuseLast(services: readonly MarkName[], place: DaemonPlace, shell: Shell): Promise<void> {
  const { rows } = await warmLook(place, shell);
  const reports = rowsAbout(rows, services).filter(({ total, last }) => total !== null && shell.clock.time() - last <= RECENT);
  if (reports.length === 0) shell.warn('no balancer says how many servers are left: in HAProxy that takes http-check send-state');
  const last = reports.find(isLast);
  if (last === undefined) return;
  const names = services.map(formatMarkName).join(', ');
  throw new Refused(`${names} stays as it is: ${nameOf(last)} says that no other server is left for ${last.service} (${last.state}, weight ${last.weight} of ${last.total}); put another server back first, or leave --unless-last out`);
}

/** What the daemon knows as soon as every balancer has had its turn to ask. */
function warmLook(place: DaemonPlace, shell: Shell): Promise<Look> {
  return withDaemon(place, async (daemon) => {
    const first = await daemon.look();
    const starting = startingUp(first);
    if (starting === undefined) return first;
    shell.warn(starting);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (SETTLED - first.uptime)));
    return daemon.look();
  });
}

/**
 * Whether a balancer has no other server for a service. The total that HAProxy reports is that of the servers which may get new
 * sessions, so one that is `NOLB` is not in it itself (seen with 2.6.12: `NOLB; weight=10/20` where only another of weight 20 is left).
 */
export function isLast({ state, weight, total }: BalancerRow): boolean {
  if (state === null || weight === null || total === null) return false;
  if (state.startsWith('NOLB')) return total === 0;
  return state.startsWith('UP') && total <= weight;
}
