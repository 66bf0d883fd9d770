import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANYTHING, atMost, exactly, goal, isMissed, judged } from './reach.ts';

describe("a bench's figure", () => {
  it('fails the run where it is not what it is to be, and could not be measured', () => {
    assert.deepEqual([60, 60.1, NaN].map((figure) => isMissed(atMost(60), figure)), [false, true, true]);
    assert.deepEqual([1, 2, 0, NaN].map((figure) => isMissed(exactly(1), figure)), [false, true, true, true]);
  });

  it('is marked then, and also where it is only aimed at', () => {
    assert.deepEqual([judged(atMost(60), 60, '60 MB'), judged(atMost(60), 61, '61 MB')], ['60 MB', '61 MB **not reached**']);
    assert.deepEqual([judged(goal(0.9), 0.9, '0.90'), judged(goal(0.9), 0.89, '0.89'), isMissed(goal(0.9), 0.1)], ['0.90', '0.89 **not reached**', false]);
  });

  it('may be what it likes where nothing is promised', () => assert.deepEqual([judged(ANYTHING, 7, '7'), isMissed(ANYTHING, NaN)], ['7', false]));

  it('is to be what its words say', () => assert.deepEqual([atMost(60, ' MB').words, exactly(1).words, goal(0.9).words, ANYTHING.words], ['≤ 60 MB', '1', 'goal: ≥ 0.9', '']));
});
