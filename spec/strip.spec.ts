import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CELL, CELLS, Strip, type Cell } from '../lib/strip.ts';

/** The last cells, the newest at the end. */
function end(strip: Strip, now: number, count: number): Cell[] {
  return strip.cells(now).slice(-count);
}

describe('a strip', () => {
  it('is empty before the first verdict, from the clock\'s zero on', () => {
    for (const now of [0, 1, CELL, 100 * CELL]) assert.deepEqual(new Strip().cells(now), Array(CELLS).fill(undefined));
  });

  it('has the worst verdict of each cell, whichever came last', () => {
    const strip = new Strip();
    const told = [['up', 'down', 'up'], ['up', 'drain'], ['drain', 'down'], ['drain', 'up'], ['up', 'up']] as const;
    for (const [at, states] of told.entries()) for (const [nth, state] of states.entries()) strip.tell(state, at * CELL + nth);
    assert.deepEqual(end(strip, 5 * CELL - 1, 6), [undefined, 'down', 'drain', 'down', 'drain', 'up']);
  });

  it('takes the first moment of a cell for its own, and the last', () => {
    const strip = new Strip();
    strip.tell('down', CELL);
    strip.tell('up', 2 * CELL - 1);
    strip.tell('up', 2 * CELL);
    assert.deepEqual(end(strip, 2 * CELL, 3), [undefined, 'down', 'up']);
  });

  it('has empty cells where nobody asked', () => {
    const strip = new Strip();
    strip.tell('up', 0);
    strip.tell('up', 3 * CELL);
    assert.deepEqual(end(strip, 5 * CELL, 6), ['up', undefined, undefined, 'up', undefined, undefined]);
  });

  it('forgets what is older than ten minutes, also what nobody has written over', () => {
    const strip = new Strip();
    for (let at = 0; at < CELLS; at += 1) strip.tell('down', at * CELL);
    assert.deepEqual(new Set(strip.cells((CELLS - 1) * CELL)), new Set(['down']));
    assert.equal(strip.cells((CELLS + 4) * CELL).filter((cell) => cell === 'down').length, CELLS - 5);
    strip.tell('up', (CELLS + 9) * CELL);
    assert.deepEqual(strip.cells((CELLS + 9) * CELL), [...Array<Cell>(CELLS - 10).fill('down'), ...Array<Cell>(9).fill(undefined), 'up']);
    strip.tell('up', 1000 * CELL);
    assert.deepEqual(strip.cells(1000 * CELL), [...Array<Cell>(CELLS - 1).fill(undefined), 'up']);
    assert.deepEqual(strip.cells(2000 * CELL), Array(CELLS).fill(undefined));
  });
});
