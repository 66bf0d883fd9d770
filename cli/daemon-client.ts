// Asks the daemon of this host what it knows. Loaded only by what needs it: node:http alone takes longer to load than a mark to make.
import { Agent, get } from 'node:http';
import type { BalancerRow } from '../lib/balancers.ts';
import { codeOf } from '../lib/errno.ts';
import type { DaemonPlace } from './daemon.ts';
import { Failure } from './errors.ts';

/** What a daemon knows at one moment. */
export interface Look {
  /** Seconds since it was started. */
  readonly uptime: number;
  /** Which checks are told the marks: all, or those of the agent alone. */
  readonly marksOn: 'all' | 'agent';
  /** Whether its agent says `drain` and `maint`, which HAProxy does not show in the state that it reports. */
  readonly agentAdmin: boolean;
  readonly rows: readonly BalancerRow[];
}

/** Seconds that a daemon must be up before every balancer has had its turn to ask. */
export const WARM = 10;
/** Milliseconds for one answer; it comes from this host. */
const PATIENCE = 2_000;
const LOOPBACK = ['127.0.0.1', '::1'];

/** A daemon that is asked again and again. */
export class DaemonClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  #addresses: readonly string[];

  constructor({ daemonPort, daemonAddress }: DaemonPlace) {
    this.#port = daemonPort[0] ?? 0;
    this.#addresses = daemonAddress === undefined ? LOOPBACK : [daemonAddress];
  }

  /**
   * What it knows now, of one service or of all.
   *
   * @throws Failure where nobody answers, or somebody who is no hacheck
   */
  async look(service?: string): Promise<Look> {
    const status = await this.#page('/status');
    const rows = await this.#page(service === undefined ? '/balancers' : `/balancers?service=${service}`);
    if (!isStatus(status) || !Array.isArray(rows)) throw new Failure(`${this.#where()} answers, but is no hacheck that knows its balancers; say where it is with -p and -B`);
    return { uptime: status.uptime, marksOn: status.marks_on, agentAdmin: status.agent?.admin === true, rows: rows as BalancerRow[] };
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
        cause = codeOf(error);
        if (cause !== 'ECONNREFUSED') break;
      }
    }
    throw new Failure(`no daemon answers on ${this.#where()} (${cause}); is it running? See hactl help serve, or say where it is with -p and -B`);
  }

  #get(host: string, path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = get({ host, port: this.#port, path, agent: this.#agent, signal: AbortSignal.timeout(PATIENCE) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(jsonOf(Buffer.concat(chunks).toString('utf8'))));
      });
      request.on('error', reject);
    });
  }

  #where(): string {
    return `${this.#addresses[0] ?? ''} port ${this.#port}`;
  }
}

/** Why a daemon does not know every balancer yet; undefined where it does. */
export function coldness({ uptime }: Look): string | undefined {
  if (uptime >= WARM) return undefined;
  return `hacheck was started ${Math.floor(uptime)} s ago; waiting until it has been up for ${WARM} s, so that every balancer has had its turn to ask`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Status {
  readonly uptime: number;
  readonly marks_on: 'all' | 'agent';
  readonly agent: { readonly admin: boolean } | null;
}

function isStatus(page: unknown): page is Status {
  return typeof page === 'object' && page !== null && 'uptime' in page && typeof page.uptime === 'number' && 'marks_on' in page && 'agent' in page;
}
