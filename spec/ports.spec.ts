import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { includesPort } from '../lib/ports.ts';

describe('includesPort', () => {
  const RANGES = [{ first: 80, last: 80 }, { first: 8000, last: 8999 }];
  for (const port of [80, 8000, 8001, 8998, 8999]) it(`has ${port} in 80 and 8000-8999`, () => assert.equal(includesPort(RANGES, port), true));
  for (const port of [0, 1, 79, 81, 800, 7999, 9000, 65535]) it(`has no ${port} in 80 and 8000-8999`, () => assert.equal(includesPort(RANGES, port), false));

  it('has every port in 1-65535', () => {
    const every = [{ first: 1, last: 65535 }];
    assert.deepEqual([0, 1, 65535, 65536].map((port) => includesPort(every, port)), [false, true, true, false]);
  });

  it('has none where there are no ranges', () => assert.equal(includesPort([], 80), false));
});
