// An honest balancer that checks ten times a second, whatever else goes on.
import { startStream, type Streamed } from '../support/stream.ts';

/** Milliseconds between two rounds of checks. */
const INTERVAL = 100;
/** Milliseconds within which nine in ten are answered, and all. */
const [MOST, ALL] = [100, 1_000];

/** Checks each of these ten times a second for so many milliseconds, and gives what has come of it; a check that got a wrong answer rejects. */
export async function balance(milliseconds: number, ...checks: readonly (() => Promise<unknown>)[]): Promise<Streamed> {
  const stream = startStream(checks, INTERVAL);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return stream.stop();
}

/** What is wrong with what a balancer has seen, in words; nothing where every answer was right and soon enough. */
export function complaints({ failures, times }: Streamed): string[] {
  const late = times.filter((time) => time > MOST).length;
  const slowest = Math.max(...times);
  return [
    ...failures.slice(0, 10),
    ...(late > times.length / 10 ? [`${late} of ${times.length} checks took more than ${MOST} ms`] : []),
    ...(slowest > ALL ? [`one took ${Math.round(slowest)} ms`] : []),
  ];
}
