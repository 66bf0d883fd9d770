import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDeadline } from '../lib/deadline.ts';

/** Does nothing else for so many milliseconds, as a process that is stopped. */
function standStill(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Milliseconds from the start of a deadline until it has passed. */
function passing(milliseconds: number): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => startDeadline(milliseconds, () => resolve(performance.now() - began)));
}

describe('a deadline', () => {
  it('passes when its time is over', async () => {
    const took = await passing(100);
    assert.ok(took >= 98 && took < 200, String(took));
  });

  it('never passes where it was cancelled, also behind a standstill', async () => {
    const fail = (): never => assert.fail('passed');
    startDeadline(10, fail)();
    const cancel = startDeadline(50, fail);
    standStill(150);
    await new Promise((resolve) => setTimeout(resolve, 5));
    cancel();
    await passing(200);
  });

  it('gives what was missed at its end, and no more than it had', async () => {
    const short = passing(100);
    const long = passing(400);
    standStill(500);
    const [first, second] = await Promise.all([short, long]);
    assert.ok(first >= 598 && first < 700, String(first));
    assert.ok(second >= 598 && second < 700, String(second));
  });

  it('gives nothing for a standstill before its end', async () => {
    const passed = passing(400);
    standStill(200);
    const took = await passed;
    assert.ok(took >= 398 && took < 450, String(took));
  });
});
