// The pipeline that options describe, with a cache of its own.
import { Cache } from './cache.ts';
import type { Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { createProbes } from './probe/index.ts';
import type { Logins } from './probe/login.ts';
import { downVerdict, type Verdict } from './verdict.ts';

/** What a pipeline can be told. Times are in seconds. */
export interface PipelineOptions {
  readonly spoolRoot: string;
  /** How long a verdict is kept, from the beginning of its probe: 0 to 15. */
  readonly cacheTime: number;
  /** The same for a failed probe; never longer than the cache time. */
  readonly failureCacheTime: number;
  readonly cacheEntries: number;
  /** How long one probe may take. */
  readonly timeout: number;
  /** Probes under way at once. */
  readonly maxProbes: number;
  /** Who logs in to databases. */
  readonly logins: Logins;
}

const CACHE_BYTES = 32 * 1024 * 1024;

/** Makes a pipeline with an empty cache. */
export function createPipeline(options: PipelineOptions, clock: Clock): Pipeline {
  const { cacheTime, failureCacheTime, cacheEntries, maxProbes, timeout, spoolRoot, logins } = options;
  const cache = new Cache<Verdict>({
    lifetime: (verdict) => 1000 * (verdict.state === 'up' ? cacheTime : Math.min(cacheTime, failureCacheTime)),
    size: (verdict) => verdict.body.length,
    maxEntries: cacheEntries,
    maxBytes: CACHE_BYTES,
    maxFlights: maxProbes,
    full: downVerdict('too many probes'),
    now: clock.monotonic,
  });
  return { spoolRoot, cache, probes: createProbes(logins), timeout: timeout * 1000, clock };
}
