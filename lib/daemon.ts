// Puts the daemon together from its options, opens what it listens on, and closes it again.
import type { AddressInfo } from 'node:net';
import { AskedChecks, type Asked } from './asked.ts';
import { Cache } from './cache.ts';
import { runCheck, type Answer, type Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { Connections } from './connections.ts';
import { listenAll, stopListening } from './listen.ts';
import type { Log } from './log.ts';
import { PROBES, PROTOCOLS } from './probe/index.ts';
import { createCheckServer } from './server.ts';
import { makeSpool } from './marking.ts';
import { assertReadable } from './spool.ts';
import { statusPage } from './status.ts';
import { downVerdict, type Verdict } from './verdict.ts';

/** What a daemon can be told. Times are in seconds. */
export interface DaemonOptions {
  /** Ports to listen on; 0 takes a free one. */
  readonly ports: readonly number[];
  /** The address to listen on; every one, IPv6 and IPv4, if undefined. */
  readonly bindAddress: string | undefined;
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
  /** Whether every check gets a line in the log. */
  readonly verbose: boolean;
}

/** A daemon that listens. */
export interface Daemon {
  readonly addresses: readonly AddressInfo[];
  /** Takes no new connections, gives checks under way their verdict, and resolves when the last one has it. */
  stop(): Promise<void>;
}

const CACHE_BYTES = 32 * 1024 * 1024;
/** Milliseconds. */
const CACHE_SWEEP = 1_000;
const CONNECTION_SWEEP = 5_000;

/**
 * Starts a daemon.
 *
 * @throws the system's error (with `code`, and `port` or `path`) where it cannot listen or cannot read the spool
 */
export async function startDaemon(options: DaemonOptions, log: Log, clock: Clock): Promise<Daemon> {
  makeSpool(options.spoolRoot);
  assertReadable(options.spoolRoot);
  const pipeline = createPipeline(options, clock);
  const connections = new Connections();
  const asked = new AskedChecks(PROTOCOLS, clock.monotonic);
  const pages = new Map([['/status', statusPage(pipeline, log)]]);
  const run = (check: Asked, fresh: boolean): Answer | Promise<Answer> => noted(asked, check, runCheck(pipeline, check.check, check.key, fresh), log);
  const parts = { asked, run, pages, connections, log, hints: new Set<string>(), verbose: options.verbose };
  const servers = await listenAll(options.ports, options.bindAddress, () => createCheckServer(parts));
  const timers = [setInterval(() => pipeline.cache.sweep(), CACHE_SWEEP), setInterval(() => connections.sweep(), CONNECTION_SWEEP)];
  for (const timer of timers) timer.unref();
  return {
    addresses: servers.map((server) => server.address() as AddressInfo),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await stopListening(servers, connections, pipeline.timeout);
    },
  };
}

/** What the pipeline alone can be told. */
export type PipelineOptions = Pick<DaemonOptions, 'spoolRoot' | 'cacheTime' | 'failureCacheTime' | 'cacheEntries' | 'timeout' | 'maxProbes'>;

/** The pipeline that the options describe, with a cache of its own. */
export function createPipeline(options: PipelineOptions, clock: Clock): Pipeline {
  const { cacheTime, failureCacheTime, cacheEntries, maxProbes, timeout, spoolRoot } = options;
  const cache = new Cache<Verdict>({
    lifetime: (verdict) => 1000 * (verdict.state === 'up' ? cacheTime : Math.min(cacheTime, failureCacheTime)),
    size: (verdict) => verdict.body.length,
    maxEntries: cacheEntries,
    maxBytes: CACHE_BYTES,
    maxFlights: maxProbes,
    full: downVerdict('too many probes'),
    now: clock.monotonic,
  });
  return { spoolRoot, cache, probes: PROBES, timeout: timeout * 1000, clock };
}

/** Passes an answer on, and says in the log what it changes. */
function noted(asked: AskedChecks, check: Asked, answer: Answer | Promise<Answer>, log: Log): Answer | Promise<Answer> {
  if (answer instanceof Promise) return answer.then((known) => noted(asked, check, known, log));
  const change = asked.note(check, answer.verdict);
  if (change !== undefined) log.line(change);
  return answer;
}
