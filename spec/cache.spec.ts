import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cache, type CacheOptions, type Found } from '../lib/cache.ts';
import { HandClock } from './support/daemon.ts';

/** A fill that ends when it is told to. */
class Flight {
  finish: (value: string) => void = () => assert.fail('not begun');
  fail: (error: Error) => void = () => assert.fail('not begun');
  begun = 0;

  readonly fill = (): Promise<string> => {
    this.begun += 1;
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  };
}

function cacheOf(options: Partial<CacheOptions<string>> = {}): { cache: Cache<string>; clock: HandClock } {
  const clock = new HandClock();
  const lifetime = (value: string): number => (value.startsWith('bad') ? 1_000 : 10_000);
  const isWarm = (value: string): boolean => !value.startsWith('bad');
  const limits = { maxEntries: 100, maxBytes: 10_000, maxFlights: 10, maxFlightsInAll: Infinity, full: 'full' };
  return { cache: new Cache({ lifetime, size: (value) => value.length, isWarm, wake: undefined, ...limits, now: clock.monotonic, ...options }), clock };
}

const good = (): Promise<string> => Promise.resolve('good');
const never = (): Promise<string> => assert.fail('must not be filled');

async function keep(cache: Cache<string>, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await cache.ask(key, false, good);
}

function ttlOf(found: Found<string> | Promise<Found<string>>): number | undefined {
  return found instanceof Promise ? undefined : found.ttl;
}

describe('a cache', () => {
  it('fills once, and answers from what it has kept at once', async () => {
    const { cache } = cacheOf();
    assert.deepEqual(await cache.ask('a', false, good), { value: 'good', fwd: 'miss', stored: true });
    assert.deepEqual(cache.ask('a', false, never), { value: 'good', ttl: 10 });
  });

  it('counts the age from the beginning of the fill', async () => {
    const { cache, clock } = cacheOf();
    const flight = new Flight();
    const first = cache.ask('a', false, flight.fill);
    clock.advance(4);
    flight.finish('good');
    await first;
    clock.advance(5.9);
    assert.equal(ttlOf(cache.ask('a', false, never)), 0);
    clock.advance(0.1);
    assert.equal((await cache.ask('a', false, good)).fwd, 'stale');
  });

  it('keeps a failure for its own, shorter lifetime', async () => {
    const { cache, clock } = cacheOf();
    await cache.ask('a', false, () => Promise.resolve('bad'));
    clock.advance(0.999);
    assert.equal(ttlOf(cache.ask('a', false, never)), 0);
    clock.advance(0.001);
    assert.equal((await cache.ask('a', false, good)).value, 'good');
  });

  it('is not moved by an operator who sets the clock', async () => {
    const { cache, clock } = cacheOf();
    await keep(cache, 'a');
    clock.jump(-3600);
    assert.equal(ttlOf(cache.ask('a', false, never)), 10);
    clock.jump(7200);
    assert.equal(ttlOf(cache.ask('a', false, never)), 10);
  });

  it('lets a thousand who ask at once share one flight', async () => {
    const { cache } = cacheOf();
    const flight = new Flight();
    const asked = Array.from({ length: 1000 }, () => cache.ask('a', false, flight.fill));
    assert.equal(cache.flights, 1);
    flight.finish('good');
    const found = await Promise.all(asked);
    assert.equal(flight.begun, 1);
    assert.deepEqual(found[0], { value: 'good', fwd: 'miss', stored: true });
    assert.deepEqual(found[999], { value: 'good', fwd: 'miss', collapsed: true });
    assert.equal(cache.flights, 0);
  });

  it('shares a flight with a lifetime of 0 as well, and keeps nothing', async () => {
    const { cache } = cacheOf({ lifetime: () => 0 });
    const flight = new Flight();
    const asked = [cache.ask('a', false, flight.fill), cache.ask('a', false, flight.fill)];
    flight.finish('good');
    assert.deepEqual(await Promise.all(asked), [
      { value: 'good', fwd: 'miss', stored: false },
      { value: 'good', fwd: 'miss', collapsed: true },
    ]);
    assert.equal(cache.counts.size, 0);
  });

  it('finds out anew for who wants a fresh value, and keeps that one', async () => {
    const { cache } = cacheOf();
    await keep(cache, 'a');
    assert.deepEqual(await cache.ask('a', true, () => Promise.resolve('new')), { value: 'new', fwd: 'request', stored: true });
    assert.deepEqual(cache.ask('a', false, never), { value: 'new', ttl: 10 });
  });

  it('lets who wants a fresh value join a flight, and serves what is kept meanwhile', async () => {
    const { cache } = cacheOf();
    await keep(cache, 'a');
    const flight = new Flight();
    const first = cache.ask('a', true, flight.fill);
    const second = cache.ask('a', true, never);
    assert.deepEqual(cache.ask('a', false, never), { value: 'good', ttl: 10 });
    flight.finish('new');
    assert.equal((await first).stored, true);
    assert.deepEqual(await second, { value: 'new', fwd: 'request', collapsed: true });
  });

  it('gives everyone who waits the error of a fill that throws, and keeps nothing of it', async () => {
    const { cache } = cacheOf();
    const flight = new Flight();
    const asked = [cache.ask('a', false, flight.fill), cache.ask('a', false, flight.fill)];
    flight.fail(new Error('a bug'));
    for (const found of asked) await assert.rejects(Promise.resolve(found), /a bug/);
    assert.equal(cache.flights, 0);
    assert.equal((await cache.ask('a', false, good)).fwd, 'miss');
  });

  it('says full beyond so many flights, keeps that from nobody else, and goes on with those it knows', async () => {
    const { cache } = cacheOf({ maxFlights: 1 });
    await keep(cache, 'known');
    const flight = new Flight();
    const first = cache.ask('a', false, flight.fill);
    assert.deepEqual(cache.ask('b', false, never), { value: 'full', fwd: 'miss' });
    assert.equal(ttlOf(cache.ask('known', false, never)), 10);
    const joined = cache.ask('a', false, never);
    flight.finish('good');
    await Promise.all([first, joined]);
    assert.equal((await cache.ask('b', false, good)).value, 'good');
  });
});

