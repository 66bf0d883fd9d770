// hactl --wait: comes back when every balancer of the services has let go of them, or taken them back.
import { coldness, DaemonClient } from '../daemon-client.ts';
import type { DaemonPlace } from '../daemon.ts';
import { Failure } from '../errors.ts';
import type { Shell } from '../shell.ts';
import { sayFinished, sayInterrupted, sayTimedOut, sayUnheard, type Ending } from './ending.ts';
import { progressFor, type Progress, type Shown } from './progress.ts';
import { openCause } from './standing.ts';
import { Watching, type Watch } from './watch.ts';

/** A wait, as a command wants it. */
export interface Wait extends Watch, DaemonPlace {
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** How a wait ends, as an exit code; after a signal it is 128 and the signal's number, as a shell has it. */
const DONE = 0;
const NO_DAEMON = 3;
const TIMED_OUT = 4;
const INTERRUPTED: ReadonlyMap<NodeJS.Signals, number> = new Map([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]);

/** Milliseconds between two looks, or so many times what a look takes, where that is more: thousands of balancers, or connections, take long to read. */
const PAUSE = 50;
const PAUSES = 3;
/** Looks running at which everyone is done: a balancer may be sending its last request while it takes in what it was told. */
const LOOKS = 2;

/**
 * Waits for the balancers of some services, and says how it ended.
 *
 * @returns 0 when every one has followed, 3 where there is no daemon, 4 when the time is over, 128 and its number after a signal
 */
export async function waitForBalancers(wait: Wait, shell: Shell): Promise<number> {
  const client = new DaemonClient(wait);
  const interruption = new Interruption();
  try {
    return await looking(wait, new Looker(wait, client, shell), interruption, shell);
  } finally {
    interruption.ignore();
    client.close();
  }
}

async function looking(wait: Wait, looker: Looker, interruption: Interruption, shell: Shell): Promise<number> {
  const began = shell.clock.monotonic();
  const seconds = (): number => (shell.clock.monotonic() - began) / 1000;
  for (let doneLooks = 0, looks = 1; ; looks += 1) {
    const looked = seconds();
    doneLooks = (await looker.look(looked)) ? doneLooks + 1 : 0;
    const elapsed = seconds();
    const pause = Math.max(PAUSE, PAUSES * 1000 * (elapsed - looked));
    const ending: Ending = { wait, elapsed, shown: looker.shown, unseen: looker.unseen(), unheard: looker.unheard };
    const code = INTERRUPTED.get(interruption.signal ?? 'SIGKILL');
    if (code !== undefined) return said(sayInterrupted, ending, code, shell);
    if (looks === 1 && looker.unheard !== undefined) return said(sayUnheard, ending, NO_DAEMON, shell);
    if (doneLooks >= LOOKS) return said(sayFinished, ending, DONE, shell);
    if (elapsed >= wait.timeout) return said(sayTimedOut, ending, TIMED_OUT, shell);
    await interruption.pause(Math.min(pause, 1000 * (wait.timeout - elapsed)));
  }
}

function said(say: (ending: Ending, shell: Shell) => void, ending: Ending, code: number, shell: Shell): number {
  say(ending, shell);
  return code;
}

/** Looks again and again, and shows what it sees. */
class Looker {
  readonly #wait: Wait;
  readonly #client: DaemonClient;
  readonly #shell: Shell;
  readonly #watching: Watching;
  readonly #progress: Progress;
  readonly #remarks = new Set<string>();
  /** How the balancers stood at the last look. */
  shown: readonly Shown[] = [];
  /** Why the last look saw nothing. */
  unheard: Failure | undefined;

  constructor(wait: Wait, client: DaemonClient, shell: Shell) {
    this.#wait = wait;
    this.#client = client;
    this.#shell = shell;
    this.#watching = new Watching(wait, shell.clock);
    this.#progress = progressFor(shell, wait.json);
  }

  /** Looks once, so many seconds after the first time, and says whether everyone is done. A daemon that is being restarted is no news about any balancer. */
  async look(elapsed: number): Promise<boolean> {
    const [only, ...others] = this.#wait.services;
    try {
      const look = await this.#client.look(others.length > 0 || only?.service === 'all' ? undefined : only?.service);
      const seen = await this.#watching.take(look);
      this.unheard = undefined;
      for (const { address, user_agent } of seen.others) this.#remark(address, `${address} (${user_agent}) asks, too, is no balancer and is not waited for; to do so: --wait-for ${address}`);
      const cold = coldness(look);
      if (cold !== undefined) this.#remark('cold', cold);
      this.shown = seen.standings.map((standing) => ({ standing, cause: openCause(this.#wait, standing) }));
      const isDone = cold === undefined && this.unseen().length === 0 && this.shown.every(({ cause }) => cause === undefined);
      this.#progress.show(this.shown, isDone ? undefined : footerOf(this.#wait, elapsed));
      return isDone;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.unheard = error;
      return false;
    }
  }

  /** Addresses to wait for that have not asked. */
  unseen(): string[] {
    return this.#wait.waitFor.filter((address) => !this.shown.some(({ standing }) => standing.row.address === address));
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

/** A signal that ends the wait instead of the process. */
class Interruption {
  signal: NodeJS.Signals | undefined;
  #wake: () => void = () => undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.signal ??= signal;
    this.#wake();
  };

  constructor() {
    for (const signal of INTERRUPTED.keys()) process.on(signal, this.#onSignal);
  }

  /** Resolves after so many milliseconds, or at a signal. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.signal === undefined ? milliseconds : 0);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  ignore(): void {
    for (const signal of INTERRUPTED.keys()) process.off(signal, this.#onSignal);
  }
}
