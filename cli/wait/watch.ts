// The balancers of some services while they are waited for: who counts, what they were told, who has fallen silent.
import { identityOf, isBalancer, isSilent, saysOut, type BalancerRow } from '../../lib/balancer-row.ts';
import type { Clock } from '../../lib/clock.ts';
import type { MarkName } from '../../lib/route.ts';
import type { Look } from '../look.ts';
import { Agents } from './agents.ts';
import { connectionsInUse, connectionsTo, type Connection } from './sockets.ts';
import { saysIdle, type Counted, type Goal, type Standing } from './standing.ts';

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

/** A row, and when it asked last in milliseconds of this process's monotonic clock, which nobody can set. */
export type Heard = BalancerRow & { readonly asked: number };

interface Watched {
  row: Heard;
  /** Reports running that say that it sends nothing any more and that nothing runs. */
  quiet: number;
}

type PortsByService = ReadonlyMap<string, ReadonlySet<number>>;
type ByAddress = ReadonlyMap<string, readonly Connection[]>;

/** Everything that one look brings. */
export interface Seen {
  readonly standings: readonly Standing[];
  /** Who asks, and is not waited for. */
  readonly others: readonly BalancerRow[];
}

/** Where checks go whose headers choose no address. */
const LOCALHOST = '127.0.0.1';
/** A balancer is who has asked within so many seconds, or asks while it is waited for. */
export const RECENT = 60;
/** Milliseconds by which rounding may put a row's time off. */
const ROUNDED = 3;

/** The balancers that a wait is about, from look to look. */
export class Watching {
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  /** When the marks were changed, in milliseconds of the monotonic clock. */
  readonly #since: number;
  #uptime = 0;
  #all: ByAddress | undefined;
  #inUse: ByAddress = new Map();

  constructor(watch: Watch, clock: Clock) {
    this.#watch = watch;
    this.#clock = clock;
    this.#since = this.#momentOf(watch.since);
  }

  /** A Unix time in seconds as a moment of the monotonic clock. */
  #momentOf(time: number): number {
    return this.#clock.monotonic() - 1000 * (this.#clock.time() - time);
  }

  /** Takes in what the daemon knows and which connections the host has, and says how each balancer stands. */
  async take(look: Look): Promise<Seen> {
    // Counting connections takes time on a host that has many; who asks meanwhile is heard at the next look.
    const now = this.#clock.monotonic();
    const rows = look.rows.map((row) => ({ ...row, asked: this.#momentOf(row.last) }));
    const ours = rowsAbout(rows, this.#watch.services).filter(({ asked }) => now - asked <= 1000 * RECENT);
    const counts = (row: BalancerRow): boolean => isBalancer(row) || this.#watch.waitFor.includes(row.address);
    const agents = new Agents(look, rows);
    // A daemon that was started anew counts from 1 again.
    const restarted = look.uptime < this.#uptime;
    this.#uptime = look.uptime;
    for (const row of ours.filter(counts)) this.#update(row, agents, restarted);
    const watched = [...this.#watched.values()];
    const ports = portsByService(watched.map(({ row }) => row));
    if (this.#watch.state !== 'up') await this.#count(ports);
    const standings = watched.map((each) => this.#standing(each, now, agents, ports));
    return { standings, others: ours.filter((row) => !counts(row)) };
  }

  #update(row: Heard, agents: Agents, restarted: boolean): void {
    const key = identityOf(row);
    const before = this.#watched.get(key);
    const isNew = restarted || before === undefined || before.row.count !== row.count;
    const isQuiet = this.#told(row, agents) && (saysOut(row) || this.#hidden(row, agents)) && saysIdle(row);
    if (isNew) this.#watched.set(key, { row, quiet: isQuiet ? (before?.quiet ?? 0) + 1 : 0 });
    // The answer to what it asked may have come later.
    else this.#watched.set(key, { row: { ...row, asked: before.row.asked }, quiet: isQuiet ? Math.max(1, before.quiet) : 0 });
  }

  /** Whether it was told the new verdict. Where checks over HTTP leave marks out, the agent's word at its address counts. */
  #told(row: Heard, agents: Agents): boolean {
    return this.#wasTold(row) || (agents.alone && agents.of(row).some((agent) => this.#wasTold(agent)));
  }

  #wasTold({ told, asked }: Heard): boolean {
    const { state } = this.#watch;
    // A down beats a drain, also one of another mark.
    return asked + ROUNDED >= this.#since && (told === state || (state === 'drain' && told === 'down'));
  }

  /** HAProxy goes on saying `UP` of a server that its agent drains with `drain`. */
  #hidden(row: Heard, agents: Agents): boolean {
    return agents.admin && agents.of(row).some((agent) => agent.told === 'drain' && this.#wasTold(agent));
  }

  #standing({ row, quiet }: Watched, now: number, agents: Agents, ports: PortsByService): Standing {
    const silent = isSilent(row.interval, (now - row.asked) / 1000);
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

/** The rows that are about some services. */
export function rowsAbout<R extends BalancerRow>(rows: readonly R[], services: readonly MarkName[]): R[] {
  return rows.filter((row) => services.some((name) => name.service === 'all' || (name.service === row.service && isAt(row, name))));
}

/** Whether a check is about a port of a service, its own or the one that its headers choose; where an address is named, whether it goes there. */
function isAt(row: BalancerRow, { port, address }: MarkName): boolean {
  if (port === undefined) return true;
  if (address === undefined) return row.port === port || row.probed_port === port;
  return (row.probed_address ?? LOCALHOST) === address && (row.probed_port ?? row.port) === port;
}

/** The ports of each service that rows know of: the check's, the one that HAProxy says it sends traffic to, and the one that is probed. */
function portsByService(rows: readonly BalancerRow[]): PortsByService {
  const ports = new Map<string, Set<number>>();
  for (const { service, port, target, probed_port } of rows) {
    const known = [port, target ?? 0, probed_port ?? 0].filter((each) => each !== 0);
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