describe('a cache that is full', () => {
  it('lets go of the entry that was unused for longest', async () => {
    const { cache } = cacheOf({ maxEntries: 3 });
    await keep(cache, 'a', 'b', 'c');
    for (const key of ['c', 'a', 'b']) cache.ask(key, false, never);
    await keep(cache, 'd');
    assert.equal((await cache.ask('c', false, good)).fwd, 'miss');
    assert.equal(cache.counts.evictions, 2);
    assert.equal(ttlOf(cache.ask('b', false, never)), 10);
  });

  it('holds no more bytes than it may, keys included', async () => {
    const { cache } = cacheOf({ maxBytes: 3000, size: () => 998 });
    await keep(cache, 'a', 'b', 'c');
    assert.equal(cache.counts.size, 3);
    await keep(cache, 'd');
    assert.equal(cache.counts.size, 3);
    await keep(cache, 'e'.repeat(1000));
    assert.equal(cache.counts.size, 1);
  });

  it('does not keep what is larger than all of it', async () => {
    const { cache } = cacheOf({ maxBytes: 100, size: () => 101 });
    await keep(cache, 'a');
    assert.equal(cache.counts.size, 0);
  });
});

describe('a cache that is swept', () => {
  it('holds what expired for another lifetime, and not for longer', async () => {
    const { cache, clock } = cacheOf();
    await keep(cache, 'a', 'b');
    clock.advance(19.9);
    cache.sweep();
    assert.equal(cache.counts.size, 2);
    clock.advance(0.1);
    cache.sweep();
    assert.deepEqual([cache.counts.size, cache.counts.expirations], [0, 2]);
    assert.equal((await cache.ask('a', false, good)).fwd, 'miss');
  });

  it('counts what happened', async () => {
    const { cache, clock } = cacheOf();
    await keep(cache, 'a');
    cache.ask('a', false, never);
    clock.advance(10);
    await keep(cache, 'a');
    assert.deepEqual(cache.counts, { gets: 3, hits: 1, misses: 2, sets: 2, expirations: 1, evictions: 0, size: 1 });
  });

  it('takes keys that are names of objects for what they are: keys', async () => {
    const { cache } = cacheOf();
    assert.equal((await cache.ask('__proto__', false, good)).fwd, 'miss');
    assert.equal(ttlOf(cache.ask('__proto__', false, never)), 10);
    assert.equal((await cache.ask('constructor', false, good)).fwd, 'miss');
  });
});

describe('a glance at a cache', () => {
  it('tells the age of what is kept since its fill began, and for how long it is good', async () => {
    const { cache, clock } = cacheOf();
    assert.deepEqual(cache.glance('key'), { kept: undefined, isFilling: false });
    const flight = new Flight();
    const found = cache.ask('key', false, flight.fill);
    assert.deepEqual(cache.glance('key'), { kept: undefined, isFilling: true });
    clock.advance(2);
    flight.finish('good');
    await found;
    assert.deepEqual(cache.glance('key'), { kept: { age: 2_000, left: 8_000 }, isFilling: false });
    clock.advance(9);
    assert.deepEqual(cache.glance('key'), { kept: { age: 11_000, left: -1_000 }, isFilling: false });
  });

  it('counts nothing, and keeps nothing alive', async () => {
    const { cache } = cacheOf({ maxEntries: 2 });
    await keep(cache, 'a', 'b');
    const before = cache.counts;
    cache.glance('a');
    assert.deepEqual(cache.counts, before);
    await keep(cache, 'c');
    assert.deepEqual(['a', 'b', 'c'].map((key) => cache.glance(key).kept !== undefined), [false, true, true]);
  });
});
