// Which services were asked for lately, and by whom: what the earlier hachecks told on /recent and /status/count. Bounded: anybody can ask.
import type { Clock } from './clock.ts';

/** Who asked for a service. */
interface Client {
  /** How many answers it got. */
  count: number;
  /** When it got the last one, in milliseconds of the monotonic clock. */
  last: number;
}

/** One service that was asked for. */
interface Seen {
  readonly service: string;
  readonly clients: Map<string, Client>;
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

/** How many checks of a service were answered, by the client's address. */
export type ServiceCounts = readonly [service: string, clients: readonly (readonly [address: string, count: number])[]];

const MAX_SERVICES = 10_000;
const MAX_CLIENTS = 64;
/** Clients of all services: a hundred bytes each, and what /status/count has of them. */
const MAX_CLIENTS_IN_ALL = 16_384;
/** Milliseconds after which a silent client gives its place to another. */
const GONE = 600_000;

/** The services that were asked for: at most 10 000, and 16 384 clients, of which the longest silent services are forgotten first; and 64 clients of each, the first ones, until they are silent for ten minutes. */
export class SeenServices {
  readonly #clock: Clock;
  /** The longest silent first, where they are sorted. */
  #services = new Map<string, Seen>();
  /** Only where the order may soon matter, for it costs each check: while more than half of those that may be are kept. */
  #isSorted = false;
  #clients = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of an answer to a client, whose address is a plain one (an IPv4 address not in the form of IPv6). */
  note(service: string, address: string, code: number): void {
    const now = this.#clock.monotonic();
    const seen = this.#services.get(service) ?? this.#add(service);
    seen.code = code;
    seen.address = address;
    seen.last = now;
    this.#sort(2 * this.#services.size > MAX_SERVICES || 2 * this.#clients > MAX_CLIENTS_IN_ALL, seen);
    const client = seen.clients.get(address);
    if (client === undefined) return this.#addClient(seen, address, now);
    client.count += 1;
    client.last = now;
  }

  #add(service: string): Seen {
    if (this.#services.size >= MAX_SERVICES) this.#forgetOldest();
    // A copy: a slice would keep the whole path that it is of in memory.
    const copy = Buffer.from(service, 'latin1').toString('latin1');
    const seen = { service: copy, clients: new Map<string, Client>(), code: 0, address: '', last: 0 };
    this.#services.set(copy, seen);
    return seen;
  }

  #sort(matters: boolean, newest: Seen): void {
    if (matters && this.#isSorted) {
      this.#services.delete(newest.service);
      this.#services.set(newest.service, newest);
    } else if (matters) {
      this.#services = new Map([...this.#services].sort(([, a], [, b]) => a.last - b.last));
    }
    this.#isSorted = matters;
  }

  #addClient({ clients }: Seen, address: string, now: number): void {
    if (clients.size >= MAX_CLIENTS && !this.#makeRoom(clients, now)) return;
    // Of a service that is not this one: it was moved to the end.
    if (this.#clients >= MAX_CLIENTS_IN_ALL) this.#forgetOldest();
    clients.set(address, { count: 1, last: now });
    this.#clients += 1;
  }

  /** Looks at one client of a service, and the next time at another: nothing here may take long. Says whether that one was gone. */
  #makeRoom(clients: Map<string, Client>, now: number): boolean {
    const [address, client] = clients.entries().next().value as [string, Client];
    clients.delete(address);
    const isGone = now - client.last > GONE;
    if (isGone) this.#clients -= 1;
    else clients.set(address, client);
    return isGone;
  }

  #forgetOldest(): void {
    const oldest = this.#services.values().next().value as Seen;
    this.#services.delete(oldest.service);
    this.#clients -= oldest.clients.size;
  }

  /** The services that were asked for within so many seconds, sorted by name, each with its last answer. */
  *recent(seconds: number): Iterable<readonly [string, LastAnswer]> {
    const [time, now] = [this.#clock.time(), this.#clock.monotonic()];
    for (const { service, code, address, last } of this.#sorted()) {
      if (now - last <= 1000 * seconds) yield [service, { code, remote_ip: address, ts: Math.round(1000 * time - (now - last)) / 1000 }];
    }
  }

  /** How many checks of each service were answered, sorted by name, client by client. */
  *counts(): Iterable<ServiceCounts> {
    for (const { service, clients } of this.#sorted()) {
      yield [service, [...clients].map(([address, { count }]) => [address, count] as const).sort(([a], [b]) => (a < b ? -1 : 1))];
    }
  }

  #sorted(): Seen[] {
    return [...this.#services.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  }
}
