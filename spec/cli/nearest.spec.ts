import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { didYouMean, nearest } from '../../cli/nearest.ts';

const COMMANDS = ['up', 'down', 'drain', 'status', 'check', 'serve', 'help'];

describe('nearest', () => {
  const ROWS = [
    ['stauts', 'status', 'two letters swapped'],
    ['dwon', 'down', 'two letters swapped in a short word'],
    ['chek', 'check', 'a letter left out'],
    ['upp', 'up', 'a letter too many'],
    ['drein', 'drain', 'a wrong letter'],
    ['stat', 'status', 'only the beginning'],
    ['Help', 'help', 'a capital'],
    ['up', 'up', 'the word itself'],
  ] as const;
  for (const [word, meant, what] of ROWS) {
    it(`takes ${word} for ${meant}: ${what}`, () => assert.equal(nearest(word, COMMANDS), meant));
  }

  for (const word of ['', 'zz', 'restart', 'xyzzy', 'a'.repeat(1000)]) {
    it(`finds no word near ${JSON.stringify(word.slice(0, 20))}`, () => assert.equal(nearest(word, COMMANDS), undefined));
  }

  it('prefers the nearer of two words', () => assert.equal(nearest('--fpr', ['--port', '--for']), '--for'));

  it('finds nothing among no words', () => assert.equal(nearest('up', []), undefined));
});

describe('didYouMean', () => {
  it('asks, where a word is near', () => assert.equal(didYouMean('stauts', COMMANDS), ": did you mean 'status'?"));
  it('says nothing where none is', () => assert.equal(didYouMean('xyzzy', COMMANDS), ''));
});
