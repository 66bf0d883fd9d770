// Balancers of a spec's own, which ask over real sockets from addresses of loopback, and a daemon that has been up for long enough.
import { get } from 'node:http';
import { after } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { startHactl, type Run, type RunOptions } from './hactl.ts';
import { testedDaemon, type TestedDaemon } from './daemon.ts';

/** A daemon that looks older than it is. */
export interface AgedDaemon extends TestedDaemon {
  /** Makes it so many seconds older. */
  readonly age: (seconds: number) => void;
}

/** Starts a daemon with the real time, which has been up for so many seconds; from 10 on, every balancer has had its turn to ask. */
export async function agedDaemon(seconds = 10, options: Partial<DaemonOptions> = {}): Promise<AgedDaemon> {
  let offset = 0;
  const clock = { time: systemClock.time, monotonic: (): number => systemClock.monotonic() + offset };
  const daemon = await testedDaemon(options, clock);
  const age = (more: number): void => void (offset += 1000 * more);
  age(seconds);
  return { ...daemon, age };
}

/** Asks once, as a balancer does, and gives the status that it was told. */
export function askFrom(from: string, port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, headers, localAddress: from, agent: false, setHost: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
  });
}

/** How a balancer asks. */
export interface Habits {
  readonly from?: string;
  readonly path?: string;
  /** Milliseconds between its checks. */
  readonly interval?: number;
  /** Whether it says how it sees the server, as HAProxy does with send-state. */
  readonly says?: boolean;
  readonly userAgent?: string;
  readonly node?: string;
  /** The port that it says it sends traffic to. */
  readonly target?: number;
  /** How it sees the server after an answer, from that answer's status; at once, unless a spec says otherwise. */
  readonly follow?: (status: number, before: string) => string;
}

const STATES: ReadonlyMap<number, string> = new Map([[200, 'UP'], [404, 'NOLB'], [503, 'DOWN']]);

/** A balancer that asks about web:8080, over and over, until it is stopped or the specs around the call have ended. */
export class AskingBalancer {
  /** How it sees the server, and what it says runs there. */
  state = 'UP';
  sessions = 0;
  /** The status of every answer that it got. */
  readonly told: number[] = [];
  readonly #port: number;
  readonly #habits: Habits;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #looks: (() => void)[] = [];

  constructor(port: number, habits: Habits = {}) {
    this.#port = port;
    this.#habits = habits;
    after(() => this.stop());
    void this.#ask();
  }

  /** Asks no more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Asks again, in its habits. */
  resume(): void {
    this.#stopped = false;
    void this.#ask();
  }

  /** Resolves when so many checks were answered that had not been by now; the first of them may have been under way. */
  async checks(times: number): Promise<void> {
    const wanted = this.told.length + times;
    while (this.told.length < wanted) await new Promise<void>((resolve) => this.#looks.push(resolve));
  }

  async #ask(): Promise<void> {
    const { from = '127.0.0.2', path = '/spool/web/8080', interval = 100, follow = (status) => STATES.get(status) ?? '' } = this.#habits;
    try {
      const status = await askFrom(from, this.#port, path, this.#headers());
      this.told.push(status);
      this.state = follow(status, this.state);
      for (const look of this.#looks.splice(0)) look();
    } catch {
      // The daemon is away; a balancer asks again.
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#ask(), interval);
  }

  #headers(): Record<string, string> {
    const { says = true, userAgent, node = 'lb1', target = 8080 } = this.#habits;
    const state = `${this.state}; address=10.0.0.1; port=${target}; name=web/web1; node=${node}; weight=1/2; scur=${this.sessions}/${this.sessions}; qcur=0`;
    return { ...(says ? { 'x-haproxy-server-state': state } : {}), ...(userAgent === undefined ? {} : { 'user-agent': userAgent }) };
  }
}

/** hactl while it runs. */
export interface RunningHactl {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Both streams so far. */
  readonly text: () => string;
  /** Resolves when it has said this on either stream, so many times. */
  readonly said: (wanted: string, times?: number) => Promise<void>;
  readonly isRunning: () => boolean;
  readonly ended: Promise<Run>;
}

const PATIENCE = 30_000;

/** Starts hactl, for a spec that does something while it runs. */
export function runningHactl(words: readonly string[], options: RunOptions = {}): RunningHactl {
  const child = startHactl(words, options);
  const texts = { stdout: '', stderr: '' };
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.stdin?.end();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  let isOver = false;
  const ended = new Promise<Run>((resolve) => {
    child.on('close', (code, signal) => {
      isOver = true;
      clearTimeout(patience);
      resolve({ code, signal, ...texts });
    });
  });
  const text = (): string => texts.stdout + texts.stderr;
  const said = (wanted: string, times = 1): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (text().split(wanted).length > times && resolve());
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      void ended.then(() => reject(new Error(`ended without saying ${JSON.stringify(wanted)}: ${text()}`)));
      look();
    });
  return { kill: (signal) => void child.kill(signal), text, said, isRunning: () => !isOver, ended };
}

/** What makes hactl ask a tested daemon, and use its spool. */
export function environmentOf({ port, spoolRoot }: TestedDaemon): Readonly<Record<string, string>> {
  return { HACHECK_PORT: String(port), HACHECK_SPOOL_ROOT: spoolRoot };
}
