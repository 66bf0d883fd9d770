import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { notedBalancers } from './support/balancers.ts';

const BEGINNING = 1_795_341_600;

describe('the interval of a balancer', () => {
  it('is the longest of its last three gaps, and none before its second check', () => {
    const { clock, note, rows } = notedBalancers();
    note();
    assert.equal(rows()[0]?.interval, null);
    const intervals: unknown[] = [];
    for (const gap of [2, 0.5, 0.25, 0.125, 0.75, 5, 0.5, 0.5, 0.5, 0]) {
      clock.advance(gap);
      note();
      intervals.push(rows()[0]?.interval);
    }
    assert.deepEqual(intervals, [2, 2, 2, 0.5, 0.75, 5, 5, 5, 0.5, 0.5]);
  });

  it('is 0 where two checks came at once', () => {
    const { note, rows } = notedBalancers();
    note();
    note();
    assert.equal(rows()[0]?.interval, 0);
  });

  it('is in seconds, to the millisecond', () => {
    const { clock, note, rows } = notedBalancers();
    note();
    clock.advance(1.23456);
    note();
    assert.equal(rows()[0]?.interval, 1.235);
    assert.equal(rows()[0]?.last, BEGINNING + 1.235);
  });

  it('is counted on a clock that does not jump', () => {
    const { clock, note, rows } = notedBalancers();
    note();
    clock.advance(2);
    clock.jump(-3600);
    note();
    assert.deepEqual([rows()[0]?.interval, rows()[0]?.last], [2, BEGINNING + 2 - 3600]);
  });

  it('makes nobody young or old when an operator sets the clock', () => {
    const { clock, note, rows } = notedBalancers();
    note();
    clock.advance(2);
    clock.jump(3600);
    assert.deepEqual(rows().map(({ last, since }) => [last, since]), [[BEGINNING + 3600, BEGINNING + 3600]]);
  });

  it('is each row\'s own', () => {
    const { clock, note, rows } = notedBalancers();
    for (let second = 0; second < 12; second += 1) {
      note({ address: '10.0.0.1' });
      if (second % 3 === 0) note({ address: '10.0.0.2' });
      clock.advance(1);
    }
    assert.deepEqual(rows().map(({ interval, count, last }) => [interval, count, last]), [[1, 12, BEGINNING + 11], [3, 4, BEGINNING + 9]]);
  });
});

describe('what a balancer was told', () => {
  it('has a beginning, and a count that begins anew with every other verdict', () => {
    const { clock, note, rows } = notedBalancers();
    const seen: unknown[] = [];
    for (const told of ['up', 'up', 'down', 'down', 'down', 'drain', 'up', 'drain'] as const) {
      note({ told });
      const [{ since = 0, running, count, last = 0, told: known } = assert.fail()] = rows();
      seen.push([known, since - BEGINNING, running, count, last - BEGINNING]);
      clock.advance(1);
    }
    assert.deepEqual(seen, [
      ['up', 0, 1, 1, 0], ['up', 0, 2, 2, 1],
      ['down', 2, 1, 3, 2], ['down', 2, 2, 4, 3], ['down', 2, 3, 5, 4],
      ['drain', 5, 1, 6, 5], ['up', 6, 1, 7, 6], ['drain', 7, 1, 8, 7],
    ]);
  });

  it('is each row\'s own', () => {
    const { clock, note, rows } = notedBalancers();
    note({ via: 'http', told: 'up' });
    note({ via: 'agent', told: 'up' });
    clock.advance(1);
    note({ via: 'agent', told: 'down' });
    note({ via: 'http', told: 'up' });
    assert.deepEqual(rows().map(({ via, told, since, running }) => [via, told, since - BEGINNING, running]), [['agent', 'down', 1, 1], ['http', 'up', 0, 2]]);
  });

  it('is nothing before its first answer, and what it was while a later one is under way', () => {
    const { clock, note, rows } = notedBalancers();
    note({ told: null });
    clock.advance(2);
    note({ told: null });
    assert.deepEqual(rows().map(({ told, running, count, interval }) => [told, running, count, interval]), [[null, 0, 2, 2]]);
    note({ told: 'down' });
    clock.advance(1);
    note({ told: null });
    assert.deepEqual(rows().map(({ told, since, running, count, last }) => [told, since - BEGINNING, running, count, last - BEGINNING]), [['down', 2, 1, 4, 3]]);
  });

  it('is not changed by reading it', () => {
    const { clock, note, rows } = notedBalancers();
    note();
    const before = rows();
    clock.advance(100);
    assert.deepEqual(rows(), before);
    note();
    assert.equal(before[0]?.count, 1);
  });
});
