import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blocksOf, COLUMNS, wrap } from '../../cli/prose.ts';

describe('wrap', () => {
  it('breaks a paragraph at its blanks, wherever its lines ended', () => assert.deepEqual(wrap('a bc\ndef g', 6), ['a bc', 'def g']));
  it('fills a line to the last column', () => assert.deepEqual(wrap('abc def gh', 7), ['abc def', 'gh']));
  it('breaks one column earlier where the next word does not fit', () => assert.deepEqual(wrap('abc def gh', 6), ['abc', 'def gh']));
  it('leaves a word alone that is longer than a line', () => assert.deepEqual(wrap('a bcdefgh i', 3), ['a', 'bcdefgh', 'i']));
  it('counts characters, not units', () => assert.deepEqual(wrap('😀😀 😀', 4), ['😀😀 😀']));
  it('keeps an empty line between paragraphs, and lines that begin with a blank', () => {
    assert.deepEqual(wrap('one two\n\nthree:\n\n  four  five six seven\n  eight\n\nnine', 9), ['one two', '', 'three:', '', '  four  five six seven', '  eight', '', 'nine']);
  });
  it('takes 80 columns where nothing else is said', () => assert.ok(wrap('word '.repeat(40).trim()).every((line) => line.length <= COLUMNS) && COLUMNS === 80));
  it('makes no line of nothing', () => assert.deepEqual(wrap('', 9), []));
});

describe('blocksOf', () => {
  it('parts paragraphs at empty lines, and where literal lines begin', () => {
    assert.deepEqual(blocksOf('a\nb\n\nc\n  d\n  e\n\n\nf'), [
      { literal: false, lines: ['a', 'b'] }, { literal: false, lines: ['c'] }, { literal: true, lines: ['  d', '  e'] }, { literal: false, lines: ['f'] },
    ]);
  });
});
