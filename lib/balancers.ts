// Who asks about which service, what they were told, and how they see the server. Bounded: anybody can ask.
import { isBalancer, type BalancerRow } from './balancer-row.ts';
import type { Clock } from './clock.ts';
import type { Asking } from './check.ts';
import { plainAddress } from './route.ts';
import { parseServerState, type ServerState } from './server-state.ts';
import type { Verdict } from './verdict.ts';

/** Who asks, as a listener sees it. */
export interface Asker {
  readonly address: string;
  readonly via: BalancerRow['via'];
  /** Its header X-Haproxy-Server-State. */
  readonly serverState?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** One asker of one service. Times are milliseconds of the monotonic clock. */
export interface Row {
  readonly asker: Pick<BalancerRow, 'address' | 'service' | 'port' | 'via'>;
  readonly key: string;
  seen: ServerState | undefined;
  /** Where its check goes; to loopback if undefined. */
  probedAddress: string | undefined;
  probedPort: number;
  userAgent: string | null;
  count: number;
  last: number;
  /** The last three gaps, the newest first. */
  gaps: readonly number[];
  told: Verdict['state'] | null;
  since: number;
  running: number;
}

const MAX_ROWS = 4096;
const MAX_ROWS_OF_ADDRESS = 64;
const USER_AGENT_LENGTH = 100;

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

  /** Takes note of who asks, and gives the row to {@link tell} with the answer; whoever hangs up before it has asked all the same. */
  ask(asker: Asker, { check: { service, port }, target }: Asking): Row {
    const { via, serverState, userAgent = null } = asker;
    const address = plainAddress(asker.address);
    const seen = serverState === undefined ? undefined : parseServerState(serverState);
    const isOther = !isBalancer({ state: seen?.state ?? null, via, user_agent: userAgent });
    // Whoever looks on with curl from a balancer's address must not pass for the balancer: that is another row.
    const chosen = target.address === undefined && target.port === port ? '' : `${target.address ?? ''} ${target.port}`;
    const key = `${service} ${port} ${via} ${isOther} ${chosen} ${seen?.node ?? ''} ${seen?.name ?? ''}`;
    const row = this.#addresses.get(address)?.get(key) ?? this.#add({ address, service: copyOf(service), port, via }, copyOf(key));
    row.seen = seen;
    row.probedAddress = target.address;
    row.probedPort = target.port;
    row.userAgent = userAgent !== null && userAgent.length > USER_AGENT_LENGTH ? copyOf(userAgent.slice(0, USER_AGENT_LENGTH)) : userAgent;
    const now = this.#clock.monotonic();
    if (row.count > 0) row.gaps = [now - row.last, row.gaps[0] ?? 0, row.gaps[1] ?? 0];
    row.count += 1;
    row.last = now;
    if (row !== this.#newest) this.#toEnd(row);
    return row;
  }

  /** Takes note of what an asker was told. */
  tell(row: Row, told: Verdict['state']): void {
    if (row.told !== told) {
      row.told = told;
      row.since = this.#clock.monotonic();
      row.running = 0;
    }
    row.running += 1;
  }

  #toEnd(row: Row): void {
    this.#newest = row;
    this.#rows.delete(row);
    this.#rows.add(row);
  }

  #add(asker: Row['asker'], key: string): Row {
    const of = this.#addresses.get(asker.address);
    if (of !== undefined && of.size >= MAX_ROWS_OF_ADDRESS) this.#drop(longestSilent(of.values()));
    else if (this.#rows.size >= MAX_ROWS) this.#drop(this.#rows.values().next().value);
    const now = this.#clock.monotonic();
    const row: Row = { asker, key, seen: undefined, probedAddress: undefined, probedPort: asker.port, userAgent: null, count: 0, last: now, gaps: [], told: null, since: now, running: 0 };
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

  /** The rows, sorted by address and service; of one service alone where it is named. One address at a time: all of them at once are megabytes. */
  *rows(service?: string): Iterable<BalancerRow> {
    const [time, now] = [this.#clock.time(), this.#clock.monotonic()];
    // By the monotonic clock, so that an operator who sets the other one makes nobody young or old.
    const timeOf = (moment: number): number => Math.round(1000 * time - (now - moment)) / 1000;
    for (const address of [...this.#addresses.keys()].sort()) {
      const rows = [...(this.#addresses.get(address)?.values() ?? [])].filter(({ asker }) => service === undefined || asker.service === service);
      yield* sorted(rows.map((row) => rowOf(row, timeOf)));
    }
  }
}

function sorted(rows: readonly BalancerRow[]): BalancerRow[] {
  // Each key is made once: made anew for every comparison, thousands of rows would hold every check up for a tenth of a second.
  const keyed = rows.map((row) => ({ row, key: `${row.service} ${row.port} ${row.node} ${row.name} ${row.via}` }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}

/** A copy: a slice would keep the whole path or header that it is of, up to 16 KiB, in memory. */
function copyOf(slice: string): string {
  return Buffer.from(slice, 'latin1').toString('latin1');
}

function longestSilent(rows: Iterable<Row>): Row | undefined {
  let longest: Row | undefined;
  for (const row of rows) if (longest === undefined || row.last < longest.last) longest = row;
  return longest;
}

function rowOf({ asker, seen, probedAddress, probedPort, userAgent, told, since, running, count, last, gaps }: Row, timeOf: (moment: number) => number): BalancerRow {
  const { state = null, node = null, name = null, weight = null, total = null, sessions = null, queue = null, target = null } = seen ?? {};
  const interval = gaps.length === 0 ? null : Math.round(Math.max(...gaps)) / 1000;
  const user_agent = userAgent === null ? null : userAgent.replace(/[^\x20-\x7e]/g, '?');
  const isChosen = probedAddress !== undefined || probedPort !== asker.port;
  const [probed_address, probed_port] = isChosen ? [probedAddress ?? null, probedPort] : [null, null];
  const { address, service, port, via } = asker;
  // Each field by its name: of an object that is spread and then added to, V8 makes a slow one.
  return { address, service, port, via, node, name, state, weight, total, sessions, queue, target, last: timeOf(last), count, interval, told, since: timeOf(since), running, user_agent, probed_address, probed_port };
}
