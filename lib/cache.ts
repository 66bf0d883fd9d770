// What a probe found, kept for a while in one bounded Map, and at most one flight (a fill under way) for each key.
// A Map keeps its keys in the order of insertion; a hit moves its entry to the end, so the first entry is the one unused for longest.

/** How long and how much a cache keeps. */
export interface CacheOptions<V> {
  /** Milliseconds that a value is kept, counted from the moment its fill began. */
  readonly lifetime: (value: V) => number;
  /** Bytes that a value takes. */
  readonly size: (value: V) => number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Flights under way at once; beyond it, `full` is the answer to who asks for a new one. */
  readonly maxFlights: number;
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

/** What has happened since the start. `size` is how many values are held now, those included that have just expired. */
export interface CacheCounts {
  readonly gets: number;
  readonly hits: number;
  readonly misses: number;
  readonly sets: number;
  readonly expirations: number;
  readonly evictions: number;
  readonly size: number;
}

/** What a cache holds for a key, without its value. Times are milliseconds. */
export interface Glance {
  /** The age of what is kept, since its fill began, and for how much longer it is good: not at all where that is not above 0. */
  readonly kept: { readonly age: number; readonly left: number } | undefined;
  /** Whether a fill is under way. */
  readonly isFilling: boolean;
}

interface Entry<V> {
  readonly value: V;
  readonly began: number;
  readonly expires: number;
  /** Until then an expired entry is held, so that the next ask can say `stale`. */
  readonly heldUntil: number;
  readonly size: number;
}

interface Filled<V> {
  readonly value: V;
  readonly stored: boolean;
}

/** Values by key, each for its lifetime; at most one fill of a key is under way. */
export class Cache<V> {
  readonly #options: CacheOptions<V>;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #flights = new Map<string, Promise<Filled<V>>>();
  readonly #counts = { gets: 0, hits: 0, misses: 0, sets: 0, expirations: 0, evictions: 0 };
  #bytes = 0;
  #newest: Entry<V> | undefined;

  constructor(options: CacheOptions<V>) {
    this.#options = options;
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
      this.#use(key, entry);
      return { value: entry.value, ttl: Math.floor((entry.expires - now) / 1000) };
    }
    this.#counts.misses += 1;
    const fwd = fresh ? 'request' : entry === undefined ? 'miss' : 'stale';
    const flight = this.#flights.get(key);
    if (flight !== undefined) return flight.then(({ value }) => ({ value, fwd, collapsed: true }));
    if (this.#flights.size >= this.#options.maxFlights) return { value: this.#options.full, fwd };
    return this.#fly(key, now, fill).then(({ value, stored }) => ({ value, fwd, stored }));
  }

  /** Moves an entry to the end of the Map. */
  #use(key: string, entry: Entry<V>): void {
    if (entry === this.#newest) return;
    this.#newest = entry;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #fly(key: string, began: number, fill: () => Promise<V>): Promise<Filled<V>> {
    const flight = fill()
      .then((value) => ({ value, stored: this.#store(key, began, value) }))
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  #store(key: string, began: number, value: V): boolean {
    const { lifetime, size, maxEntries, maxBytes, now } = this.#options;
    const kept = lifetime(value);
    const entry = { value, began, expires: began + kept, heldUntil: began + 2 * kept, size: size(value) + 2 * key.length };
    this.#drop(key);
    if (kept === 0 || entry.size > maxBytes) return false;
    this.#entries.set(key, entry);
    this.#newest = entry;
    this.#bytes += entry.size;
    this.#counts.sets += 1;
    while (this.#entries.size > maxEntries || this.#bytes > maxBytes) this.#evictOldest();
    return now() < entry.expires;
  }

  #evictOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#counts.evictions += 1;
      return this.#drop(key);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (entry.expires <= this.#options.now()) this.#counts.expirations += 1;
    if (entry === this.#newest) this.#newest = undefined;
    this.#bytes -= entry.size;
    this.#entries.delete(key);
  }

  /** Lets go of what expired a lifetime ago and was not asked for since. To be called every second or so. */
  sweep(): void {
    const now = this.#options.now();
    for (const [key, entry] of this.#entries) if (entry.heldUntil <= now) this.#drop(key);
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
    return this.#bytes;
  }

  /** What has happened so far. */
  get counts(): CacheCounts {
    return { ...this.#counts, size: this.#entries.size };
  }
}
