// Puts the daemon together from its options, opens what it listens on, and closes it again.
import type { AddressInfo, Server } from 'node:net';
import type { GivenSockets } from './activation.ts';
import { AgentSockets } from './agent-sockets.ts';
import { createAgentServer } from './agent.ts';
import { AskedChecks, type Asked } from './asked.ts';
import { Balancers } from './balancers.ts';
import type { Pipeline } from './check.ts';
import type { Clock } from './clock.ts';
import { Connections } from './connections.ts';
import { descriptorsNow, MORE_DESCRIPTORS, shareDescriptors } from './descriptors.ts';
import { cutListening, listenAll, listenGiven, stopListening } from './listen.ts';
import type { Log } from './log.ts';
import { Counts } from './metrics/counts.ts';
import { Networks, type Network } from './networks.ts';
import { PageDesk } from './page-desk.ts';
import { createPages } from './pages.ts';
import { createPipeline, type PipelineOptions } from './pipeline.ts';
import { PROTOCOLS } from './probe/index.ts';
import { RemoteSpool } from './remote-spool.ts';
import { plainAddress } from './route.ts';
import { createRunner } from './runner.ts';
import { SeenServices } from './seen.ts';
import { createCheckServer } from './server.ts';
import { assertWritable, makeSpool } from './marking.ts';
import { seldom } from './seldom.ts';
import { assertReadable } from './spool.ts';
import { Targeting, type TargetOptions } from './targeting.ts';

/** What a daemon can be told. Times are in seconds. */
export interface DaemonOptions extends PipelineOptions {
  /** Sockets that listen already, which take the place of the three options that follow; none if undefined. */
  readonly sockets: GivenSockets | undefined;
  /** Ports to listen on; 0 takes a free one. */
  readonly ports: readonly number[];
  /** The address to listen on; every one, IPv6 and IPv4, if undefined. */
  readonly bindAddress: string | undefined;
  /** The port for HAProxy's agent checks; none if undefined. */
  readonly agentPort: number | undefined;
  /** Whether the agent says `ready`, `drain` and `maint`. */
  readonly agentAdmin: boolean;
  /** Which checks are told the marks: all, or those of the agent alone (and `spool`). */
  readonly marksOn: 'all' | 'agent';
  /** Who is probed, and with what. */
  readonly targets: TargetOptions;
  /** The file with the token of those who may make marks over HTTP; nobody may if undefined. */
  readonly tokenFile: string | undefined;
  /** The networks whose clients are answered; everybody if empty. */
  readonly allowClients: readonly Network[];
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
  /** Answers nobody any more, at once: for a daemon that does not know any longer what it says. */
  abandon(): void;
}

/** Milliseconds. */
const CACHE_SWEEP = 1_000;
const CONNECTION_SWEEP = 5_000;

/**
 * Starts a daemon.
 *
 * @throws ActivationError for a given socket that is none; the system's error (with `code`, and `port` or `path`) where it cannot listen, cannot read the spool, or cannot write to it though it is to
 */
