// One look after the other at how the balancers stand, and what is shown of it.
import { marksOf, formatMarkName } from '../../lib/route.ts';
import { decidingMark } from '../../lib/spool.ts';
import type { DaemonClient } from '../daemon-client.ts';
import { Failure } from '../errors.ts';
import { startingUp, type Look } from '../look.ts';
import type { Shell } from '../shell.ts';
import type { Wait } from './index.ts';
import { otherSpool } from './other-spool.ts';
import { progressFor, type Progress, type Shown } from './progress.ts';
import { openCause } from './standing.ts';
import { Watching, type Seen } from './watch.ts';

/** Askers that are no balancers: so many are named. */
const MAX_NAMED = 5;

/** Looks at the daemon, the host's connections and the marks, and shows what it sees. */
export class Looker {
  readonly #wait: Wait;
  readonly #client: DaemonClient;
  readonly #shell: Shell;
  readonly #watching: Watching;
  readonly #progress: Progress;
  readonly #remarks = new Set<string>();
  readonly #named = new Set<string>();
  /** How the balancers stood at the last look. */
  shown: readonly Shown[] = [];
  /** Whether the daemon has answered at all. */
  heard = false;
  /** Why the last look saw nothing. */
  unheard: Failure | undefined;
  /** Why the daemon does not know every balancer yet. */
  starting: string | undefined;

  constructor(wait: Wait, client: DaemonClient, shell: Shell) {
    this.#wait = wait;
    this.#client = client;
    this.#shell = shell;
    this.#watching = new Watching(wait, shell.clock);
    this.#progress = progressFor(shell, wait.json);
  }

  /** Looks once, so many seconds after the first time, and says whether everyone is done. */
  async look(elapsed: number): Promise<boolean> {
    const look = await this.#hear();
    // A daemon that is being restarted is no news about any balancer.
    if (look === undefined) return false;
    const seen = await this.#watching.take(look);
    this.starting = startingUp(look);
    if (this.starting !== undefined) this.#remark('starting', this.starting);
    const elsewhere = otherSpool(look.spoolRoot, this.#wait.spoolRoot);
    if (elsewhere !== undefined) this.#remark('spool', elsewhere);
    this.#nameOthers(seen);
    this.shown = seen.standings.map((standing) => ({ standing, cause: openCause(this.#wait, standing) }));
    const isDone = this.starting === undefined && this.unseen().length === 0 && this.shown.every(({ cause }) => cause === undefined);
    this.#progress.show(this.shown, isDone ? undefined : footerOf(this.#wait, elapsed));
    return isDone;
  }

  async #hear(): Promise<Look | undefined> {
    const [only, ...others] = this.#wait.services;
    try {
      const look = await this.#client.look(others.length > 0 || only?.service === 'all' ? undefined : only?.service);
      this.heard = true;
      this.unheard = undefined;
      return look;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.unheard = error;
      return undefined;
    }
  }

  /** Addresses to wait for that have not asked. */
  unseen(): string[] {
    return this.#wait.waitFor.filter((address) => !this.shown.some(({ standing }) => standing.row.address === address));
  }

  /** The first service that the marks no longer make what is waited for: somebody else has changed them, or one has expired. */
  changed(): string | undefined {
    const { services, spoolRoot, state } = this.#wait;
    for (const service of services) {
      const mark = decidingMark(spoolRoot, marksOf(service), this.#shell.clock.time);
      const is = mark === undefined ? 'up' : 'unreadable' in mark ? 'down' : mark.state;
      if (is !== state && !(state === 'drain' && is === 'down')) return `${formatMarkName(service)} is ${is === 'drain' ? 'draining' : is} meanwhile`;
    }
    return undefined;
  }

  #nameOthers({ others }: Seen): void {
    for (const { address, user_agent } of others) {
      if (this.#named.size >= MAX_NAMED) return;
      this.#named.add(address);
      this.#remark(address, `${address} (${user_agent}) also asks; it is no balancer and is not waited for (to wait for it, too: --wait-for ${address})`);
    }
  }

  #remark(topic: string, line: string): void {
    if (this.#remarks.has(topic)) return;
    this.#remarks.add(topic);
    this.#progress.clear();
    this.#shell.warn(line);
  }
}

function footerOf({ timeout, state }: Wait, elapsed: number): string {
  return `waited ${Math.floor(elapsed)} s of ${timeout} s; Ctrl-C ends the wait${state === 'up' ? '' : ', not the mark'}`;
}
