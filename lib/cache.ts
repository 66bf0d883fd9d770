// What a probe found, kept for a while, and at most one flight (a fill under way) for each key.
import { Agenda } from './agenda.ts';
import { CacheEntries, type Bounds, type EntryCounts, type Kept } from './cache-entries.ts';

/** Milliseconds, beside a quarter more than its last fill took, by which a value is filled again before its time is over. */
const LEAD = 100;

/** How long and how much a cache keeps. */
export interface CacheOptions<V> extends Bounds {
  /** Milliseconds that a value is kept, counted from the moment its fill began. */
  readonly lifetime: (value: V) => number;
  /** Bytes that a value takes. */
  readonly size: (value: V) => number;
  /** Whether a value makes its key a warm one: its flights are bounded by `maxFlightsInAll` alone, `refresh` is for it, and it outlives the others. */
  readonly isWarm: (value: V) => boolean;
  /** Asks for a call of `refresh` after so many milliseconds; undefined where nothing is to be filled ahead. */
  readonly wake: ((milliseconds: number) => void) | undefined;
  /** Flights under way at once; beyond it, `full` is the answer to who asks for one of a key that is not warm. */
  readonly maxFlights: number;
  /** Flights under way at once, those of warm keys too. */
  readonly maxFlightsInAll: number;
  readonly full: V;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

/** A value, and where it came from, in the words of RFC 9211. */
export interface Found<V> {
  readonly value: V;
  /** Whole seconds for which it is still good, where it was kept: a hit. */
  readonly ttl?: number;
  /** Why a fill was needed: nothing kept, something too old, or a request that wants no kept value. */
  readonly fwd?: 'miss' | 'stale' | 'request';
  /** It joined a fill that somebody else had begun. */
  readonly collapsed?: boolean;
  /** The fill's value is kept. */
  readonly stored?: boolean;
}

/** What has happened since the start. */
export interface CacheCounts extends EntryCounts {
  readonly gets: number;
  readonly hits: number;
  readonly misses: number;
}

/** What a cache holds for a key, without its value. Times are milliseconds. */
export interface Glance {
  /** The age of what is kept, since its fill began, and for how much longer it is good: not at all where that is not above 0. */
  readonly kept: { readonly age: number; readonly left: number } | undefined;
  /** Whether a fill is under way. */
  readonly isFilling: boolean;
}

interface Entry<V> extends Kept {
  readonly value: V;
  readonly began: number;
  /** What found the value out. */
  readonly fill: () => Promise<V>;
  /** When it is to be filled again, once somebody has asked for it; undefined where it is not, or somebody has. */
  refreshAt: number | undefined;
}

interface Filled<V> {
  readonly value: V;
  readonly stored: boolean;
}

/** Values by key, each for its lifetime; at most one fill of a key is under way. */
export class Cache<V> {
  readonly #options: CacheOptions<V>;
  readonly #entries: CacheEntries<Entry<V>>;
  readonly #flights = new Map<string, Promise<Filled<V>>>();
  /** The entries that are to be filled ahead; undefined where none is. */
  #refreshes: Agenda<{ readonly key: string; readonly entry: Entry<V> }> | undefined;
  readonly #counts = { gets: 0, hits: 0, misses: 0 };

  constructor(options: CacheOptions<V>) {
    this.#options = options;
    this.#entries = new CacheEntries(options, options.now);
    if (options.wake !== undefined) this.#refreshes = new Agenda(options.now, options.wake);
  }

