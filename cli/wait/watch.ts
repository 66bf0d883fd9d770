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
/** Counting takes at most such a part of the time: the kernel's list is long on a busy host. */
const COUNTING_SHARE = 1 / 5;

/** The balancers that a wait is about, from look to look. */
export class Watching {
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  #all: readonly Connection[] | undefined;
  #inUse: readonly Connection[] = [];
  #countAgain = 0;

  constructor(watch: Watch, clock: Clock) {
    this.#watch = watch;
    this.#clock = clock;
  }

  /** Takes in what the daemon knows and which connections the host has, and says how each balancer stands. */
  async take(look: Look): Promise<Seen> {
    const ours = recentRows(look.rows, this.#watch.services, this.#clock.time());
    const counts = (row: BalancerRow): boolean => isBalancer(row) || this.#watch.waitFor.includes(row.address);
    for (const row of ours.filter(counts)) this.#update(row, look);
    if (this.#watch.state !== 'up') await this.#count();
    const standings = [...this.#watched.values()].map((watched) => this.#standing(watched, look));
    return { standings, others: ours.filter((row) => !counts(row)) };
  }

  #update(row: BalancerRow, look: Look): void {
    const key = JSON.stringify([row.address, row.service, row.port, row.via, row.node, row.name, isBalancer(row)]);
    const before = this.#watched.get(key);
    if (before !== undefined && before.row.count === row.count) return;
    const now = this.#clock.monotonic();
    // What it asked before it was first seen is told by the clock that an operator can set; from then on, by the one that never jumps.
    const asked = before === undefined ? now - 1000 * Math.max(0, this.#clock.time() - row.last) : now;
    const isQuiet = this.#told(row, look) && (saysOut(row) || this.#hidden(row, look)) && saysIdle(row);
    this.#watched.set(key, { row, asked, quiet: isQuiet ? (before?.quiet ?? 0) + 1 : 0 });
  }

  /** Whether it was told the new verdict. Where checks over HTTP leave marks out, the agent's word at its address counts. */
  #told(row: BalancerRow, look: Look): boolean {
    return this.#wasTold(row) || (look.marksOn === 'agent' && agentsOf(row, look).some((agent) => this.#wasTold(agent)));
  }

  #wasTold({ told, last }: BalancerRow): boolean {
    const { state, since } = this.#watch;
    // A down beats a drain, also one of another mark.
    return last + ROUNDED >= since && (told === state || (state === 'drain' && told === 'down'));
  }

  /** HAProxy goes on saying `UP` of a server that its agent drains with `drain`. */
  #hidden(row: BalancerRow, look: Look): boolean {
    return look.agentAdmin && agentsOf(row, look).some((agent) => agent.told === 'drain' && this.#wasTold(agent));
  }

  #standing({ row, quiet, asked }: Watched, look: Look): Standing {
    const age = (this.#clock.monotonic() - asked) / 1000;
    const silent = age > 2 * (row.interval ?? UNKNOWN_INTERVAL) + LATE;
    return { row, told: this.#told(row, look), hidden: this.#hidden(row, look), quiet, silent, connections: this.#countedOf(row) };
  }

  async #count(): Promise<void> {
    const began = this.#clock.monotonic();
    if (began < this.#countAgain) return;
    const addresses = new Set([...this.#watched.values()].map(({ row }) => row.address));
    const ports = new Set([...this.#watched.values()].flatMap(({ row }) => portsOf(row)));
    this.#all = connectionsTo(ports)?.filter(({ address }) => addresses.has(address));
    this.#inUse = this.#watch.strict ? (this.#all ?? []) : await connectionsInUse(this.#all ?? []);
    const took = this.#clock.monotonic() - began;
    this.#countAgain = began + took / COUNTING_SHARE;
  }

  #countedOf(row: BalancerRow): Counted | undefined {
    const ports = new Set([...this.#watched.values()].filter((other) => other.row.service === row.service).flatMap((other) => portsOf(other.row)));
    if (this.#all === undefined || ports.size === 0) return undefined;
    const from = ({ address, port }: Connection): boolean => address === row.address && ports.has(port);
    return { all: this.#all.filter(from).length, inUse: this.#inUse.filter(from).length };
  }
}

/** The rows of some services that are not too old at a time, in Unix seconds. */
export function recentRows(rows: readonly BalancerRow[], services: readonly MarkName[], time: number): BalancerRow[] {
  const isAbout = ({ service, port }: BalancerRow): boolean =>
    services.some((name) => name.service === 'all' || (name.service === service && (name.port ?? port) === port));
  return rows.filter((row) => isAbout(row) && time - row.last <= RECENT);
}

function agentsOf(row: BalancerRow, { rows }: Look): BalancerRow[] {
  return row.via === 'agent' ? [] : rows.filter(({ via, address, service }) => via === 'agent' && address === row.address && service === row.service);
}

/** The ports of the service that a row knows of: the check's, and the one that HAProxy says it sends traffic to. */
function portsOf({ port, target }: BalancerRow): number[] {
  return [...new Set([port, target ?? 0])].filter((known) => known !== 0);
}
