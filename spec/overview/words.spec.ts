import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STANDINGS } from '../../lib/overview/standing.ts';
import { moment, plural, runsOf, shortTime, signOf, since, standingWord, stripText } from '../../lib/overview/words.ts';
import type { Cell } from '../../lib/strip.ts';
import { TEN } from '../support/overview.ts';

/** Thirty cells from letters, the newest at the end: `.` is nobody. */
function cells(text: string): Cell[] {
  return [...text.padStart(30, '.')].map((letter) => (letter === 'u' ? 'up' : letter === 'd' ? 'down' : letter === 'n' ? 'drain' : undefined));
}

describe('a standing', () => {
  it('has a sign and a word of its own; the sign is not read out', () => {
    assert.equal(standingWord('drain').text, '<span class="standing drain"><span aria-hidden="true">\u25d0</span> draining</span>');
    assert.equal(new Set(STANDINGS.map(signOf)).size, STANDINGS.length);
    assert.equal(new Set(STANDINGS.map((standing) => standingWord(standing).text.replace(/<[^>]*>/g, ''))).size, STANDINGS.length);
  });
});

describe('times', () => {
  it('are of today, or have their day, and are there for programs, too', () => {
    assert.equal(moment(TEN + 1.7, TEN).text, '<time datetime="2026-11-22T10:00:01Z">10:00:01 UTC</time>');
    assert.equal(moment(TEN - 86_400, TEN).text, '<time datetime="2026-11-21T10:00:00Z">2026-11-21 10:00:00 UTC</time>');
    assert.equal(moment(TEN + 86_400, TEN).text, '<time datetime="2026-11-23T10:00:00Z">2026-11-23 10:00:00 UTC</time>');
  });

  it('say how long ago they are', () => assert.match(since(TEN, TEN + 720).text, /^since <time .*10:00:00 UTC<\/time> <span class="span">\(12 min ago\)<\/span>$/));

  it('that are short have tenths below ten seconds', () => {
    assert.deepEqual([0, -5, 440, 9_940, 9_960, 10_400, 123_000].map(shortTime), ['0.0 s', '0.0 s', '0.4 s', '9.9 s', '10 s', '10 s', '2 min']);
  });
});

describe('a strip in words', () => {
  for (const [strip, words] of [
    ['', 'nobody asked'],
    ['u'.repeat(30), 'up throughout'],
    ['uuu', 'up for 60 s, before that nobody asked'],
    ['u'.repeat(24) + 'ddu..u', 'up for 20 s, before that nobody asked for 40 s, before that up for 20 s, before that down for 40 s, before that 1 more change'],
    ['u'.repeat(22) + 'dduuuuuu', 'up for 2 min, before that down for 40 s, before that up for 7 min'],
    ['uun....', 'nobody asked for 80 s, before that drain for 20 s, before that up for 40 s, before that nobody asked'],
    ['ud'.repeat(15), 'down for 20 s, before that up for 20 s, before that down for 20 s, before that up for 20 s, before that 26 more changes'],
  ] as const) {
    it(`of ${strip === '' ? 'nothing' : strip} is "${words}"`, () => assert.equal(stripText(cells(strip)), `last 10 minutes: ${words}`));
  }

  it('comes in runs of cells that are alike', () => {
    assert.deepEqual(runsOf(['up', 'up', undefined, 'up']), [{ cell: 'up', from: 0, length: 2 }, { cell: undefined, from: 2, length: 1 }, { cell: 'up', from: 3, length: 1 }]);
  });
});

it('counts in words', () => assert.deepEqual([0, 1, 2].map((count) => plural(count, 'service')), ['0 services', '1 service', '2 services']));
