// The pipeline: marks, then cache, then probe. It knows no HTTP and no agent protocol.
import type { Cache, Found } from './cache.ts';
import type { Clock } from './clock.ts';
import { startDeadline } from './deadline.ts';
import type { KnownMarks } from './known-marks.ts';
import type { Mark } from './mark.ts';
import type { Probe, Target } from './probe/target.ts';
import type { Check } from './route.ts';
import { decidingMark } from './spool.ts';
import { downVerdict, markVerdict, upVerdict, type Verdict } from './verdict.ts';

/** What the pipeline works with. */
export interface Pipeline {
  readonly spoolRoot: string;
  readonly knownMarks: KnownMarks;
  readonly cache: Cache<Verdict>;
  readonly probes: ReadonlyMap<string, Probe>;
  /** Milliseconds that one probe may take, from connecting to the last byte. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** A verdict; with the mark that decided, or with `from`, where none did and a probe was asked for. */
export interface Answer {
  readonly verdict: Verdict;
  readonly mark?: Mark;
  readonly from?: Found<Verdict>;
}

/** A check, and what it comes to ask. */
export interface Asking {
  readonly check: Check;
  readonly target: Target;
  /** The cache's key of the target, as `keyOf` makes it. */
  readonly key: string;
}

const UNMARKED = { verdict: upVerdict('up: no mark stands') };

/**
 * Finds out how a service is: at once where a mark stands or a verdict is kept, otherwise when its probe has ended.
 *
 * @param fresh wants a verdict that is not known yet
 */
export function runCheck(pipeline: Pipeline, { check, target, key }: Asking, fresh: boolean): Answer | Promise<Answer> {
  const mark = decidingMark(pipeline.spoolRoot, check.marks, pipeline.clock.time, pipeline.knownMarks);
  if (mark !== undefined) return 'unreadable' in mark ? { verdict: downVerdict(`spool unreadable: ${mark.unreadable}`) } : { verdict: markVerdict(mark), mark };
  const probe = pipeline.probes.get(check.protocol);
  if (probe === undefined) return UNMARKED;
  const found = pipeline.cache.ask(key, fresh, () => withDeadline(pipeline.timeout, (signal) => probe(target, signal)));
  return found instanceof Promise ? found.then((from) => ({ verdict: from.value, from })) : { verdict: found.value, from: found };
}

async function withDeadline<T>(timeout: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const cancel = startDeadline(timeout, () => deadline.abort(new Error(`timed out after ${timeout / 1000} s`)));
  try {
    return await work(deadline.signal);
  } finally {
    cancel();
  }
}
