// Cases made up at random, again and again the same from a seed. `FUZZ_SEED` gives it again, `FUZZ_CASES` says how many.
import { it } from 'node:test';
import { EFFORT } from '../support/effort.ts';

/** How many cases each property is tried with; make fuzz says a million. */
export const CASES = Number(process.env['FUZZ_CASES'] ?? 10_000 * EFFORT);
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Chance, from a seed of its own for each case (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to 1, never 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 on, below another. */
  below(most: number): number {
    return Math.floor(this.fraction() * most);
  }

  /** One of these. */
  one<T>(things: readonly T[]): T {
    return things[this.below(things.length)] as T;
  }

  /** Several of these, in any order, as many times as it falls out. */
  some<T>(things: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.one(things));
  }

  /** Bytes of any value, one character each; most of them small in number, few long. */
  bytes(most = 64): string {
    const length = this.below(this.below(8) === 0 ? most * 16 : most);
    return Array.from({ length }, () => String.fromCharCode(this.below(256))).join('');
  }
}

/**
 * A text that was right, and no longer is: characters turned, left out, doubled, put in, parts exchanged for others.
 *
 * @param tokens what is likely to matter, put in beside single characters
 */
export function mutated(chance: Chance, text: string, tokens: readonly string[]): string {
  let changed = text;
  for (let times = chance.below(6); times > 0; times -= 1) {
    const at = chance.below(changed.length + 1);
    const until = at + chance.below(8);
    const put = chance.one([
      () => String.fromCharCode(chance.below(256)), () => chance.one(tokens), () => '', () => changed.slice(at, until).repeat(1 + chance.below(3)), () => chance.bytes(8),
    ])();
    changed = changed.slice(0, at) + put + changed.slice(chance.one([at, at + 1, until]));
  }
  return changed;
}

/** One property, tried with so many cases; what breaks it is shown with its seed. */
export function holds<T>(what: string, make: (chance: Chance) => T, property: (it: T) => void | Promise<void>, cases = CASES): void {
  it(`${what} (FUZZ_SEED=${SEED} FUZZ_CASES=${cases})`, { timeout: Infinity }, async () => {
    for (let number = 0; number < cases; number += 1) {
      const found = make(new Chance(SEED + number));
      try {
        const trial = property(found);
        if (trial !== undefined) await trial;
      } catch (error) {
        throw new Error(`FUZZ_SEED=${SEED + number} FUZZ_CASES=1 breaks it: ${String(error).slice(0, 1_000)}: ${JSON.stringify(found)?.slice(0, 1_000)}`, { cause: error });
      }
    }
  });
}

/** How many times as long something may take for four times the length, and how many times as many rounds there are where it seems to take longer. */
const MOST = 8, MORE = 4;

/**
 * Shows that the time that something takes grows with the length of what it is given, and no faster: for each of these texts, repeated.
 * Four times as long may take four times as long, and twice that on a noisy machine; the square of it would take sixteen times.
 * The best of each counts, for the collector of garbage, or what else runs, may hold one up. Where they do not seem to be the best yet, there are more.
 *
 * @param times that a text is read for one measurement
 */
export function isLinear(what: string, parts: readonly string[], read: (text: string) => unknown, { length = 16_000, times = 20, rounds = 15 } = {}): void {
  it(`${what} takes time in proportion to its length`, { timeout: Infinity }, async () => {
    for (const part of parts) {
      const least = { short: Infinity, long: Infinity };
      for (let round = 0; round < rounds || (least.long / least.short > MOST && round < MORE * rounds); round += 1) {
        least.short = Math.min(least.short, await timeOf(read, repeated(part, length), times));
        least.long = Math.min(least.long, await timeOf(read, repeated(part, 4 * length), times));
      }
      const ratio = least.long / least.short;
      if (ratio > MOST) throw new Error(`${JSON.stringify(part)}: four times as long takes ${ratio.toFixed(1)} times as long, ${least.long.toFixed(1)} ms`);
    }
  });
}

function repeated(part: string, length: number): string {
  return part.repeat(Math.ceil(length / part.length));
}

/** Milliseconds of the processor: what else runs takes none of them. */
async function timeOf(read: (text: string) => unknown, text: string, times: number): Promise<number> {
  const began = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    const reading = read(text);
    if (reading instanceof Promise) await reading;
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}
