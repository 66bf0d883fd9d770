import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { formatMark, isCurrent, markRow, MARK_BYTES, parseMark } from '../../lib/mark.ts';
import { markVerdict } from '../../lib/verdict.ts';
import { assertFit } from './fit.ts';
import { holds, isLinear, mutated, type Chance } from './fuzz.ts';

const TOKENS = ['"', '{', '}', '[', ']', ':', ',', 'null', 'true', '1e400', '-1', '1763805600.0', '"state"', '"drain"', '"down"', '"up"', '"expiration"', '"reason"', '"by"', '\\u0000', '\\ud800', '\xef\xbb\xbf', '\xe2\x80\xa8', '\xe2\x80\xae', '\n', '\r', '\0', '__proto__', '253402300800', '-62167219201'];
const MARKS = [
  '{"reason": "kernel upgrade", "creation": 1763805600.0, "expiration": 1763809200.0, "state": "down", "by": "ops"}',
  '{"reason":null,"creation":null,"expiration":null,"state":"drain","by":null}', 'kernel upgrade', '', '[]', '17', '"text"', 'null',
  `{"reason": "${'\xc3\xa9'.repeat(2_100)}", "by": "${'\xe2\x82\xac '.repeat(90)}", "state": "drain"}`,
];

const anyMark = (chance: Chance): string => (chance.below(10) === 0 ? chance.bytes() : mutated(chance, chance.one(MARKS), TOKENS));

describe('a mark', () => {
  holds('takes its service out whatever it holds, unless that is an end that has passed', anyMark, (text) => {
    const mark = parseMark('web', Buffer.from(text, 'latin1').subarray(0, MARK_BYTES));
    assert.ok(mark.state === 'down' || mark.state === 'drain');
    assert.ok(isCurrent(mark, -1e12));
    if (mark.expiration === undefined) assert.ok(isCurrent(mark, 1e12));
    const verdict = markVerdict(mark);
    assert.equal(verdict.status, mark.state === 'drain' ? 404 : 503);
    assertFit(verdict);
  });

  holds('says the same when it is written anew and read again', anyMark, (text) => {
    const mark = parseMark('web', Buffer.from(text, 'latin1'));
    const written = formatMark(mark);
    assert.deepEqual(parseMark('web', Buffer.from(written)), mark);
    assert.ok(Buffer.byteLength(written) <= MARK_BYTES);
    const { since, until } = markRow('web', mark);
    for (const time of [since, until]) assert.match(time ?? '2026-11-22T10:00:00Z', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(Buffer.byteLength(mark.reason ?? '') <= 4_096 && Buffer.byteLength(mark.by ?? '') <= 256);
    for (const said of [mark.reason, mark.by]) assert.ok(said === undefined || said === said.trim());
  });

  isLinear('reading one', ['x', '"', '[', '{"a":', '\\', ' ', '\n', '\u202e', '{"reason":"x"}'], (text) => markVerdict(parseMark('web', Buffer.from(text))));
});
