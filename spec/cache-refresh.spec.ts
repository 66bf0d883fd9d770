import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cache } from '../lib/cache.ts';
import { HandClock } from './support/daemon.ts';

const never = (): never => assert.fail('nothing has failed');

/** A cache of a service that takes its time, and that tells how often and when it was asked. */
class Scene {
  readonly clock = new HandClock();
  readonly began: number[] = [];
  readonly cache: Cache<string>;
  readonly took: number;
  value = 'good';
  readonly #start = this.clock.monotonic();
  readonly #wakings: number[] = [];

  /** @param took seconds that a fill takes */
  constructor(took = 0, options: { readonly lifetime?: number; readonly maxFlights?: number; readonly maxFlightsInAll?: number; readonly refreshAhead?: boolean } = {}) {
    this.took = took;
    const { lifetime = 10_000, maxFlights = 10, maxFlightsInAll = Infinity, refreshAhead = true } = options;
    const wake = refreshAhead ? (milliseconds: number): void => void this.#wakings.push(this.clock.monotonic() + milliseconds) : undefined;
    const isWarm = (value: string): boolean => value !== 'bad';
    this.cache = new Cache({ lifetime: (value) => (isWarm(value) ? lifetime : 1_000), size: () => 1, isWarm, wake, maxEntries: 3, maxBytes: 100, maxFlights, maxFlightsInAll, full: 'full', now: this.clock.monotonic });
  }