  /**
   * The value for a key: at once where a good one is kept, otherwise when its fill has ended.
   *
   * @param fresh wants a value that is not known yet: joins a flight or begins one, and leaves what is kept alone
   * @param fill finds the value out; if it throws, everyone who waits gets the error and nothing is kept
   */
  ask(key: string, fresh: boolean, fill: () => Promise<V>): Found<V> | Promise<Found<V>> {
    const now = this.#options.now();
    const entry = this.#entries.get(key);
    this.#counts.gets += 1;
    if (entry !== undefined && !fresh && now < entry.expires) {
      this.#counts.hits += 1;
      if (entry.refreshAt !== undefined) this.#refreshLater(key, entry, entry.refreshAt);
      this.#entries.use(key, entry);
      return { value: entry.value, ttl: Math.floor((entry.expires - now) / 1000) };
    }
    this.#counts.misses += 1;
    const fwd = fresh ? 'request' : entry === undefined ? 'miss' : 'stale';
    const flight = this.#flights.get(key);
    if (flight !== undefined) return flight.then(({ value }) => ({ value, fwd, collapsed: true }));
    if (this.#flights.size >= this.#mostFor(entry)) return { value: this.#options.full, fwd };
    return this.#fly(key, now, fill).then(({ value, stored }) => ({ value, fwd, stored }));
  }

  #mostFor(entry: Entry<V> | undefined): number {
    const { maxFlights, maxFlightsInAll } = this.#options;
    return entry?.isWarm === true ? maxFlightsInAll : Math.min(maxFlights, maxFlightsInAll);
  }

  #fly(key: string, began: number, fill: () => Promise<V>): Promise<Filled<V>> {
    const flight = fill()
      .then((value) => ({ value, stored: this.#store(key, began, value, fill) }))
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  #store(key: string, began: number, value: V, fill: () => Promise<V>): boolean {
    const { lifetime, size, now } = this.#options;
    const kept = lifetime(value);
    const expires = began + kept;
    const isWarm = this.#options.isWarm(value);
    const refreshAt = isWarm ? expires - leadOf(kept, now() - began) : undefined;
    if (kept === 0) {
      this.#entries.drop(key);
      return false;
    }
    const held = this.#entries.keep(key, { value, began, expires, heldUntil: expires + kept, size: size(value) + 2 * key.length, isWarm, fill, refreshAt });
    return held && now() < expires;
  }

  /** Once for each value: it has answered somebody, so it will be asked for again. */
  #refreshLater(key: string, entry: Entry<V>, at: number): void {
    entry.refreshAt = undefined;
    this.#refreshes?.put({ key, entry }, at);
  }

  /**
   * Begins the flights of warm keys whose time is nearly over and whose value has answered somebody. What is kept is given until the new
   * value is there, so nobody waits for it.
   *
   * @param failed takes the error of a fill that throws, for nobody else may be there to get it
   */
  refresh(failed: (error: unknown) => void): void {
    const now = this.#options.now();
    for (const { key, entry } of this.#refreshes?.take() ?? []) {
      // It may have been let go meanwhile, or found out anew for who wanted no kept value; too old, or one too many, it is the next one's who asks.
      if (this.#entries.get(key) !== entry || this.#flights.has(key) || entry.expires <= now || this.#flights.size >= this.#mostFor(entry)) continue;
      this.#fly(key, now, entry.fill).catch(failed);
    }
  }

  /** Nothing is filled ahead any more. */
  stopRefreshing(): void {
    this.#refreshes = undefined;
  }

  /** Lets go of what expired a lifetime ago and was not asked for since. To be called every second or so. */
  sweep(): void {
    this.#entries.sweep();
  }

  /** What is held for a key. This is no ask: it counts nothing and keeps nothing alive. */
  glance(key: string): Glance {
    const now = this.#options.now();
    const entry = this.#entries.get(key);
    return { kept: entry === undefined ? undefined : { age: now - entry.began, left: entry.expires - now }, isFilling: this.#flights.has(key) };
  }

  /** Flights under way. */
  get flights(): number {
    return this.#flights.size;
  }

  /** Bytes of what is held. */
  get bytes(): number {
    return this.#entries.bytes;
  }

  /** What has happened so far. */
  get counts(): CacheCounts {
    return { ...this.#counts, ...this.#entries.counts };
  }
}

/** Milliseconds before the end of a lifetime at which a value is filled again: time enough for a fill like the last one; fills begin half a lifetime apart at least. */
function leadOf(lifetime: number, took: number): number {
  return Math.min(lifetime / 2, 1.25 * took + LEAD);
}
