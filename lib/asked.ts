// The checks that are being asked: each path is parsed once, and what its last verdict was is known.
import { formatDuration } from './clock.ts';
import { keyOf, targetOf } from './probe/target.ts';
import { formatCheck, type Check, type Refusal } from './route.ts';
import type { Verdict } from './verdict.ts';

/** A check that somebody asks for. */
export interface Asked {
  readonly check: Check;
  /** The cache's key of its target. */
  readonly key: string;
  /** Its last verdict's state; none before the first. */
  state?: Verdict['state'];
  /** When that state began, in milliseconds of the monotonic clock. */
  since: number;
}

/** Paths kept, and their characters in all; beyond either the one unused for longest goes, and its next verdict counts as a first one. */
const MAX_PATHS = 4096;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** The checks that are asked, by their path: bounded, with each one's last verdict. */
export class AskedChecks {
  readonly #paths = new Map<string, Asked>();
  readonly #parse: (path: string) => Check | Refusal;
  readonly #now: () => number;
  #characters = 0;
  #newest: Asked | undefined;

  /**
   * @param parse reads the text of a check
   * @param now milliseconds on a clock that never jumps
   */
  constructor(parse: (path: string) => Check | Refusal, now: () => number) {
    this.#parse = parse;
    this.#now = now;
  }

  /** The check of a path, or why it is none. */
  read(path: string): Asked | Refusal {
    const known = this.#paths.get(path);
    if (known === undefined) return this.#take(path);
    if (known === this.#newest) return known;
    this.#paths.delete(path);
    this.#paths.set(path, known);
    this.#newest = known;
    return known;
  }

  #take(path: string): Asked | Refusal {
    const check = this.#parse(path);
    if ('refused' in check) return check;
    const asked = { check, key: keyOf(targetOf(check)), since: this.#now() };
    this.#paths.set(path, asked);
    this.#characters += path.length;
    this.#newest = asked;
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size <= MAX_PATHS && this.#characters <= MAX_CHARACTERS) break;
      this.#paths.delete(oldest);
      this.#characters -= oldest.length;
    }
    return asked;
  }

  /** Takes note of a verdict, and says in one line what has changed with it; undefined where nothing has, or it starts by being up. */
  note(asked: Asked, verdict: Verdict): string | undefined {
    const before = asked.state;
    if (before === verdict.state) return undefined;
    const lasted = formatDuration((this.#now() - asked.since) / 1000);
    asked.state = verdict.state;
    asked.since = this.#now();
    if (before === undefined) return verdict.state === 'up' ? undefined : `${formatCheck(asked.check)} is ${verdict.state}: ${verdict.reason}`;
    return `${formatCheck(asked.check)} ${before} -> ${verdict.state} after ${lasted}: ${verdict.reason}`;
  }
}
