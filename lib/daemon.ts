// Puts the daemon together from its options, opens what it listens on, and closes it again.
import type { AddressInfo, Server } from 'node:net';
import { AgentSockets, createAgentServer } from './agent.ts';
import { AskedChecks, type Asked } from './asked.ts';
import { Balancers } from './balancers.ts';
import { balancersPage } from './balancers-page.ts';
import { Cache } from './cache.ts';
import { runCheck, type Answer, type Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { Connections } from './connections.ts';
import { listenAll, stopListening } from './listen.ts';
import type { Log } from './log.ts';
import { PROBES, PROTOCOLS } from './probe/index.ts';
import { parseCheck, type Check, type Refusal } from './route.ts';
import { createCheckServer, type Page } from './server.ts';
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
  /** The port for HAProxy's agent checks; none if undefined. */
  readonly agentPort: number | undefined;
  /** Whether the agent says `ready`, `drain` and `maint`. */
  readonly agentAdmin: boolean;
  /** Which checks are told the marks: all, or those of the agent alone (and `spool`). */
  readonly marksOn: 'all' | 'agent';
  /** Whether every check gets a line in the log. */
  readonly verbose: boolean;
}

/** A daemon that listens. */
export interface Daemon {
  readonly addresses: readonly AddressInfo[];
  /** Where it answers agent checks. */
  readonly agentAddresses: readonly AddressInfo[];
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
  const balancers = new Balancers(clock);
  const [connections, sockets] = [new Connections(), new AgentSockets()];
  const servers = await listen(options, { pipeline, balancers, connections, sockets, log });
  const timers = [setInterval(() => pipeline.cache.sweep(), CACHE_SWEEP), setInterval(() => connections.sweep(), CONNECTION_SWEEP)];
  for (const timer of timers) timer.unref();
  return {
    addresses: servers.http.map(addressOf),
    agentAddresses: servers.agent.map(addressOf),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await stopListening([...servers.http, ...servers.agent], [connections, sockets], pipeline.timeout);
    },
  };
}

interface Inside {
  readonly pipeline: Pipeline;
  readonly balancers: Balancers;
  readonly connections: Connections;
  readonly sockets: AgentSockets;
  readonly log: Log;
}

async function listen(options: DaemonOptions, { pipeline, balancers, connections, sockets, log }: Inside): Promise<{ http: Server[]; agent: Server[] }> {
  const { ports, bindAddress, agentPort, agentAdmin, marksOn, verbose } = options;
  const speech = { marks_on: marksOn, agent: agentPort === undefined ? null : { port: agentPort, admin: agentAdmin } };
  const pages = new Map<string, Page>([['/status', statusPage(pipeline, speech, log)], ['/balancers', balancersPage(balancers)]]);
  const marked = new AskedChecks((path) => parseCheck(path, PROTOCOLS), pipeline.clock.monotonic);
  const asked = marksOn === 'all' ? marked : new AskedChecks((path) => withoutMarks(parseCheck(path, PROTOCOLS)), pipeline.clock.monotonic);
  const run = runner(pipeline, asked, log);
  const runAgent = asked === marked ? run : runner(pipeline, marked, log, 'agent ');
  const httpParts = { asked, run, balancers, pages, connections, log, hints: new Set<string>(), verbose };
  const http = await listenAll(ports, bindAddress, () => createCheckServer(httpParts));
  try {
    const agentParts = { asked: marked, run: (check: Asked) => runAgent(check, false), balancers, sockets, log, refused: new Set<string>(), admin: agentAdmin, verbose };
    return { http, agent: await listenAll(agentPort === undefined ? [] : [agentPort], bindAddress, () => createAgentServer(agentParts)) };
  } catch (error) {
    for (const server of http) server.close();
    throw error;
  }
}

/** The check of a protocol that probes, without the marks that would take its service out. */
function withoutMarks(check: Check | Refusal): Check | Refusal {
  return 'refused' in check || !PROBES.has(check.protocol) ? check : { ...check, marks: [] };
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

type Run = (asked: Asked, fresh: boolean) => Answer | Promise<Answer>;

/** Runs checks, and says in the log what each answer changes, behind a label where two runners answer the same checks differently. */
function runner(pipeline: Pipeline, checks: AskedChecks, log: Log, label = ''): Run {
  const noted = (asked: Asked, answer: Answer): Answer => {
    const change = checks.note(asked, answer.verdict);
    if (change !== undefined) log.line(`${label}${change}`);
    return answer;
  };
  return (asked, fresh) => {
    const answer = runCheck(pipeline, asked.check, asked.key, fresh);
    return answer instanceof Promise ? answer.then((known) => noted(asked, known)) : noted(asked, answer);
  };
}

function addressOf(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}
