// The checks that are being asked: each path is parsed once, and what its last verdict was is known.
import { keyOf, targetOf } from './probe/target.ts';
import { formatCheck, parseCheck, type Check, type Refusal } from './route.ts';
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

/** Paths kept; beyond it the one unused for longest goes, and its next verdict counts as a first one. */
const MAX_PATHS = 4096;
/** Longer paths are parsed anew each time, so that made-up ones cannot fill the memory. */
const MAX_PATH_LENGTH = 1024;

export class AskedChecks {
  readonly #paths = new Map<string, Asked>();
  readonly #protocols: readonly string[];
  readonly #now: () => number;

  constructor(protocols: readonly string[], now: () => number) {
    this.#protocols = protocols;
    this.#now = now;
  }

  /** The check of a path, or why it is none. */
  read(path: string): Asked | Refusal {
    const known = this.#paths.get(path);
    if (known === undefined) return this.#parse(path);
    if (this.#paths.size >= MAX_PATHS) {
      this.#paths.delete(path);
      this.#paths.set(path, known);
    }
    return known;
  }

  #parse(path: string): Asked | Refusal {
    const check = parseCheck(path, this.#protocols);
    if ('refused' in check) return check;
    const asked = { check, key: keyOf(targetOf(check)), since: this.#now() };
    if (path.length <= MAX_PATH_LENGTH) this.#paths.set(path, asked);
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size > MAX_PATHS) this.#paths.delete(oldest);
      else break;
    }
    return asked;
  }

  /** Takes note of a verdict, and says in one line what has changed with it; undefined where nothing has, or it starts by being up. */
  note(asked: Asked, verdict: Verdict): string | undefined {
    const before = asked.state;
    if (before === verdict.state) return undefined;
    const lasted = duration(this.#now() - asked.since);
    asked.state = verdict.state;
    asked.since = this.#now();
    if (before === undefined) return verdict.state === 'up' ? undefined : `${formatCheck(asked.check)} is ${verdict.state}: ${verdict.reason}`;
    return `${formatCheck(asked.check)} ${before} -> ${verdict.state} after ${lasted}: ${verdict.reason}`;
  }
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
