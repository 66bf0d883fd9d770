// A daemon that answers agent checks, and agent checks as HAProxy sends them.
import type { BalancerRow } from '../../lib/balancer-row.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { testedDaemon, type TestedDaemon } from './daemon.ts';
import { ask, exchange } from './request.ts';

/** A daemon with an agent's listener on a free port. */
export interface TestedAgent extends TestedDaemon {
  readonly agentPort: number;
  /** Connects, sends bytes, and gives everything that comes until the other side ends; like HAProxy it does not end its own before. */
  readonly send: (bytes: string | Buffer) => Promise<string>;
  /** What `/balancers` says. */
  readonly rows: () => Promise<readonly BalancerRow[]>;
}

/** Starts such a daemon; it stops when the specs around the call have ended. */
export async function testedAgent(options: Partial<DaemonOptions> = {}, clock?: Clock): Promise<TestedAgent> {
  const tested = await testedDaemon({ agentPort: 0, ...options }, clock);
  const agentPort = tested.daemon.agentAddresses[0]?.port ?? 0;
  const rows = async (): Promise<readonly BalancerRow[]> => JSON.parse((await ask(tested.port, '/balancers')).body) as readonly BalancerRow[];
  return { ...tested, agentPort, send: (bytes) => exchange(agentPort, bytes), rows };
}