  readonly #landings: (() => void)[] = [];
  readonly fill = (): Promise<string> => {
    this.began.push((this.clock.monotonic() - this.#start) / 1000);
    return new Promise((resolve) => this.#landings.push(() => resolve(this.value)));
  };

  /** What is said now: where it had to come from, or for how many seconds it is still good. */
  async ask(key = 'key', fresh = false): Promise<string | number | undefined> {
    const found = await this.cache.ask(key, fresh, this.fill);
    return found.ttl ?? `${found.fwd}${found.collapsed === true ? ', collapsed' : ''}`;
  }

  /** Ends the fills that are under way, after the time that they take. */
  async land(): Promise<void> {
    this.clock.advance(this.took);
    for (const landing of this.#landings.splice(0)) landing();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Asks for the first time, and waits for the fill. */
  async begin(key = 'key'): Promise<void> {
    const first = this.ask(key);
    await this.land();
    await first;
  }

  /** Lets time go by up to a second of the scene, and calls for what is to be filled again when that was asked for. */
  goTo(second: number): void {
    const end = this.#start + 1000 * second;
    for (const waking of this.#wakings.splice(0).sort((a, b) => a - b)) {
      if (waking > end) {
        this.#wakings.push(waking);
        continue;
      }
      this.#moveTo(waking);
      this.cache.refresh(never);
    }
    this.#moveTo(end);
  }

  #moveTo(moment: number): void {
    this.clock.advance(Math.max(0, moment - this.clock.monotonic()) / 1000);
  }
}

describe('a value that was asked for', () => {
  const LEADS: readonly (readonly [took: number, lifetime: number, at: number])[] = [
    [0, 10, 9.9], [0.4, 10, 9.4], [2, 10, 7.4], [3.92, 10, 5], [4.5, 10, 5], [0, 0.1, 0.05], [0.7, 2, 1.025],
  ];
  for (const [took, lifetime, at] of LEADS) {
    it(`is filled again at ${at} s of ${lifetime} s where the last fill took ${took} s`, async () => {
      const scene = new Scene(took, { lifetime: 1000 * lifetime });
      await scene.begin();
      await scene.ask();
      scene.goTo(at - 0.001);
      assert.equal(scene.began.length, 1);
      scene.goTo(at + 0.01);
      assert.equal(scene.began.length, 2);
    });
  }

  it('is given until the new one is there', async () => {
    const scene = new Scene(0.4);
    await scene.begin();
    await scene.ask();
    scene.goTo(9.5);
    assert.equal(await scene.ask(), 0);
    await scene.land();
    assert.equal(await scene.ask(), 9);
  });

  it('is given to nobody when its time is over: who asks then waits for the flight', async () => {
    const scene = new Scene(0.4);
    await scene.begin();
    await scene.ask();
    scene.goTo(9.5);
    scene.goTo(10);
    const late = scene.ask();
    await scene.land();
    assert.equal(await late, 'stale, collapsed');
    assert.equal(scene.began.length, 2);
  });

  it('is filled once, however often it is asked for', async () => {
    const scene = new Scene();
    await scene.begin();
    for (let second = 0; second < 10; second += 0.5) {
      scene.goTo(second);
      await scene.ask();
    }
    scene.goTo(9.99);
    assert.deepEqual(scene.began, [0, 9.9]);
  });

  it('is filled again and again while it is asked for, at most twice in its time', async () => {
    const scene = new Scene(6);
    await scene.begin();
    for (let round = 0; round < 4; round += 1) {
      void scene.ask();
      scene.goTo(scene.clock.monotonic() / 1000 - 1_000 + 0.02);
      await scene.land();
    }
    const gaps = scene.began.slice(1).map((moment, at) => moment - (scene.began[at] ?? 0));
    assert.equal(gaps.length, 4);
    for (const gap of gaps) assert.ok(gap >= 5, String(gap));
  });

  it('shares its fill with who wants a fresh one', async () => {
    const scene = new Scene(0.4);
    await scene.begin();
    await scene.ask();
    scene.goTo(9.5);
    const fresh = scene.ask('key', true);
    await scene.land();
    assert.equal(await fresh, 'request, collapsed');
  });

  it('is filled also where there are too many flights, and so is one that is too old', async () => {
    const scene = new Scene(0, { maxFlights: 1 });
    await scene.begin();
    await scene.ask();
    void scene.ask('other');
    scene.goTo(9.95);
    assert.equal(scene.began.length, 3);
    await scene.land();
    void scene.ask('another');
    scene.goTo(25);
    void scene.ask();
    assert.equal(scene.began.length, 5);
    assert.equal(await scene.ask('a third'), 'miss');
    assert.equal(scene.began.length, 5);
  });

  it('is not filled where there are too many flights in all, and then who asks for it is told so', async () => {
    const scene = new Scene(0, { maxFlights: 1, maxFlightsInAll: 2 });
    for (const key of ['key', 'second']) {
      await scene.begin(key);
      await scene.ask(key);
    }
    void scene.ask('other');
    scene.goTo(9.95);
    assert.equal(scene.began.length, 4);
    assert.equal(await scene.ask('second'), 0);
    scene.goTo(10);
    assert.equal((await scene.cache.ask('second', false, never)).value, 'full');
    await scene.land();
    assert.equal(await scene.ask(), 9);
  });

  it('is a failure where the new one is', async () => {
    const scene = new Scene();
    await scene.begin();
    await scene.ask();
    scene.value = 'bad';
    scene.goTo(9.95);
    await scene.land();
    assert.equal((await scene.cache.ask('key', false, never)).value, 'bad');
  });

  it('tells of a fill that throws, stays until its end, and is filled by the next one who asks then', async () => {
    const scene = new Scene();
    await scene.cache.ask('key', false, () => Promise.resolve('good'));
    let isBroken = false;
    await scene.cache.ask('key', true, () => (isBroken ? Promise.reject(new Error('a bug')) : Promise.resolve('good')));
    await scene.ask();
    isBroken = true;
    scene.clock.advance(9.95);
    const failures: unknown[] = [];
    scene.cache.refresh((error) => failures.push(error));
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(String(failures), /a bug/);
    assert.equal(await scene.ask(), 0);
    scene.clock.advance(0.05);
    await scene.begin();
    assert.equal(await scene.ask(), 10);
  });
});

describe('nothing is filled ahead', () => {
  const neverFilled = async (scene: Scene): Promise<void> => {
    for (let second = 0.5; second < 40; second += 0.5) scene.goTo(second);
    assert.deepEqual(scene.began, [0]);
  };

  it('for what nobody has asked for again', async () => {
    const scene = new Scene();
    await scene.begin();
    await neverFilled(scene);
  });

  it('for a failure', async () => {
    const scene = new Scene();
    scene.value = 'bad';
    await scene.begin();
    await scene.ask();
    await neverFilled(scene);
  });

  it('with a lifetime of 0', async () => {
    const scene = new Scene(0, { lifetime: 0 });
    await scene.begin();
    await neverFilled(scene);
  });

  it('where nobody wants it', async () => {
    const scene = new Scene(0, { refreshAhead: false });
    await scene.begin();
    await scene.ask();
    await neverFilled(scene);
  });

  it('for what was let go meanwhile', async () => {
    const scene = new Scene();
    await scene.begin();
    await scene.ask();
    for (const key of ['a', 'a', 'b', 'b', 'c']) await scene.cache.ask(key, false, () => Promise.resolve('good'));
    await neverFilled(scene);
  });

  it('for what was found out anew meanwhile, until that one is asked for', async () => {
    const scene = new Scene();
    await scene.begin();
    await scene.ask();
    scene.goTo(5);
    const fresh = scene.ask('key', true);
    await scene.land();
    await fresh;
    scene.goTo(14);
    assert.deepEqual(scene.began, [0, 5]);
    await scene.ask();
    scene.goTo(14.95);
    assert.deepEqual(scene.began, [0, 5, 14.9]);
  });

  it('for what was too old at the first look for a while', async () => {
    const scene = new Scene();
    await scene.begin();
    await scene.ask();
    scene.clock.advance(30);
    scene.goTo(30);
    assert.deepEqual(scene.began, [0]);
  });
});