export async function startDaemon(options: DaemonOptions, log: Log, clock: Clock): Promise<Daemon> {
  makeSpool(options.spoolRoot);
  assertReadable(options.spoolRoot);
  if (options.tokenFile !== undefined) assertWritable(options.spoolRoot);
  const counts = new Counts(PROTOCOLS, clock.monotonic);
  const { limit, inUse } = descriptorsNow();
  const shares = shareDescriptors(limit, inUse, options.agentPort !== undefined || (options.sockets?.agent.length ?? 0) > 0);
  if (shares.newProbes < options.maxProbes) log.say('notice', `${limit} file descriptors allow for ${shares.newProbes} probes and ${shares.http + shares.agent} connections at once: ${MORE_DESCRIPTORS}`);
  const bare = createPipeline({ ...options, maxProbes: Math.min(options.maxProbes, shares.newProbes), probesInAll: shares.probes }, clock, (error) => log.bug(error));
  const pipeline = { ...bare, probes: counts.timed(bare.probes) };
  const balancers = new Balancers(clock);
  const crowded = seldom(() => log.say('warning', `too many connections for ${limit} file descriptors: the longest silent ones are closed; ${MORE_DESCRIPTORS}`), clock);
  const flooded = seldom((address: string) => log.say('warning', `${plainAddress(address)}: a connection was closed, with too many requests that did not wait for answers`), clock);
  const [connections, sockets] = [new Connections({ most: shares.http, crowded, flooded }), new AgentSockets(shares.agent, crowded)];
  const servers = await listen(options, { pipeline, counts, balancers, connections, sockets, log });
  const [listening, open] = [[...servers.http, ...servers.agent], [connections, sockets]];
  const timers = [setInterval(() => pipeline.cache.sweep(), CACHE_SWEEP), setInterval(() => connections.sweep(), CONNECTION_SWEEP)];
  for (const timer of timers) timer.unref();
  return {
    addresses: servers.http.map(addressOf),
    agentAddresses: servers.agent.map(addressOf),
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      pipeline.cache.stopRefreshing();
      await stopListening(listening, open, pipeline.timeout, options.sockets !== undefined);
    },
    abandon: () => cutListening(listening, open),
  };
}

interface Inside {
  readonly pipeline: Pipeline;
  readonly counts: Counts;
  readonly balancers: Balancers;
  readonly connections: Connections;
  readonly sockets: AgentSockets;
  readonly log: Log;
}

async function listen(options: DaemonOptions, inside: Inside): Promise<{ http: Server[]; agent: Server[] }> {
  const { pipeline, counts, balancers, connections, sockets, log } = inside;
  const { ports, bindAddress, agentPort, agentAdmin, marksOn, targets, verbose } = options;
  const isAllowed = clientGate(options.allowClients);
  const { monotonic } = pipeline.clock;
  const targeting = new Targeting(targets);
  const marked = new AskedChecks(targeting, monotonic);
  const asked = marksOn === 'all' ? marked : new AskedChecks(new Targeting(targets, ({ protocol }) => protocol === 'spool'), monotonic);
  const seen = new SeenServices(pipeline.clock);
  const run = createRunner(inside, asked);
  const runAgent = asked === marked ? run : createRunner(inside, marked, 'agent ');
  const agentParts = { isAllowed, asked: marked, run: (check: Asked) => runAgent(check, false), balancers, seen, sockets, log, refused: new Set<string>(), admin: agentAdmin, verbose };
  const open = opener(options.sockets, bindAddress);
  const agent = await open('agent', agentPort === undefined ? [] : [agentPort], () => createAgentServer(agentParts));
  try {
    const speech = { marks_on: marksOn, agent: agent[0] === undefined ? null : { port: addressOf(agent[0]).port, admin: agentAdmin } };
    const pages = createPages({ pipeline, counts, asked, agentAsked: marked, balancers, seen, speech, listened: [connections, sockets], log });
    const remoteSpool = new RemoteSpool({ spoolRoot: pipeline.spoolRoot, tokenFile: options.tokenFile, targeting, clock: pipeline.clock, log });
    const desk = new PageDesk(pages, monotonic);
    const httpParts = { isAllowed, asked, run, remoteSpool, balancers, seen, desk, connections, log, hints: new Set<string>(), verbose };
    return { agent, http: await open('http', ports, () => createCheckServer(httpParts)) };
  } catch (error) {
    for (const server of agent) server.close();
    throw error;
  }
}

type Open = (way: keyof GivenSockets, ports: readonly number[], create: () => Server) => Promise<Server[]>;

/** Opens ports, or, where sockets were given, those of them that are for the same, and no port. */
function opener(given: GivenSockets | undefined, address: string | undefined): Open {
  return (way, ports, create) => (given === undefined ? listenAll(ports, address, create) : listenGiven(given[way], create));
}

/** Whether the client of an address is answered. */
function clientGate(networks: readonly Network[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const allowed = new Networks(networks);
  return (address) => allowed.has(plainAddress(address));
}

function addressOf(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}
