// A constant stream of checks, each over a connection of its own, as balancers make them.
import { after } from 'node:test';

/** What has come of a stream. */
export interface Streamed {
  readonly asked: number;
  /** Of each check that failed, why. */
  readonly failures: readonly string[];
  /** Milliseconds that the slowest one took. */
  readonly slowest: number;
}

export interface Stream {
  /** Asks no more, and gives what has come of it when every answer is there. */
  readonly stop: () => Promise<Streamed>;
}

/** Milliseconds between two rounds of a stream. */
const INTERVAL = 5;

/** Asks every one of these checks each few milliseconds, without waiting for answers; a check that failed rejects. It ends with the specs around the call. */
export function startStream(...checks: readonly (() => Promise<unknown>)[]): Stream {
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  let slowest = 0;
  const ask = async (check: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    try {
      await check();
    } catch (error) {
      failures.push(String(error));
    }
    slowest = Math.max(slowest, performance.now() - began);
  };
  const timer = setInterval(() => void answers.push(...checks.map(ask)), INTERVAL);
  after(() => clearInterval(timer));
  const stop = async (): Promise<Streamed> => {
    clearInterval(timer);
    await Promise.all(answers);
    return { asked: answers.length, failures, slowest };
  };
  return { stop };
}
