import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seldom } from '../lib/seldom.ts';
import { HandClock } from './support/daemon.ts';

describe('a notice', () => {
  it('is given once a minute', () => {
    const clock = new HandClock();
    const given: number[] = [];
    const say = seldom((at: number) => void given.push(at), clock);
    for (const [at, seconds] of [0, 59.9, 0.1, 1].entries()) {
      clock.advance(seconds);
      say(at);
    }
    assert.deepEqual(given, [0, 2]);
  });
});
