// Which services were asked for lately, and by whom: what the earlier hachecks told on /recent and /status/count. Bounded: anybody can ask.
import type { Clock } from './clock.ts';

/** One service that was asked for. */
interface Seen {
  readonly clients: Map<string, number>;
  /** The status of the last answer, and who got it. */
  code: number;
  address: string;
  /** When, in milliseconds of the monotonic clock. */
  last: number;
}

/** The last answer about a service. */
export interface LastAnswer {
  readonly code: number;
  readonly remote_ip: string;
  /** Unix time in seconds. */
  readonly ts: number;
}

const MAX_SERVICES = 10_000;
const MAX_CLIENTS = 64;
/** Of those silent for longest, so many are forgotten at once: looking for them takes a while. */
const FORGOTTEN_AT_ONCE = 100;

/** The services that were asked for: at most 10 000, the longest silent are forgotten first; and 64 clients of each, the first ones. */
export class SeenServices {
  readonly #clock: Clock;
  readonly #services = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of an answer to a client, whose address is a plain one (an IPv4 address not in the form of IPv6). */
  note(service: string, address: string, code: number): void {
    const seen = this.#services.get(service) ?? this.#add(service);
    seen.code = code;
    seen.address = address;
    seen.last = this.#clock.monotonic();
    const count = seen.clients.get(address);
    if (count !== undefined || seen.clients.size < MAX_CLIENTS) seen.clients.set(address, (count ?? 0) + 1);
  }

  #add(service: string): Seen {
    if (this.#services.size >= MAX_SERVICES) this.#forgetSome();
    const seen = { clients: new Map<string, number>(), code: 0, address: '', last: 0 };
    // A copy: a slice would keep the whole path that it is of in memory.
    this.#services.set(Buffer.from(service, 'latin1').toString('latin1'), seen);
    return seen;
  }

  #forgetSome(): void {
    const bySilence = [...this.#services].sort(([, a], [, b]) => a.last - b.last);
    for (const [service] of bySilence.slice(0, FORGOTTEN_AT_ONCE)) this.#services.delete(service);
  }

  /** The services that were asked for within so many seconds, sorted by name, each with its last answer. */
  recent(seconds: number): (readonly [string, LastAnswer])[] {
    const [time, now] = [this.#clock.time(), this.#clock.monotonic()];
    return this.#sorted()
      .filter(([, { last }]) => now - last <= 1000 * seconds)
      .map(([service, { code, address, last }]) => [service, { code, remote_ip: address, ts: Math.round(1000 * time - (now - last)) / 1000 }]);
  }

  /** How many checks of each service were answered, sorted by name, client by client. */
  counts(): (readonly [string, (readonly [string, number])[]])[] {
    return this.#sorted().map(([service, { clients }]) => [service, [...clients].sort(([a], [b]) => (a < b ? -1 : 1))]);
  }

  #sorted(): [string, Seen][] {
    return [...this.#services].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
