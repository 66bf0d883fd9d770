import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startDeadline, type Timers } from '../lib/deadline.ts';

/** Timers that are moved by hand. */
class HandTimers implements Timers {
  #time = 0;
  #timers: { readonly due: number; readonly call: () => void }[] = [];

  readonly now = (): number => this.#time;

  readonly after = (milliseconds: number, call: () => void): (() => void) => {
    const timer = { due: this.#time + milliseconds, call };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  /** Lets so many milliseconds go by; each timer comes when it is due. */
  advance(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= 1) {
      this.standStill(1);
      this.turn();
    }
  }

  /** Lets them go by without a turn: what was due meanwhile comes late. */
  standStill(milliseconds: number): void {
    this.#time += milliseconds;
  }

  turn(): void {
    const due = this.#timers.filter((timer) => timer.due <= this.#time);
    this.#timers = this.#timers.filter((timer) => timer.due > this.#time);
    for (const { call } of due) call();
  }
}

/** Timers, and when each deadline that is started by them has passed. */
class Scene {
  readonly timers = new HandTimers();
  readonly passed: number[] = [];

  start(milliseconds: number): () => void {
    return startDeadline(milliseconds, () => void this.passed.push(this.timers.now()), this.timers);
  }

  /** Stands still, and takes a turn behind it. */
  standStill(milliseconds: number): void {
    this.timers.standStill(milliseconds);
    this.timers.turn();
  }
}

describe('a deadline', () => {
  it('passes when its time is over, by the clock of the machine', async () => {
    const began = performance.now();
    await new Promise<void>((resolve) => startDeadline(100, resolve));
    assert.ok(performance.now() - began >= 98);
  });

  it('passes then, and once', () => {
    const scene = new Scene();
    scene.start(100);
    scene.timers.advance(300);
    assert.deepEqual(scene.passed, [100]);
  });

  it('passes as soon as it can on a machine that is merely busy', () => {
    const scene = new Scene();
    scene.start(100);
    scene.standStill(150);
    assert.deepEqual(scene.passed, [150]);
  });

  it('never passes where it was cancelled, also behind a standstill', () => {
    const scene = new Scene();
    scene.start(10)();
    const cancel = scene.start(50);
    scene.standStill(150);
    cancel();
    scene.timers.advance(500);
    assert.deepEqual(scene.passed, []);
  });

  it('gives what was missed at its end, and no more than it had', () => {
    const scene = new Scene();
    scene.start(100);
    scene.start(400);
    scene.standStill(500);
    scene.timers.advance(500);
    assert.deepEqual(scene.passed, [600, 600]);
  });

  it('gives it once', () => {
    const scene = new Scene();
    scene.start(100);
    scene.standStill(500);
    scene.standStill(500);
    assert.deepEqual(scene.passed, [1_000]);
  });

  it('gives nothing for a standstill before its end', () => {
    const scene = new Scene();
    scene.start(400);
    scene.standStill(200);
    scene.timers.advance(500);
    assert.deepEqual(scene.passed, [400]);
  });
});
