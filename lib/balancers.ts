// Who asks about which service, what they were told, and how they see the server. Bounded: anybody can ask.
import type { Clock } from './clock.ts';
import type { Check } from './route.ts';
import { parseServerState, type ServerState } from './server-state.ts';
import type { Verdict } from './verdict.ts';

/** Who asks, as a listener sees it. */
export interface Asker {
  readonly address: string;
  /** The way in which it asks: a check over HTTP, or an agent check. */
  readonly via: 'http' | 'agent';
  /** Its header X-Haproxy-Server-State. */
  readonly serverState?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What is known of one asker of one service; null for what it has not said. Times are Unix seconds. */
export interface BalancerRow {
  readonly address: string;
  readonly service: string;
  /** The check's port; 0 for none. */
  readonly port: number;
  readonly via: Asker['via'];
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
  /** The last verdict that it was given, when that verdict began, and how many times running it was given. */
  readonly told: Verdict['state'];
  readonly since: number;
  readonly running: number;
  readonly user_agent: string | null;
}

interface Row {
  readonly asker: Pick<BalancerRow, 'address' | 'service' | 'port' | 'via'>;
  readonly key: string;
  seen: ServerState | undefined;
  userAgent: string | null;
  told: Verdict['state'];
  since: number;
  running: number;
  count: number;
  last: number;
  /** Milliseconds of the monotonic clock. */
  lastMonotonic: number;
  /** The last three gaps in milliseconds, the newest first. */
  gaps: readonly number[];
}

const MAX_ROWS = 4096;
const MAX_ROWS_OF_ADDRESS = 64;
const USER_AGENT_LENGTH = 100;
/** How the load balancers that say who they are begin their User-Agent: Envoy, Amazon's, Google's and Azure's. HAProxy and others say nothing. */
const BALANCERS = ['Envoy/HC', 'ELB-HealthChecker', 'GoogleHC', 'Load Balancer Agent'];

/** Whether an asker is a load balancer: it says how it sees the server, uses the agent protocol, or has no User-Agent or a balancer's. Others are curl, monitors, people. */
export function isBalancer({ state, via, user_agent }: Pick<BalancerRow, 'state' | 'via' | 'user_agent'>): boolean {
  return state !== null || via === 'agent' || user_agent === null || BALANCERS.some((name) => user_agent.startsWith(name));
}

/** An address as it is compared: an IPv4 one that came in through an IPv6 listener (RFC 4291 section 2.5.5.2) as IPv4, and without a zone. */
export function plainAddress(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

/** The askers of the last while: at most 64 rows an address and 4096 in all; the longest silent goes first. */
export class Balancers {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Map<string, Row>>();
  /** Every row; the longest silent first. */
  readonly #rows = new Set<Row>();
  #newest: Row | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a check and of what the asker is told. */
  note(asker: Asker, { service, port }: Check, told: Verdict['state']): void {
    const { via, serverState, userAgent = null } = asker;
    const address = plainAddress(asker.address);
    const seen = serverState === undefined ? undefined : parseServerState(serverState);
    const isOther = !isBalancer({ state: seen?.state ?? null, via, user_agent: userAgent });
    // Whoever looks on with curl from a balancer's address must not pass for the balancer: that is another row.
    const key = `${service} ${port} ${via} ${isOther} ${seen?.node ?? ''} ${seen?.name ?? ''}`;
    const row = this.#addresses.get(address)?.get(key) ?? this.#add({ address, service: copyOf(service), port, via }, copyOf(key), told);
    row.seen = seen;
    row.userAgent = userAgent !== null && userAgent.length > USER_AGENT_LENGTH ? copyOf(userAgent.slice(0, USER_AGENT_LENGTH)) : userAgent;
    this.#count(row, told);
    if (row === this.#newest) return;
    this.#newest = row;
    this.#rows.delete(row);
    this.#rows.add(row);
  }

  #count(row: Row, told: Verdict['state']): void {
    const now = this.#clock.monotonic();
    const time = this.#clock.time();
    if (row.count > 0) row.gaps = [now - row.lastMonotonic, row.gaps[0] ?? 0, row.gaps[1] ?? 0];
    if (row.told !== told) {
      row.told = told;
      row.since = time;
      row.running = 0;
    }
    row.running += 1;
    row.count += 1;
    row.last = time;
    row.lastMonotonic = now;
  }

  #add(asker: Row['asker'], key: string, told: Verdict['state']): Row {
    const of = this.#addresses.get(asker.address);
    if (of !== undefined && of.size >= MAX_ROWS_OF_ADDRESS) this.#drop(longestSilent(of.values()));
    else if (this.#rows.size >= MAX_ROWS) this.#drop(this.#rows.values().next().value);
    const row: Row = { asker, key, seen: undefined, userAgent: null, told, since: this.#clock.time(), running: 0, count: 0, last: 0, lastMonotonic: 0, gaps: [] };
    const rows = this.#addresses.get(asker.address) ?? new Map<string, Row>();
    this.#addresses.set(asker.address, rows.set(key, row));
    this.#rows.add(row);
    return row;
  }

  #drop(row: Row | undefined): void {
    if (row === undefined) return;
    const of = this.#addresses.get(row.asker.address);
    of?.delete(row.key);
    if (of?.size === 0) this.#addresses.delete(row.asker.address);
    this.#rows.delete(row);
  }

  /** The rows, sorted by address and service; of one service alone where it is named. */
  rows(service?: string): BalancerRow[] {
    const rows = [...this.#rows].filter(({ asker }) => service === undefined || asker.service === service).map(rowOf);
    const order = (row: BalancerRow): string => `${row.address} ${row.service} ${row.port} ${row.node} ${row.name} ${row.via}`;
    return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }
}

/** A copy: a slice would keep the whole path or header that it is of, up to 16 KiB, in memory. */
function copyOf(slice: string): string {
  return Buffer.from(slice, 'latin1').toString('latin1');
}

function longestSilent(rows: Iterable<Row>): Row | undefined {
  let longest: Row | undefined;
  for (const row of rows) if (longest === undefined || row.lastMonotonic < longest.lastMonotonic) longest = row;
  return longest;
}

function rowOf({ asker, seen, userAgent, told, since, running, count, last, gaps }: Row): BalancerRow {
  const { state = null, node = null, name = null, weight = null, total = null, sessions = null, queue = null, target = null } = seen ?? {};
  const interval = gaps.length === 0 ? null : Math.round(Math.max(...gaps)) / 1000;
  const user_agent = userAgent === null ? null : userAgent.replace(/[^\x20-\x7e]/g, '?');
  return {
    ...asker, node, name, state, weight, total, sessions, queue, target,
    last: toMilliseconds(last), count, interval, told, since: toMilliseconds(since), running, user_agent,
  };
}

function toMilliseconds(time: number): number {
  return Math.round(time * 1000) / 1000;
}
