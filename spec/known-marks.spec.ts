import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownMarks } from '../lib/known-marks.ts';
import { bareMark } from '../lib/mark.ts';

const FILE = { ino: 7, ctimeMs: 1_000.5, size: 40 };

describe('the marks that were read last', () => {
  it('are those that were read, as they were read last, until they are gone', () => {
    const known = new KnownMarks();
    assert.equal(known.get('web', FILE), undefined);
    known.note(bareMark('web', 'one'), FILE);
    known.note({ ...bareMark('web', 'two'), state: 'drain' }, FILE);
    const mark = known.get('web', FILE);
    assert.deepEqual([mark?.state, mark?.reason, known.get('api', FILE)], ['drain', 'two', undefined]);
    known.forget('web');
    assert.equal(known.get('web', FILE), undefined);
  });

  for (const [what, other] of [['another', { ino: 8 }], ['written to', { ctimeMs: 1_000.6 }], ['longer', { size: 41 }]] as const) {
    it(`say nothing of a file that is ${what} by now`, () => {
      const known = new KnownMarks();
      known.note(bareMark('web', 'one'), FILE);
      assert.equal(known.get('web', { ...FILE, ...other }), undefined);
    });
  }

  it('are a thousand at most', () => {
    const known = new KnownMarks();
    const names = Array.from({ length: 2_500 }, (_, at) => `n${at}`);
    for (const name of names) known.note(bareMark(name), FILE);
    assert.ok(names.filter((name) => known.get(name, FILE) !== undefined).length <= 1_000);
    assert.notEqual(known.get('n2499', FILE), undefined);
  });
});
