// Asks the daemon of this host what it knows. Loaded only by what needs it: node:http alone takes longer to load than a mark to make.
import { Agent, get, type IncomingMessage } from 'node:http';
import type { BalancerRow } from '../lib/balancer-row.ts';
import { codeOf } from '../lib/errno.ts';
import { isOwner, isRecent, isRows, isStatus, spoolRootOf, type Owner, type Recent } from './daemon-pages.ts';
import type { DaemonPlace } from './daemon.ts';
import { Failure } from './errors.ts';
import type { Look } from './look.ts';

const PATIENCE = 2_000;
/** The status of a page while too many ask for pages, and that for a client who is in no network of --allow-client. */
const BUSY = 503;
const FORBIDDEN = 403;
const OK = 200;
/** More than the longest page that a daemon can have. */
const MOST_BYTES = 16 * 1024 * 1024;
const LOOPBACK = ['127.0.0.1', '::1'];

/** There is somebody, who has no time now; a moment later they may. */
export class Busy extends Failure {}

/** A daemon that is asked again and again. */
export class DaemonClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #patience: number;
  #addresses: readonly string[];

  /** @param patience milliseconds for one answer; it comes from this host */
  constructor({ daemonPort, daemonAddress }: DaemonPlace, patience = PATIENCE) {
    this.#port = daemonPort[0] ?? 0;
    this.#patience = patience;
    this.#addresses = daemonAddress === undefined ? LOOPBACK : [daemonAddress];
  }

  /**
   * What it knows now, of one service or of all.
   *
   * @throws Failure where nobody answers, or somebody who is no hacheck, or who does not answer this client; Busy where that may pass
   */
  async look(service?: string): Promise<Look> {
    const status = await this.#page('/status');
    const rows = await this.rows(service);
    if (!isStatus(status)) throw this.#stranger();
    return { uptime: status.uptime, marksOn: status.marks_on, agentAdmin: status.agent?.admin === true, spoolRoot: spoolRootOf(status), rows };
  }

  /**
   * Who has asked about one service, or about any.
   *
   * @throws Failure as {@link look} does
   */
  async rows(service?: string): Promise<readonly BalancerRow[]> {
    const rows = await this.#page(service === undefined ? '/balancers' : `/balancers?service=${service}`);
    if (!isRows(rows)) throw this.#stranger();
    return rows;
  }

  /**
   * Which services were asked for within so many seconds.
   *
   * @throws Failure as {@link look} does
   */
  async recent(threshold: number): Promise<Recent['seen_services']> {
    const page = await this.#page(`/recent?threshold=${threshold}`);
    if (!isRecent(page)) throw this.#stranger();
    return page.seen_services;
  }

  /** Which daemon is there; undefined where nobody answers in time, or somebody who is no hacheck. */
  async owner(): Promise<Owner | undefined> {
    try {
      const page = await this.#page('/status');
      return isOwner(page) ? page : undefined;
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  /** Lets go of the connection. */
  close(): void {
    this.#agent.destroy();
  }

  async #page(path: string): Promise<unknown> {
    let cause = '';
    for (const host of this.#addresses) {
      try {
        const page = await this.#get(host, path);
        this.#addresses = [host];
        return page;
      } catch (error) {
        if (error instanceof Failure) throw error;
        cause = isTimeout(error) ? this.#late : codeOf(error);
        if (cause !== 'ECONNREFUSED') break;
      }
    }
    throw new Failure(this.#unanswered(cause));
  }

  get #late(): string {
    return `no answer in ${this.#patience / 1000} s`;
  }

  #unanswered(cause: string): string {
    return `no daemon answers on ${this.#where()} (${cause}); see that it runs (hactl help serve), or say where it is with -p and -B`;
  }

  #get(host: string, path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let connected = false;
      const fail = (error: unknown): void => reject(connected && isTimeout(error) ? new Busy(this.#unanswered(this.#late)) : error);
      const request = get({ host, port: this.#port, path, agent: this.#agent, signal: AbortSignal.timeout(this.#patience) }, (response) => {
        if (response.statusCode !== OK) {
          response.resume();
          const refusal = refusalOf(response, `${host} port ${this.#port}`, path);
          return refusal === undefined ? resolve(undefined) : reject(refusal);
        }
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if ((size += chunk.length) > MOST_BYTES) response.destroy(new Error('an answer without an end'));
        });
        response.on('error', fail);
        response.on('end', () => resolve(jsonOf(Buffer.concat(chunks).toString('utf8'))));
      });
      request.on('socket', (socket) => {
        connected = !socket.connecting;
        if (!connected) socket.once('connect', () => (connected = true));
      });
      request.on('error', fail);
    });
  }

  #stranger(): Failure {
    return new Failure(`${this.#where()} answers, but is no hacheck that knows its balancers; say where it is with -p and -B`);
  }

  #where(): string {
    return `${this.#addresses[0] ?? ''} port ${this.#port}`;
  }
}

/** Does something with a daemon, and lets go of the connection, however it ends. */
export async function withDaemon<T>(place: DaemonPlace, work: (daemon: DaemonClient) => Promise<T>, patience = PATIENCE): Promise<T> {
  const client = new DaemonClient(place, patience);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Whether it is the end of our patience. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Why a daemon gives no page; undefined where it is no hacheck that says so. */
function refusalOf({ statusCode, headers }: IncomingMessage, where: string, path: string): Failure | undefined {
  const reason = headers['x-hacheck-reason'];
  if (reason === undefined) return undefined;
  if (statusCode === BUSY) return new Busy(`the daemon on ${where} has no time for ${path}: too many ask for its pages; try again`);
  return new Failure(`the daemon on ${where} answers ${statusCode} to ${path}: ${String(reason)}${statusCode === FORBIDDEN ? '; hactl asks from that address: name it, too' : ''}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
