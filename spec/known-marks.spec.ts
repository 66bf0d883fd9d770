import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownMarks } from '../lib/known-marks.ts';
import { bareMark } from '../lib/mark.ts';

describe('the marks that were read last', () => {
  it('are those that were read, as they were read last, until they are gone', () => {
    const known = new KnownMarks();
    assert.equal(known.get('web'), undefined);
    known.note(bareMark('web', 'one'));
    known.note({ ...bareMark('web', 'two'), state: 'drain' });
    assert.deepEqual([known.get('web')?.state, known.get('web')?.reason, known.get('api')], ['drain', 'two', undefined]);
    known.forget('web');
    assert.equal(known.get('web'), undefined);
  });

  it('are a thousand at most', () => {
    const known = new KnownMarks();
    const names = Array.from({ length: 2_500 }, (_, at) => `n${at}`);
    for (const name of names) known.note(bareMark(name));
    assert.ok(names.filter((name) => known.get(name) !== undefined).length <= 1_000);
    assert.notEqual(known.get('n2499'), undefined);
  });
});
