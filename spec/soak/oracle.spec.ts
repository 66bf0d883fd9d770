import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markOf, wrong, type Answered } from './oracle.ts';
import type { Soaked } from './services.ts';
import { Timeline } from './timeline.ts';

const PROMISED = { cacheTime: 2_000, failureCacheTime: 1_000, timeout: 500 };
const DOWN = 'Service web in down state since 2026-11-23T12:43:31Z by soak: a soak\n';

/** A service that was up until 10 000, down until 20 000, and up since; marked down from 30 000 to 40 000. */
function service(): Soaked {
  const [up, mark] = [new Timeline(true), new Timeline<'none' | 'down' | 'drain'>('none')];
  up.change(10_000, 10_001, false);
  up.change(20_000, 20_001, true);
  mark.change(30_000, 30_001, 'down');
  mark.change(40_000, 40_001, 'none');
  return { name: 'web', port: 80, path: '/http/web/80/', kind: 'well', tellsAge: true, up, mark, probes: [], turn: async () => undefined };
}

const at = (asked: number, status: number, body: string): Answered => ({ asked, answered: asked + 10, status, body });

describe('the oracle', () => {
  for (const [what, answer] of [
    ['an up while it was up', at(5_000, 200, 'asked at 4000')],
    ['an up as long as one may be kept', at(11_900, 200, 'asked at 9900')],
    ['a down while it was down', at(15_000, 503, 'asked at 14500')],
    ['a down as long as one may be kept', at(21_400, 503, 'asked at 19999')],
    ['a mark that stands', at(35_000, 503, DOWN)],
    ['a mark that is just made, and its absence', at(29_995, 503, DOWN)],
    ['no mark yet', at(29_995, 200, 'asked at 29000')],
  ] as const) {
    it(`finds ${what} right`, () => assert.equal(wrong(service(), answer, PROMISED), undefined));
  }

  for (const [what, answer] of [
    ['an up that is too old', at(5_000, 200, 'asked at 2900')],
    ['an up long after it went down', at(12_100, 200, 'asked at 12000')],
    ['a down long after it came back', at(21_600, 503, 'asked at 21000')],
    ['an answer that passes over a mark', at(35_000, 200, 'asked at 34000')],
    ['a mark that is gone', at(41_000, 503, DOWN)],
    ['a mark with the wrong status', at(35_000, 200, DOWN)],
    ['an up that tells no age', at(5_000, 200, 'fine')],
  ] as const) {
    it(`finds ${what} wrong`, () => assert.match(wrong(service(), answer, PROMISED) ?? 'right', /^web: /));
  }

  it('knows marks by their words', () => {
    assert.deepEqual([markOf(DOWN), markOf(DOWN.replace('down', 'drain')), markOf('asked at 7')], ['down', 'drain', 'none']);
  });
});
