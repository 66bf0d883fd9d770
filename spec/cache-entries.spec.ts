import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheEntries, type Kept } from '../lib/cache-entries.ts';
import { HandClock } from './support/daemon.ts';

function entriesOf(maxEntries = 3, maxBytes = 100): { entries: CacheEntries<Kept>; clock: HandClock; keep: (key: string, size?: number, isWarm?: boolean) => boolean } {
  const clock = new HandClock();
  const entries = new CacheEntries<Kept>({ maxEntries, maxBytes }, clock.monotonic);
  const keep = (key: string, size = 1, isWarm = true): boolean => entries.keep(key, { expires: clock.monotonic() + 1_000, heldUntil: clock.monotonic() + 2_000, size, isWarm });
  return { entries, clock, keep };
}

function keysOf(entries: CacheEntries<Kept>, ...keys: readonly string[]): string[] {
  return keys.filter((key) => entries.get(key) !== undefined);
}

describe("a cache's entries", () => {
  it('go when there are too many, first those that were not used', () => {
    const { entries, keep } = entriesOf();
    for (const key of ['a', 'b', 'c']) keep(key);
    const [a, c] = [entries.get('a'), entries.get('c')];
    assert.ok(a !== undefined && c !== undefined);
    for (const [key, entry] of [['a', a], ['c', c], ['c', c]] as const) entries.use(key, entry);
    keep('d');
    keep('e');
    assert.deepEqual(keysOf(entries, 'a', 'b', 'c', 'd', 'e'), ['a', 'c', 'e']);
    assert.deepEqual(entries.counts, { sets: 5, expirations: 0, evictions: 2, size: 3 });
  });

  it('go when they take too many bytes, as many as must', () => {
    const { entries, keep } = entriesOf();
    for (const key of ['a', 'b']) keep(key, 40);
    assert.equal(entries.bytes, 80);
    keep('c', 90);
    assert.deepEqual([keysOf(entries, 'a', 'b', 'c'), entries.bytes], [['c'], 90]);
  });

  it('stay where they are warm and found out anew, whatever is kept once', () => {
    const { entries, keep } = entriesOf(10);
    for (const [key, isWarm] of [['warm', true], ['cold', false], ['warm', true], ['cold', false]] as const) keep(key, 1, isWarm);
    for (let number = 0; number < 100; number += 1) keep(`made-up-${number}`);
    assert.deepEqual(keysOf(entries, 'warm', 'cold'), ['warm']);
    assert.deepEqual(entries.counts, { sets: 104, expirations: 0, evictions: 92, size: 10 });
  });

  it('count as expired, too, where they had to go after their time', () => {
    const { entries, clock, keep } = entriesOf(1);
    keep('a');
    clock.advance(1);
    keep('b');
    keep('c');
    assert.deepEqual(entries.counts, { sets: 3, expirations: 1, evictions: 2, size: 1 });
  });

  it('are none where one alone takes more bytes than all may', () => {
    const { entries, keep } = entriesOf();
    assert.deepEqual([keep('a', 100), keep('b', 101)], [true, false]);
    assert.deepEqual([keysOf(entries, 'a', 'b'), entries.bytes], [['a'], 100]);
  });

  it('are held for as long as they say, and count as expired from the moment that they do', () => {
    const { entries, clock, keep } = entriesOf();
    keep('a');
    clock.advance(0.999);
    entries.drop('a');
    keep('a');
    clock.advance(1);
    entries.drop('a');
    assert.equal(entries.counts.expirations, 1);
    keep('a');
    clock.advance(1.999);
    entries.sweep();
    assert.deepEqual(keysOf(entries, 'a'), ['a']);
    clock.advance(0.001);
    entries.sweep();
    assert.deepEqual([keysOf(entries, 'a'), entries.bytes, entries.counts.expirations], [[], 0, 2]);
  });

  it('are let go in vain where there is none', () => {
    const { entries } = entriesOf();
    entries.drop('a');
    assert.deepEqual([entries.bytes, entries.counts.size], [0, 0]);
  });
});
