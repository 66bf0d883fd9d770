// The entries of a cache: bounded in number and in bytes.
// A Map keeps its keys in the order of insertion; what is used moves to the end, so the first entry is the one unused for longest.

/** What every entry says of itself. Times are milliseconds of a clock that never jumps. */
export interface Kept {
  /** From then on it is too old to be given to anybody. */
  readonly expires: number;
  /** Until then it is held all the same, so that the next ask can say `stale`. */
  readonly heldUntil: number;
  /** Bytes that it takes. */
  readonly size: number;
}

/** How much is kept. */
export interface Bounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What has happened to entries since the start. `size` is how many are held now, those included that have just expired. */
export interface EntryCounts {
  readonly sets: number;
  readonly expirations: number;
  readonly evictions: number;
  readonly size: number;
}

/** Entries by key; beyond its bounds the one unused for longest goes first. */
export class CacheEntries<E extends Kept> {
  readonly #entries = new Map<string, E>();
  readonly #bounds: Bounds;
  readonly #now: () => number;
  readonly #counts = { sets: 0, expirations: 0, evictions: 0 };
  #bytes = 0;
  #newest: E | undefined;

  /** @param now milliseconds on a clock that never jumps */
  constructor(bounds: Bounds, now: () => number) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** The entry of a key, also one that has expired. */
  get(key: string): E | undefined {
    return this.#entries.get(key);
  }

  /** Takes note that an entry is of use. */
  use(key: string, entry: E): void {
    if (entry === this.#newest) return;
    this.#newest = entry;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** Keeps an entry, unless it is larger than all that may be kept; says whether it does. */
  keep(key: string, entry: E): boolean {
    const { maxEntries, maxBytes } = this.#bounds;
    if (entry.size > maxBytes) return false;
    this.#entries.set(key, entry);
    this.#newest = entry;
    this.#bytes += entry.size;
    this.#counts.sets += 1;
    while (this.#entries.size > maxEntries || this.#bytes > maxBytes) this.#evictOldest();
    return true;
  }

  #evictOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#counts.evictions += 1;
      return this.drop(key);
    }
  }

  /** Lets go of the entry of a key, if there is one. */
  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (entry.expires <= this.#now()) this.#counts.expirations += 1;
    if (entry === this.#newest) this.#newest = undefined;
    this.#bytes -= entry.size;
    this.#entries.delete(key);
  }

  /** Lets go of what is held no longer. */
  sweep(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries) if (entry.heldUntil <= now) this.drop(key);
  }

  /** Bytes of what is held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What has happened so far. */
  get counts(): EntryCounts {
    return { ...this.#counts, size: this.#entries.size };
  }
}
