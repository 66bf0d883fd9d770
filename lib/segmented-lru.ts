// A segmented LRU: what is asked for once, however much of it, pushes out nothing that is asked for again.
// Karedla, Love, Wherry: "Caching Strategies to Improve Disk System Performance", IEEE Computer 27/3 (1994).

/** What a segmented LRU holds, and of what. */
export interface LruOptions<E> {
  readonly maxEntries: number;
  readonly maxWeight: number;
  /** What an entry weighs, which never changes, in the unit of `maxWeight`. */
  readonly weigh: (key: string, entry: E) => number;
  /** Whether an entry that is used again is to be protected. */
  readonly isWorthy: (entry: E) => boolean;
}

/** The part of either bound that the protected may fill: the rest is for what is new, so that it can become known. */
const PROTECTED = 4 / 5;

/** Entries in the order of their last use: a Map keeps its keys in the order of insertion, and what is used moves to the end. */
class Segment<E> {
  readonly entries = new Map<string, E>();
  readonly #weigh: LruOptions<E>['weigh'];
  weight = 0;

  constructor(weigh: LruOptions<E>['weigh']) {
    this.#weigh = weigh;
  }

  /** Whether the entry is in here; it is the last one used then. */
  use(key: string, entry: E): boolean {
    if (!this.entries.delete(key)) return false;
    this.entries.set(key, entry);
    return true;
  }

  add(key: string, entry: E): void {
    this.entries.set(key, entry);
    this.weight += this.#weigh(key, entry);
  }

  remove(key: string, entry: E): boolean {
    if (!this.entries.delete(key)) return false;
    this.weight -= this.#weigh(key, entry);
    return true;
  }

  /** Removes the one unused for longest. */
  shift(): [key: string, entry: E] | undefined {
    for (const oldest of this.entries) {
      this.remove(...oldest);
      return oldest;
    }
    return undefined;
  }
}

/**
 * Entries by key, in two segments: a new one is on probation, and protected from its first use on. The one unused for longest on
 * probation goes first. The limit: where more than fits in is used, each twice, between two uses of an entry, that one still goes.
 */
export class SegmentedLru<E> {
  readonly #options: LruOptions<E>;
  readonly #probation: Segment<E>;
  readonly #protected: Segment<E>;
  /** The last one that was used: there is nothing to do where it is used again. */
  #newest: E | undefined;

  constructor(options: LruOptions<E>) {
    this.#options = options;
    this.#probation = new Segment(options.weigh);
    this.#protected = new Segment(options.weigh);
  }

  /** The entry of a key. This is no use. */
  get(key: string): E | undefined {
    return this.#protected.entries.get(key) ?? this.#probation.entries.get(key);
  }

  /** Takes note that an entry is used. */
  use(key: string, entry: E): void {
    if (entry === this.#newest) return;
    this.#newest = entry;
    if (this.#protected.use(key, entry)) return;
    if (!this.#options.isWorthy(entry)) this.#probation.use(key, entry);
    else if (this.#probation.remove(key, entry)) this.#protect(key, entry);
  }

  #protect(key: string, entry: E): void {
    const { maxEntries, maxWeight } = this.#options;
    const segment = this.#protected;
    segment.add(key, entry);
    while (segment.entries.size > maxEntries * PROTECTED || segment.weight > maxWeight * PROTECTED) {
      const oldest = segment.shift();
      if (oldest !== undefined) this.#probation.add(...oldest);
    }
  }

  /**
   * Adds the entry of a key that has none, and that weighs no more than all may.
   *
   * @param isUsed whether it counts as used already
   * @returns the entries that had to go
   */
  add(key: string, entry: E, isUsed = false): E[] {
    const gone = this.#makeRoom(this.#options.weigh(key, entry));
    this.#newest = undefined;
    if (isUsed && this.#options.isWorthy(entry)) this.#protect(key, entry);
    else this.#probation.add(key, entry);
    return gone;
  }

  #makeRoom(weight: number): E[] {
    const { maxEntries, maxWeight } = this.#options;
    const gone: E[] = [];
    while (this.size >= maxEntries || this.weight + weight > maxWeight) {
      const oldest = this.#probation.shift() ?? this.#protected.shift();
      if (oldest === undefined) break;
      gone.push(oldest[1]);
    }
    return gone;
  }

  /** Removes the entry of a key; undefined where there is none. */
  remove(key: string): E | undefined {
    const entry = this.get(key);
    if (entry === undefined) return undefined;
    if (entry === this.#newest) this.#newest = undefined;
    if (!this.#protected.remove(key, entry)) this.#probation.remove(key, entry);
    return entry;
  }

  /** What is held, with its key: those on probation first, in either segment the one unused for longest. */
  *entries(): IterableIterator<[key: string, entry: E]> {
    yield* this.#probation.entries;
    yield* this.#protected.entries;
  }

  get size(): number {
    return this.#probation.entries.size + this.#protected.entries.size;
  }

  get weight(): number {
    return this.#probation.weight + this.#protected.weight;
  }
}
