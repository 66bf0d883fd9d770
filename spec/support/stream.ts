// A constant stream of checks, each over a connection of its own, as balancers make them.
import { after } from 'node:test';

/** What has come of a stream. */
export interface Streamed {
  /** Of each check that failed, why. */
  readonly failures: readonly string[];
  /** Milliseconds that each check took. */
  readonly times: readonly number[];
}

export interface Stream {
  /** Asks no more, and gives what has come of it when every answer is there. */
  readonly stop: () => Promise<Streamed>;
}

/** Milliseconds between two rounds of a stream. */
const INTERVAL = 5;

/** Asks every one of these checks each few milliseconds, without waiting for answers; a check that failed rejects. It ends with the specs around the call. */
export function startStream(checks: readonly (() => Promise<unknown>)[], interval = INTERVAL): Stream {
  const failures: string[] = [];
  const times: number[] = [];
  const answers: Promise<void>[] = [];
  const ask = async (check: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    try {
      await check();
    } catch (error) {
      failures.push(String(error));
    }
    times.push(performance.now() - began);
  };
  const timer = setInterval(() => void answers.push(...checks.map(ask)), interval);
  after(() => clearInterval(timer));
  const stop = async (): Promise<Streamed> => {
    clearInterval(timer);
    await Promise.all(answers);
    return { failures, times };
  };
  return { stop };
}
