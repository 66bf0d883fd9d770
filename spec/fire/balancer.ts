// An honest balancer that checks ten times a second, whatever else goes on.
import { startStream, type Streamed } from '../support/stream.ts';

/** Milliseconds between two rounds of checks. */
const INTERVAL = 100;
/** Milliseconds within which nine in ten are answered, and all. */
const [MOST, ALL] = [100, 1_000];

/** What a crowd may not do to it. */
export interface Balanced {
  /** How many checks were answered. */
  readonly checks: number;
  /** In words, what was wrong: nothing where every answer was right and they came soon enough. */
  readonly complaints: readonly string[];
}

/** Times that it checks again where answers came late: it may have been the machine, which is not ours alone. Whom a crowd keeps out, it keeps out each time. */
const TIMES = 3;

/**
 * Checks each of these ten times a second for so many milliseconds; a check that got a wrong answer, or none, rejects. Answers must be right
 * however often it checks, and soon enough once.
 */
export async function balance(milliseconds: number, ...checks: readonly (() => Promise<unknown>)[]): Promise<Balanced> {
  let made = 0;
  for (let time = 1; ; time += 1) {
    const { failures, times } = await stream(milliseconds, checks);
    made += times.length;
    const late = lateness(times);
    if (failures.length > 0 || late.length === 0 || time === TIMES) return { checks: made, complaints: [...failures.slice(0, 10), ...late] };
  }
}

async function stream(milliseconds: number, checks: readonly (() => Promise<unknown>)[]): Promise<Streamed> {
  const streaming = startStream(checks, INTERVAL);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return streaming.stop();
}

function lateness(times: readonly number[]): string[] {
  const late = times.filter((time) => time > MOST).length;
  const slowest = Math.max(...times);
  return [
    ...(late > times.length / 10 ? [`${late} of ${times.length} checks took more than ${MOST} ms`] : []),
    ...(slowest > ALL ? [`one took ${Math.round(slowest)} ms`] : []),
  ];
}
