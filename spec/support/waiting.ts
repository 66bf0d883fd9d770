// What specs of --wait share: a host that knows its balancers, a service that holds requests back, HAProxies in front of it.
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BalancerRow } from '../../lib/balancer-row.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import type { TestedDaemon } from './daemon.ts';
import { startHactl, type Run } from './hactl.ts';
import { startHaproxy, type Haproxy } from './haproxy.ts';
import { ask } from './request.ts';
import { freePort, started, type Service } from './service.ts';
import { warmDaemon } from './warm-daemon.ts';

/** Milliseconds. */
const PATIENCE = 20_000;
const LOOK = 20;
/** Milliseconds for two looks of hactl's and the end of its process, on a machine that has much else to do. */
export const LATE = 2_500;

/** A host on which commands wait. */
export interface WaitingHost {
  readonly daemon: TestedDaemon;
  /** Resolves when the balancers that the daemon knows are so. */
  readonly until: (what: string, isSo: (rows: readonly BalancerRow[]) => boolean) => Promise<void>;
  /** Resolves when the row of a balancer says what it was told, at least so many times running. */
  readonly told: (node: string, state: BalancerRow['told'], times: number, sessions?: number) => Promise<void>;
  /** Starts `hactl`, such as `down web --wait`. */
  readonly start: (command: string) => Command;
}

/** A command under way. */
export interface Command {
  readonly isOver: () => boolean;
  /** Resolves when it has printed this. */
  readonly printed: (text: string) => Promise<void>;
  readonly interrupt: () => void;
  /** Its end, and the moment of it on this process's monotonic clock, in milliseconds. */
  readonly ended: Promise<Run & { readonly at: number }>;
}

