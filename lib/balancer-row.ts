// What is known of one asker of one service, as /balancers tells it.
import type { Verdict } from './verdict.ts';

/** What is known of one asker of one service; null for what it has not said. Times are Unix seconds. */
export interface BalancerRow {
  readonly address: string;
  readonly service: string;
  /** The check's port; 0 for none. */
  readonly port: number;
  /** The way in which it asks: a check over HTTP, or an agent check. */
  readonly via: 'http' | 'agent';
  readonly node: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly weight: number | null;
  readonly total: number | null;
  readonly sessions: number | null;
  readonly queue: number | null;
  readonly target: number | null;
  /** When it asked last. */
  readonly last: number;
  /** How many times it has asked. */
  readonly count: number;
  /** The longest of the last three gaps between its checks, in seconds; null before the second check. */
  readonly interval: number | null;
  /** The last verdict that it was given, since when, and how many times running; null before the first, which a slow probe may yet bring. */
  readonly told: Verdict['state'] | null;
  readonly since: number;
  readonly running: number;
  readonly user_agent: string | null;
  /** Where its check goes, when its headers choose that: the address, null for loopback, and the port. */
  readonly probed_address: string | null;
  readonly probed_port: number | null;
}

/** A service as it was asked for: `web`, or `web:8080`. */
export function serviceOf({ service, port }: Pick<BalancerRow, 'service' | 'port'>): string {
  return port === 0 ? service : `${service}:${port}`;
}

/** What tells one asker of one service from another, as the daemon tells them apart. */
export function identityOf(row: BalancerRow): string {
  const { address, service, port, via, node, name, probed_address, probed_port } = row;
  return JSON.stringify([address, service, port, via, node, name, probed_address, probed_port, isBalancer(row)]);
}

/** How the load balancers that say who they are begin their User-Agent: Envoy, Amazon's, Google's and Azure's. HAProxy and others say nothing. */
const BALANCERS = ['Envoy/HC', 'ELB-HealthChecker', 'GoogleHC', 'Load Balancer Agent'];

/** Whether an asker is a load balancer: it says how it sees the server, uses the agent protocol, or has no User-Agent or a balancer's. Others are curl, monitors, people. */
export function isBalancer({ state, via, user_agent }: Pick<BalancerRow, 'state' | 'via' | 'user_agent'>): boolean {
  return state !== null || via === 'agent' || user_agent === null || BALANCERS.some((name) => user_agent.startsWith(name));
}

/** Whether a row says that it sends no new sessions: `DOWN` or `NOLB`, whatever stands behind it, or weight 0. */
export function saysOut({ state, weight }: BalancerRow): boolean {
  return weight === 0 || (state !== null && /^(?:DOWN|NOLB)/.test(state));
}

/** Seconds that a check may be late by. */
const LATE = 0.3;
/** Seconds between checks where only one has been seen: HAProxy's default. */
const UNKNOWN_INTERVAL = 2;

/** Whether a balancer has not asked for longer than it should: twice its interval. Both in seconds. */
export function isSilent(interval: number | null, age: number): boolean {
  return age > 2 * (interval ?? UNKNOWN_INTERVAL) + LATE;
}
