import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oneLine, shortened } from '../lib/line.ts';

describe('what others have written', () => {
  it('shows control characters, line ends and marks of direction as spaces', () => {
    assert.equal(oneLine('\u202e\ta\r\nb\u2028c\u0000d\u001b[1m\u2066 '), 'a b c d [1m');
  });

  it('is cut where it is too long, and says so', () => {
    assert.deepEqual([shortened('abc', 3), shortened('abcd', 3), shortened('abcd', 3, '\u2026')], ['abc', 'abc...', 'abc\u2026']);
  });
});
