import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agenda } from '../lib/agenda.ts';
import { HandClock } from './support/daemon.ts';

interface Scene {
  readonly agenda: Agenda<string>;
  /** What is given out where time goes by up to a moment. */
  readonly takeAt: (moment: number) => string[];
  /** The moments for which a call was asked. */
  readonly wakings: number[];
}

/** An agenda with things that are due at these moments, in milliseconds from now. */
function sceneOf(...due: readonly number[]): Scene {
  const clock = new HandClock();
  const [start, wakings] = [clock.monotonic(), [] as number[]];
  const agenda = new Agenda<string>(clock.monotonic, (milliseconds) => wakings.push(clock.monotonic() - start + milliseconds));
  for (const moment of due) agenda.put(`at ${moment}`, start + moment);
  const takeAt = (moment: number): string[] => {
    clock.advance((start + moment - clock.monotonic()) / 1000);
    return agenda.take();
  };
  return { agenda, takeAt, wakings };
}

describe('an agenda', () => {
  it('gives out what is due, never sooner, and a fortieth of a second later at most', () => {
    for (const due of [0.5, 9.9, 25, 25.1, 500, 14_999]) {
      assert.deepEqual(sceneOf(due).takeAt(due - 0.01), [], String(due));
      assert.deepEqual(sceneOf(due).takeAt(due + 25), [`at ${due}`], String(due));
    }
  });

  it('gives out each thing once, in the order in which they are due', () => {
    const { takeAt } = sceneOf(300, 100, 100, 200);
    assert.deepEqual(takeAt(200), ['at 100', 'at 100', 'at 200']);
    assert.deepEqual(takeAt(250), []);
    assert.deepEqual(takeAt(900), ['at 300']);
  });

  it('gives out soon what was due before it was put in', () => {
    const { agenda, takeAt } = sceneOf();
    takeAt(5_000);
    agenda.put('late', 1_200);
    agenda.put('always', -Infinity);
    assert.deepEqual(takeAt(5_025), ['late', 'always']);
  });

  it('gives out everything after an hour without a look', () => {
    assert.deepEqual(sceneOf(100, 3_000_000).takeAt(3_700_000), ['at 100', 'at 3000000']);
  });

  it('asks to be called when something is due, once for all that is due together, and not at all for nothing', () => {
    assert.deepEqual(sceneOf().wakings, []);
    const { wakings, takeAt, agenda } = sceneOf(110, 120, 100, 1_000);
    assert.deepEqual(wakings, [125, 100, 1_000]);
    takeAt(125);
    agenda.put('again', 0);
    assert.equal(wakings.length, 4);
  });
});