/** Starts a daemon that has been up for long enough to know its balancers. */
export async function waitingHost(options: Partial<DaemonOptions> = {}): Promise<WaitingHost> {
  const daemon = await warmDaemon(options);
  const rows = async (): Promise<BalancerRow[]> => JSON.parse((await ask(daemon.port, '/balancers')).body) as BalancerRow[];
  const until: WaitingHost['until'] = async (what, isSo) => {
    const began = performance.now();
    for (let known = await rows(); !isSo(known); known = await rows()) {
      if (performance.now() - began > PATIENCE) throw new Error(`${what} did not come: ${JSON.stringify(known, null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  };
  const told: WaitingHost['told'] = (node, state, times, sessions) =>
    until(`${node} told ${state} ${times} times`, (known) => {
      const ours = known.filter((row) => row.node === node);
      return ours.length > 0 && ours.every((row) => row.told === state && row.running >= times && (sessions ?? row.sessions) === row.sessions);
    });
  return { daemon, until, told, start: (command) => startCommand(command.split(' '), daemon) };
}

function startCommand(words: readonly string[], { port, spoolRoot }: TestedDaemon): Command {
  const child = startHactl(words, { env: { HACHECK_PORT: String(port), HACHECK_SPOOL_ROOT: spoolRoot } });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
  let at: number | undefined;
  child.on('exit', () => (at = performance.now()));
  // Beyond every --wait's own end.
  const patience = setTimeout(() => child.kill('SIGKILL'), 4 * PATIENCE);
  const ended = once(child, 'close').then((how) => {
    clearTimeout(patience);
    const [code, signal] = how as [number | null, NodeJS.Signals | null];
    return { code, signal, ...text, at: at ?? 0 };
  });
  const printed = async (words: string): Promise<void> => {
    while (!text.stdout.includes(words)) await Promise.race([once(child.stdout ?? child, 'data'), ended.then(() => Promise.reject(new Error(`ended without ${words}: ${text.stdout}`)))]);
  };
  return { isOver: () => at !== undefined, printed, interrupt: () => void child.kill('SIGINT'), ended };
}

/** A service that answers at once, but for `/held`. */
export interface HeldService {
  readonly port: number;
  /** How many connections have come so far, the daemon's counted. */
  readonly connections: Service['connections'];
  /** How many are open now. */
  readonly open: () => number;
  /** Resolves when so many requests are held. */
  readonly holds: (count: number) => Promise<void>;
  /** Answers those that are held. Resolves with the moment when the last answer was given away, on the monotonic clock. */
  readonly release: () => Promise<number>;
  /** The same for the one that came first. */
  readonly releaseOldest: () => Promise<number>;
  /** Requests under way now, and how many have come so far; the daemon's are not counted. */
  readonly underWay: () => number;
  readonly requests: () => number;
}

/** What a held request is answered with: more than one packet, so that one that is cut off shows. */
export const WHOLE = 'served whole\n'.repeat(20_000);

/** Starts such a service; it keeps idle connections for a minute. */
export async function heldService(): Promise<HeldService> {
  const held = new Set<ServerResponse>();
  const looks = new Set<() => void>();
  const underWay = new Set<ServerResponse>();
  let requests = 0;
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    if (incoming.headers['user-agent']?.startsWith('hacheck/') === true) return void response.end('fine\n');
    requests += 1;
    underWay.add(response);
    response.on('close', () => underWay.delete(response));
    if (incoming.url !== '/held') return void response.end('fine\n');
    held.add(response);
    for (const look of looks) look();
  };
  const server = createServer(listener);
  server.keepAliveTimeout = 60_000;
  const service = await started(server);
  const holds = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`${held.size} requests are held, not ${count}`)), PATIENCE);
      const look = (): void => {
        if (held.size < count) return;
        clearTimeout(patience);
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  const answer = async (responses: readonly ServerResponse[]): Promise<number> => {
    const finished = responses.map((response) => once(response, 'finish'));
    for (const response of responses) {
      held.delete(response);
      response.end(WHOLE);
    }
    await Promise.all(finished);
    return performance.now();
  };
  const release = (): Promise<number> => answer([...held]);
  const releaseOldest = (): Promise<number> => answer([...held].slice(0, 1));
  return { port: service.port, connections: service.connections, open: () => service.open.size, holds, release, releaseOldest, underWay: () => underWay.size, requests: () => requests };
}

/** Asks through a balancer, as a client that closes its connection, or keeps it where an agent is given. */
export async function visit(port: number, path: string, options: { agent?: Agent; cookie?: string } = {}): Promise<{ status: number; body: string }> {
  const headers = options.cookie === undefined ? {} : { cookie: options.cookie };
  const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: options.agent ?? false });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}

/** How an HAProxy sees the service. */
export interface FrontOptions {
  readonly node: string;
  /** The address that it comes from. */
  readonly source: string;
  /** Milliseconds between its checks. */
  readonly interval: number;
  /** Whether it keeps idle connections to the service, as it does by default. */
  readonly pool?: boolean;
  /** How it asks: with send-state, if not given. */
  readonly check?: string;
  /** More lines for its section `web`, and more words for its server. */
  readonly lines?: string;
  readonly words?: string;
  /** How many checks are waited for until it counts as known; after the second one its interval is. */
  readonly checks?: number;
}

/** An HAProxy in front of the service. */
export interface Front {
  readonly haproxy: Haproxy;
  /** Where its clients come in, and where those come in whose server only tracks the one that is checked. */
  readonly port: number;
  readonly tracking: number;
  /** The state of the server, as HAProxy has it now. */
  readonly state: () => Promise<string>;
}

const SEND_STATE = 'http-check send-state';
/** A check may take longer than HAProxy's short intervals here: the daemon shares its process with the specs. */
export const PATIENT_CHECKS = '  timeout check 10s';

/** Starts an HAProxy in front of the service `web`, whose checks it has `web/web1` for; resolves when the daemon knows it. */
export async function frontOf(host: WaitingHost, service: Pick<HeldService, 'port'>, options: FrontOptions): Promise<Front> {
  const { node, source, interval, pool = false, check = SEND_STATE, lines = '', words = '', checks = 3 } = options;
  const [port, tracking] = [await freePort(), await freePort()];
  const both = `${pool ? '' : '  option http-server-close\n'}  source ${source}\n`;
  const sections = `
listen web
  bind 127.0.0.1:${port}
${both}  option httpchk GET /http/web/${service.port}/health
  ${check}
  ${lines}
  default-server inter ${interval}ms fall 3 rise 2
  server web1 127.0.0.1:${service.port} check port ${host.daemon.port} ${words}
listen tracking
  bind 127.0.0.1:${tracking}
${both}${lines.includes('disable-on-404') ? '  http-check disable-on-404\n' : ''}  server web1 127.0.0.1:${service.port} track web/web1
`;
  const haproxy = await startHaproxy(sections, { node, defaults: PATIENT_CHECKS });
  const known = (row: BalancerRow): boolean => row.address === source && row.via === 'http' && row.count >= checks && (row.state ?? 'UP').startsWith('UP');
  await host.until(`a check from ${source}`, (rows) => rows.some(known));
  return { haproxy, port, tracking, state: async () => String((await haproxy.server('web', 'web1'))['status']) };
}
