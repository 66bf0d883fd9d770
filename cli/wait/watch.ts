// The balancers of some services while they are waited for: who counts, what they were told, who has fallen silent.
import { isBalancer, type BalancerRow } from '../../lib/balancers.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MarkName } from '../../lib/route.ts';
import type { Look } from '../daemon-client.ts';
import { connectionsInUse, connectionsTo, type Connection } from './sockets.ts';
import { saysIdle, saysOut, UNKNOWN_INTERVAL, type Counted, type Goal, type Standing } from './standing.ts';

/** What is waited for, and for whom. */
export interface Watch extends Goal {
  readonly services: readonly MarkName[];
  /** When the marks were changed, in Unix seconds: who was told before was told something else. */
  readonly since: number;
  /** Addresses that are waited for whoever they are. */
  readonly waitFor: readonly string[];
  /** Counts every connection as one in use. */
  readonly strict: boolean;
}

interface Watched {
  row: BalancerRow;
  /** Reports running that say that it sends nothing any more and that nothing runs. */
  quiet: number;
  /** When it was last seen to ask, in milliseconds of the monotonic clock. */
  asked: number;
}

type PortsByService = ReadonlyMap<string, ReadonlySet<number>>;
type ByAddress = ReadonlyMap<string, readonly Connection[]>;

/** Everything that one look brings. */
export interface Seen {
  readonly standings: readonly Standing[];
  /** Who asks, and is not waited for. */
  readonly others: readonly BalancerRow[];
}

/** A balancer is who has asked within so many seconds, or asks while it is waited for. */
const RECENT = 60;
/** Seconds that a check may be late by. */
const LATE = 0.3;
/** Seconds that rounding takes off a row's times. */
const ROUNDED = 0.001;

/** The balancers that a wait is about, from look to look. */
export class Watching {
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  #all: ByAddress | undefined;
  #inUse: ByAddress = new Map();

  constructor(watch: Watch, clock: Clock) {
    this.#watch = watch;
    this.#clock = clock;
  }

  /** Takes in what the daemon knows and which connections the host has, and says how each balancer stands. */
  async take(look: Look): Promise<Seen> {
    const ours = recentRows(look.rows, this.#watch.services, this.#clock.time());
    const counts = (row: BalancerRow): boolean => isBalancer(row) || this.#watch.waitFor.includes(row.address);
    const agents = new Agents(look);
    for (const row of ours.filter(counts)) this.#update(row, agents);
    const watched = [...this.#watched.values()];
    const ports = portsByService(watched.map(({ row }) => row));
    if (this.#watch.state !== 'up') await this.#count(ports);
    const standings = watched.map((each) => this.#standing(each, agents, ports));
    return { standings, others: ours.filter((row) => !counts(row)) };
  }

  #update(row: BalancerRow, agents: Agents): void {
    const key = JSON.stringify([row.address, row.service, row.port, row.via, row.node, row.name, isBalancer(row)]);
    const before = this.#watched.get(key);
    if (before !== undefined && before.row.count === row.count && before.row.last === row.last) return;
    const now = this.#clock.monotonic();
    // What it asked before it was first seen is told by the clock that an operator can set; from then on, by the one that never jumps.
    const asked = before === undefined ? now - 1000 * Math.max(0, this.#clock.time() - row.last) : now;
    const isQuiet = this.#told(row, agents) && (saysOut(row) || this.#hidden(row, agents)) && saysIdle(row);
    this.#watched.set(key, { row, asked, quiet: isQuiet ? (before?.quiet ?? 0) + 1 : 0 });
  }

  /** Whether it was told the new verdict. Where checks over HTTP leave marks out, the agent's word at its address counts. */
  #told(row: BalancerRow, agents: Agents): boolean {
    return this.#wasTold(row) || (agents.alone && agents.of(row).some((agent) => this.#wasTold(agent)));
  }

  #wasTold({ told, last }: BalancerRow): boolean {
    const { state, since } = this.#watch;
    // A down beats a drain, also one of another mark.
    return last + ROUNDED >= since && (told === state || (state === 'drain' && told === 'down'));
  }

  /** HAProxy goes on saying `UP` of a server that its agent drains with `drain`. */
  #hidden(row: BalancerRow, agents: Agents): boolean {
    return agents.admin && agents.of(row).some((agent) => agent.told === 'drain' && this.#wasTold(agent));
  }

  #standing({ row, quiet, asked }: Watched, agents: Agents, ports: PortsByService): Standing {
    const age = (this.#clock.monotonic() - asked) / 1000;
    const silent = age > 2 * (row.interval ?? UNKNOWN_INTERVAL) + LATE;
    return { row, told: this.#told(row, agents), hidden: this.#hidden(row, agents), quiet, silent, connections: this.#countedOf(row, ports) };
  }

  async #count(ports: PortsByService): Promise<void> {
    const addresses = new Set([...this.#watched.values()].map(({ row }) => row.address));
    const all = connectionsTo(new Set([...ports.values()].flatMap((each) => [...each])))?.filter(({ address }) => addresses.has(address));
    this.#all = all === undefined ? undefined : byAddress(all);
    this.#inUse = byAddress(this.#watch.strict ? (all ?? []) : await connectionsInUse(all ?? []));
  }

  #countedOf({ address, service }: BalancerRow, ports: PortsByService): Counted | undefined {
    const ours = ports.get(service);
    if (this.#all === undefined || ours === undefined) return undefined;
    const count = (connections: ByAddress): number => (connections.get(address) ?? []).filter(({ port }) => ours.has(port)).length;
    return { all: count(this.#all), inUse: count(this.#inUse) };
  }
}

/** The agent checks that a daemon knows of, and what its agent says. */
class Agents {
  /** Whether the agent alone is told of marks. */
  readonly alone: boolean;
  readonly admin: boolean;
  readonly #rows = new Map<string, BalancerRow[]>();

  constructor({ rows, marksOn, agentAdmin }: Look) {
    this.alone = marksOn === 'agent';
    this.admin = agentAdmin;
    for (const row of rows) if (row.via === 'agent') this.#rows.set(placeOf(row), [...(this.#rows.get(placeOf(row)) ?? []), row]);
  }

  /** Those of the same balancer about the same service. */
  of(row: BalancerRow): readonly BalancerRow[] {
    return row.via === 'agent' ? [] : (this.#rows.get(placeOf(row)) ?? []);
  }
}

function placeOf({ address, service }: BalancerRow): string {
  return `${address} ${service}`;
}

/** The rows of some services that are not too old at a time, in Unix seconds. */
export function recentRows(rows: readonly BalancerRow[], services: readonly MarkName[], time: number): BalancerRow[] {
  const isAbout = ({ service, port }: BalancerRow): boolean =>
    services.some((name) => name.service === 'all' || (name.service === service && (name.port ?? port) === port));
  return rows.filter((row) => isAbout(row) && time - row.last <= RECENT);
}

/** The ports of each service that rows know of: the check's, and the one that HAProxy says it sends traffic to. */
function portsByService(rows: readonly BalancerRow[]): PortsByService {
  const ports = new Map<string, Set<number>>();
  for (const { service, port, target } of rows) {
    const known = [port, target ?? 0].filter((each) => each !== 0);
    if (known.length > 0) ports.set(service, new Set([...(ports.get(service) ?? []), ...known]));
  }
  return ports;
}

function byAddress(connections: readonly Connection[]): ByAddress {
  const found = new Map<string, Connection[]>();
  for (const connection of connections) {
    const of = found.get(connection.address);
    if (of === undefined) found.set(connection.address, [connection]);
    else of.push(connection);
  }
  return found;
}
