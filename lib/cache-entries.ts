// The entries of a cache: bounded in number and in bytes.
import { SegmentedLru } from './segmented-lru.ts';

/** What every entry says of itself. Times are milliseconds of a clock that never jumps. */
export interface Kept {
  /** From then on it is too old to be given to anybody. */
  readonly expires: number;
  /** Until then it is held all the same, so that the next ask can say `stale`. */
  readonly heldUntil: number;
  /** Bytes that it takes. */
  readonly size: number;
  /** Whether it is to outlive, once it was asked for again, what was asked for once and what is not warm, however much of that there is. */
  readonly isWarm: boolean;
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

/** Entries by key; beyond its bounds, those go first that were not asked for again or are not warm. */
export class CacheEntries<E extends Kept> {
  readonly #entries: SegmentedLru<E>;
  readonly #bounds: Bounds;
  readonly #now: () => number;
  readonly #counts = { sets: 0, expirations: 0, evictions: 0 };

  /** @param now milliseconds on a clock that never jumps */
  constructor(bounds: Bounds, now: () => number) {
    this.#entries = new SegmentedLru<E>({ maxEntries: bounds.maxEntries, maxWeight: bounds.maxBytes, weigh: (_key, { size }) => size, isWorthy: ({ isWarm }) => isWarm });
    this.#bounds = bounds;
    this.#now = now;
  }

  /** The entry of a key, also one that has expired. */
  get(key: string): E | undefined {
    return this.#entries.get(key);
  }

  /** Takes note that an entry is of use. */
  use(key: string, entry: E): void {
    this.#entries.use(key, entry);
  }

  /** Keeps an entry in the place of the one that its key has, unless it is larger than all that may be kept; says whether it does. */
  keep(key: string, entry: E): boolean {
    const wasHeld = this.drop(key);
    if (entry.size > this.#bounds.maxBytes) return false;
    this.#counts.sets += 1;
    // Who found out anew what is held asked for it again.
    for (const evicted of this.#entries.add(key, entry, wasHeld)) {
      this.#counts.evictions += 1;
      this.#countExpired(evicted);
    }
    return true;
  }

  /** Lets go of the entry of a key; says whether there was one. */
  drop(key: string): boolean {
    const entry = this.#entries.remove(key);
    if (entry === undefined) return false;
    this.#countExpired(entry);
    return true;
  }

  #countExpired({ expires }: E): void {
    if (expires <= this.#now()) this.#counts.expirations += 1;
  }

  /** Lets go of what is held no longer. */
  sweep(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries.entries()) if (entry.heldUntil <= now) this.drop(key);
  }

  /** Bytes of what is held. */
  get bytes(): number {
    return this.#entries.weight;
  }

  /** What has happened so far. */
  get counts(): EntryCounts {
    return { ...this.#counts, size: this.#entries.size };
  }
}
