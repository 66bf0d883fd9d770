import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SegmentedLru } from '../lib/segmented-lru.ts';

interface Thing {
  readonly name: string;
  readonly weight: number;
  readonly isWorthy: boolean;
}

/** A segmented LRU of things by their names. */
class Scene {
  readonly lru: SegmentedLru<Thing>;

  constructor(maxEntries = 10, maxWeight = Infinity) {
    this.lru = new SegmentedLru({ maxEntries, maxWeight, weigh: (_key, { weight }) => weight, isWorthy: ({ isWorthy }) => isWorthy });
  }

  /** Adds each that is not there; gives those that had to go for it. */
  add(names: readonly string[], { weight = 1, isWorthy = true, isUsed = false } = {}): string[] {
    return names.flatMap((name) => this.lru.add(name, { name, weight, isWorthy }, isUsed).map((gone) => gone.name));
  }

  use(...names: readonly string[]): void {
    for (const name of names) {
      const thing = this.lru.get(name);
      assert.ok(thing !== undefined, name);
      this.lru.use(name, thing);
    }
  }

  get names(): string {
    return [...this.lru.entries()].map(([name]) => name).join('');
  }
}

function madeUp(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `made-up-${at}`);
}

describe('a segmented LRU', () => {
  it('lets go of the one unused for longest among those that were never used', () => {
    const scene = new Scene(3);
    assert.deepEqual(scene.add(['a', 'b', 'c', 'd', 'e']), ['a', 'b']);
    assert.equal(scene.names, 'cde');
  });

  it('keeps what was used, however much is added that is not', () => {
    const scene = new Scene();
    scene.add(['a', 'b']);
    scene.use('a');
    const gone = scene.add(madeUp(1_000));
    assert.equal(gone.length, 1_002 - 10);
    assert.deepEqual([gone.includes('a'), gone.includes('b'), scene.lru.size], [false, true, 10]);
  });

  it('takes the first use for one, also of what was added last', () => {
    const scene = new Scene(3);
    scene.add(['a']);
    scene.use('a', 'a');
    scene.add(madeUp(10));
    assert.ok(scene.lru.get('a') !== undefined);
  });

  it('takes for used what is added as such', () => {
    const scene = new Scene();
    scene.add(['a'], { isUsed: true });
    scene.add(madeUp(1_000));
    assert.ok(scene.lru.get('a') !== undefined);
  });

  it('protects no more than four fifths, and puts the one unused for longest back behind what is new', () => {
    const scene = new Scene(10);
    scene.add([...'abcdefghij']);
    scene.use(...'abcdefgh', 'a', 'i');
    assert.equal(scene.names, 'jbcdefghai');
    assert.deepEqual(scene.add(['k', 'l']), ['j', 'b']);
  });

  it('is full of what was used, and learns what is new all the same', () => {
    const scene = new Scene(5);
    scene.add([...'abcde']);
    scene.use(...'abcde');
    scene.add(['f']);
    scene.use('f');
    assert.equal(scene.names, 'bcdef');
  });

  it('keeps what is used more often than others can fill the protected part', () => {
    const scene = new Scene(10);
    scene.add(['a']);
    for (const [at, name] of madeUp(1_000).entries()) {
      if (at % 7 === 0) scene.use('a');
      scene.add([name]);
      scene.use(name);
    }
    assert.ok(scene.lru.get('a') !== undefined);
  });

  it('protects nothing that is not worth it, and lets it go by its last use', () => {
    const scene = new Scene(3);
    scene.add(['a', 'b'], { isWorthy: false });
    scene.use('b');
    scene.add(['c'], { isWorthy: false });
    scene.use('b', 'a', 'a');
    assert.deepEqual(scene.add(['d', 'e', 'f']), ['c', 'b', 'a']);
    assert.deepEqual(scene.add(['g'], { isWorthy: false, isUsed: true }), ['d']);
    assert.deepEqual(scene.add(['h', 'i', 'j']), ['e', 'f', 'g']);
  });

  it('is bounded in weight, and lets go of as many as must', () => {
    const scene = new Scene(100, 100);
    scene.add([...'abcd'], { weight: 20 });
    scene.use(...'abcd');
    assert.equal(scene.lru.weight, 80);
    assert.deepEqual(scene.add(['e'], { weight: 20 }), []);
    scene.use('e');
    assert.equal(scene.names, 'abcde');
    assert.deepEqual(scene.add(['f'], { weight: 1 }), ['a']);
    assert.deepEqual(scene.add(['g'], { weight: 90 }), ['f', 'b', 'c', 'd', 'e']);
    assert.deepEqual([scene.names, scene.lru.weight], ['g', 90]);
  });

  it('has room for one', () => {
    const scene = new Scene(1);
    scene.add(['a']);
    scene.use('a', 'a');
    assert.deepEqual([scene.add(['b']), scene.names], [['a'], 'b']);
  });

  it('forgets what is removed, and takes a use of it for none', () => {
    const scene = new Scene();
    scene.add([...'abc'], { weight: 2 });
    scene.use('a');
    const [a, b] = [scene.lru.remove('a'), scene.lru.remove('b')];
    assert.deepEqual([a?.name, b?.name, scene.lru.remove('b'), scene.names, scene.lru.weight], ['a', 'b', undefined, 'c', 2]);
    for (const thing of [a, b]) if (thing !== undefined) scene.lru.use(thing.name, thing);
    assert.deepEqual([scene.names, scene.lru.size], ['c', 1]);
  });

  it('counts and weighs what it holds, whatever is done to it', () => {
    const scene = new Scene(8, 40);
    let seed = 1;
    const upTo = (count: number): number => (seed = (seed * 48_271) % 2_147_483_647) % count;
    for (let step = 0; step < 20_000; step += 1) {
      const name = String(upTo(20));
      if (upTo(3) > 0 && scene.lru.get(name) !== undefined) scene.use(name);
      else if (scene.lru.remove(name) === undefined) scene.add([name], { weight: 1 + upTo(40), isWorthy: upTo(2) === 0, isUsed: upTo(2) === 0 });
      const held = [...scene.lru.entries()];
      assert.deepEqual([scene.lru.size, scene.lru.weight], [held.length, held.reduce((sum, [, { weight }]) => sum + weight, 0)]);
      assert.ok(held.length <= 8 && scene.lru.weight <= 40, scene.names);
    }
  });
});
