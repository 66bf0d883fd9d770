// Puts the daemon together from its options, opens what it listens on, and closes it again.
import { Server as NetServer, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { AskedChecks, type Asked } from './asked.ts';
import { Cache } from './cache.ts';
import { runCheck, type Answer, type Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { Connections } from './connections.ts';
import { codeOf } from './errno.ts';
import type { Log } from './log.ts';
import { markRow } from './mark.ts';
import { PROBES, PROTOCOLS } from './probe/index.ts';
import { createCheckServer } from './server.ts';
import { makeSpool } from './marking.ts';
import { listMarks, probeSpool } from './spool.ts';
import { downVerdict, type Verdict } from './verdict.ts';
import { VERSION } from './version.ts';

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
const BACKLOG = 1024;
/** Milliseconds. */
const CACHE_SWEEP = 1_000;
const CONNECTION_SWEEP = 5_000;
/** Milliseconds that connections which have not spoken yet get to do so when the daemon ends. */
const PATIENCE = 1_000;
const MAX_STRAYS_SAID = 1_000;

/**
 * Starts a daemon.
 *
 * @throws the system's error (with `code`, and `port` or `path`) where it cannot listen or cannot read the spool
 */
export async function startDaemon(options: DaemonOptions, log: Log, clock: Clock): Promise<Daemon> {
  makeSpool(options.spoolRoot);
  probeSpool(options.spoolRoot);
  const pipeline = createPipeline(options, clock);
  const connections = new Connections();
  const asked = new AskedChecks(PROTOCOLS, clock.monotonic);
  const pages = new Map([['/status', statusPage(options, pipeline, log)]]);
  const run = (check: Asked, fresh: boolean): Answer | Promise<Answer> => noted(asked, check, runCheck(pipeline, check.check, check.key, fresh), log);
  const parts = { asked, run, pages, connections, log, verbose: options.verbose };
  const servers = await listenAll(options, () => createCheckServer(parts));
  const timers = [setInterval(() => pipeline.cache.sweep(), CACHE_SWEEP), setInterval(() => connections.sweep(), CONNECTION_SWEEP)];
  for (const timer of timers) timer.unref();
  return {
    addresses: servers.map((server) => server.address() as AddressInfo),
    stop: () => stop(servers, connections, timers, options.timeout * 1000 + PATIENCE),
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

function statusPage({ spoolRoot }: DaemonOptions, { cache, clock }: Pipeline, log: Log): () => unknown {
  const began = clock.monotonic();
  const said = new Set<string>();
  return () => ({
    version: VERSION,
    pid: process.pid,
    uptime: Math.round(clock.monotonic() - began) / 1000,
    cache: cache.counts,
    probes: cache.flights,
    marks: marksOrCause(spoolRoot, clock.time(), said, log),
  });
}

function marksOrCause(root: string, time: number, said: Set<string>, log: Log): unknown {
  try {
    const { marks, strays } = listMarks(root, time);
    for (const stray of strays) {
      if (said.has(stray) || said.size >= MAX_STRAYS_SAID) continue;
      said.add(stray);
      log.line(`${root}/${stray} is not the name of a mark: it takes nothing out`);
    }
    return marks.map((mark) => markRow(mark.name, mark));
  } catch (error) {
    return `spool unreadable: ${codeOf(error)}`;
  }
}

async function listenAll({ ports, bindAddress }: DaemonOptions, create: () => Server): Promise<Server[]> {
  const servers: Server[] = [];
  try {
    for (const port of new Set(ports)) servers.push(await listenOn(create, port, bindAddress));
    return servers;
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
}

/** Listens on every address as `::`, which takes IPv4 too, or as `0.0.0.0` where the host has no IPv6. */
async function listenOn(create: () => Server, port: number, bindAddress: string | undefined): Promise<Server> {
  if (bindAddress !== undefined) return listen(create(), port, bindAddress);
  try {
    return await listen(create(), port, '::');
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))) throw error;
    return listen(create(), port, '0.0.0.0');
  }
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => resolve(server));
  });
}

async function stop(servers: readonly Server[], connections: Connections, timers: readonly NodeJS.Timeout[], patience: number): Promise<void> {
  for (const timer of timers) clearInterval(timer);
  await acceptQueued(connections);
  // Not HTTP's own close, which on Node 26 ends connections that have not spoken yet.
  const closed = servers.map((server) => new Promise((resolve) => NetServer.prototype.close.call(server, resolve)));
  connections.close(PATIENCE);
  const cut = setTimeout(() => connections.cut(), patience);
  await Promise.all(closed);
  clearTimeout(cut);
}

/** Takes in what waits in the kernel's queue, which closing would reset: a turn of the event loop takes one, so there are turns until two bring none. */
async function acceptQueued(connections: Connections): Promise<void> {
  for (let turn = 0, quiet = 0; turn < 2 * BACKLOG && quiet < 2; turn += 1) {
    const before = connections.accepted;
    await new Promise((resolve) => setImmediate(resolve));
    quiet = connections.accepted === before ? quiet + 1 : 0;
  }
}
