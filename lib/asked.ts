// The checks that are being asked: each is read once, and what its last verdict was is known.
import type { Change } from './change.ts';
import type { Asking } from './check.ts';
import { NO_WISH } from './probe/target.ts';
import { formatCheck, isRefusal, type Refusal } from './route.ts';
import { SegmentedLru } from './segmented-lru.ts';
import { Strip } from './strip.ts';
import { chosenPlace, type Targeting } from './targeting.ts';
import { wholeCause, type Verdict } from './verdict.ts';

/** A check that somebody asks for. */
export interface Asked extends Asking {
  /** Its last verdict's state; none before the first. */
  state: Verdict['state'] | undefined;
  /** When that state began, and when it was told last, in milliseconds of the monotonic clock. */
  since: number;
  told: number;
  /** Since when it has not been up, down or drained, on the same clock; Infinity while it is up, and before the first verdict. */
  outSince: number;
  /** Its last verdict's reason, and the same whole: the verdict itself may hold a body of 64 KiB. */
  reason: string;
  cause: string;
  /** Whether a mark decided it. */
  isMarked: boolean;
  /** What it was told in the last ten minutes. */
  readonly strip: Strip;
}

/** Checks kept, and the characters of their paths and headers in all; beyond either one goes that was not asked for again, and its next verdict counts as a first one. */
const MAX_CHECKS = 4096;
const MAX_CHARACTERS = 4 * 1024 * 1024;

const NO_HEADERS: readonly string[] = [];

/** The checks that are asked, by their path and what their headers wish: bounded, with each one's last verdict. */
export class AskedChecks {
  readonly #checks = new SegmentedLru<Asked>({ maxEntries: MAX_CHECKS, maxWeight: MAX_CHARACTERS, weigh: (text) => text.length, isWorthy: () => true });
  readonly #targeting: Targeting;
  readonly #now: () => number;

  /**
   * @param targeting reads the text of a check
   * @param now milliseconds on a clock that never jumps
   */
  constructor(targeting: Targeting, now: () => number) {
    this.#targeting = targeting;
    this.#now = now;
  }

  /** The check of a path and of the headers that came with it, or why it is none. */
  read(path: string, rawHeaders = NO_HEADERS): Asked | Refusal {
    const wish = this.#targeting.wishOf(rawHeaders);
    if (isRefusal(wish)) return wish;
    // No path has a line end in it.
    const text = wish === NO_WISH ? path : `${path}\n${JSON.stringify(wish)}`;
    const known = this.#checks.get(text);
    if (known === undefined) {
      const asking = this.#targeting.read(path, wish);
      return isRefusal(asking) ? asking : this.#keep(text, asking);
    }
    this.#checks.use(text, known);
    return known;
  }

  #keep(text: string, asking: Asking): Asked {
    const { check, target, key } = asking;
    const now = this.#now();
    // Each field by its name: of an object that is spread and then added to, V8 makes a slow one.
    const asked: Asked = { check, target, key, state: undefined, since: now, told: now, outSince: Infinity, reason: '', cause: '', isMarked: false, strip: new Strip() };
    this.#checks.add(text, asked);
    return asked;
  }

  /** Every check that is known. */
  *all(): Iterable<Asked> {
    for (const [, asked] of this.#checks.entries()) yield asked;
  }

  /** Takes note of a verdict, and says what has changed with it; undefined where nothing has, or it starts by being up. */
  note(asked: Asked, verdict: Verdict, isMarked = false): Change | undefined {
    const before = asked.state;
    const now = this.#now();
    asked.told = now;
    asked.isMarked = isMarked;
    asked.strip.tell(verdict.state, now);
    if (asked.reason !== verdict.reason) {
      asked.reason = verdict.reason;
      asked.cause = wholeCause(verdict);
    }
    if (before === verdict.state) return undefined;
    const after = (now - asked.since) / 1000;
    asked.state = verdict.state;
    asked.since = now;
    asked.outSince = verdict.state === 'up' ? Infinity : Math.min(asked.outSince, now);
    if (before === undefined && verdict.state === 'up') return undefined;
    return { name: nameOf(asked), service: asked.check.service, from: before, after, to: verdict.state, reason: verdict.reason };
  }
}

/** A check as logs and pages name it: its path, and the place that headers have chosen. */
export function nameOf(asking: Asking): string {
  const place = chosenPlace(asking);
  return `${formatCheck(asking.check)}${place === undefined ? '' : ` at ${place}`}`;
}
