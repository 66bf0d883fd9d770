// The pipeline that options describe, with a cache of its own.
import { Cache } from './cache.ts';
import type { Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { createProbes } from './probe/index.ts';
import { KnownMarks } from './known-marks.ts';
import type { Logins } from './probe/login.ts';
import { downVerdict, type Verdict } from './verdict.ts';

/** What a pipeline can be told. Times are in seconds. */
export interface PipelineOptions {
  readonly spoolRoot: string;
  /** How long a verdict is kept, from the beginning of its probe: 0 to 15. */
  readonly cacheTime: number;
  /** The same for a failed probe; never longer than the cache time. */
  readonly failureCacheTime: number;
  /** Whether a verdict that is up and asked for is found out anew before it is too old, so that nobody waits. */
  readonly refreshAhead: boolean;
  readonly cacheEntries: number;
  /** How long one probe may take. */
  readonly timeout: number;
  /** Probes under way at once; beyond it, those of services whose last verdict was up. */
  readonly maxProbes: number;
  /** Probes under way at once in all: as many as there are file descriptors for; Infinity if undefined. */
  readonly probesInAll?: number;
  /** Who logs in to databases. */
  readonly logins: Logins;
}

/** Milliseconds by which a timer of Node's may be early: it leaves out what is behind the point, and so does the clock of its event loop. */
const EARLY = 2;
const CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Makes a pipeline with an empty cache.
 *
 * @param failed takes the error of a probe that throws while nobody waits for it: a bug
 */
export function createPipeline(options: PipelineOptions, clock: Clock, failed: (error: unknown) => void): Pipeline {
  const { cacheTime, failureCacheTime, refreshAhead, cacheEntries, maxProbes, probesInAll = Infinity, timeout, spoolRoot, logins } = options;
  const cache: Cache<Verdict> = new Cache({
    lifetime: (verdict) => 1000 * (verdict.state === 'up' ? cacheTime : Math.min(cacheTime, failureCacheTime)),
    size: (verdict) => verdict.body.length,
    maxEntries: cacheEntries,
    maxBytes: CACHE_BYTES,
    isWarm: (verdict) => verdict.state === 'up',
    wake: refreshAhead ? (milliseconds) => void setTimeout(() => cache.refresh(failed), milliseconds + EARLY).unref() : undefined,
    maxFlights: maxProbes,
    maxFlightsInAll: probesInAll,
    full: downVerdict('too many probes'),
    now: clock.monotonic,
  });
  return { spoolRoot, knownMarks: new KnownMarks(), cache, probes: createProbes(logins), timeout: timeout * 1000, clock };
}
