import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDuration } from '../../lib/clock.ts';
import { parseDuration, parseMoment } from '../../cli/time.ts';

function refusalOf(read: unknown): string {
  assert.ok(typeof read === 'object' && read !== null && 'refused' in read, `${String(read)} was taken`);
  return String(read.refused);
}

describe('parseDuration', () => {
  const READ = [
    ['90s', 90],
    ['30m', 1800],
    ['2h', 7200],
    ['1d', 86400],
    ['1h30m', 5400],
    ['1d2h3m4s', 93784],
    ['0h5m', 300],
    ['007s', 7],
    ['36525d', 36525 * 86400],
  ] as const;
  for (const [text, seconds] of READ) it(`reads ${text} as ${seconds} s`, () => assert.equal(parseDuration(text), seconds));

  for (const text of ['', '0', '0s', '0d0h', '-1h', '1.5h', '30m1h', '1h1h', 'h', '1 h', ' 1h', '1h\n', '1w', '1H', '+1h', '1e3s', '36526d', '9999999999s', 'soon']) {
    it(`refuses ${JSON.stringify(text)} and says how it is written`, () => {
      assert.equal(refusalOf(parseDuration(text)), `bad duration ${JSON.stringify(text).replace('\\n', '?')}: like 90s, 30m, 2h, 1d or 1h30m, and more than nothing`);
    });
  }

  it('asks for the unit of a bare number', () => {
    assert.equal(refusalOf(parseDuration('5')), 'bad duration "5" (5s, 5m or 5h?): like 90s, 30m, 2h, 1d or 1h30m, and more than nothing');
  });
});

describe('parseMoment', () => {
  const READ = [
    ['1763805600', 1763805600],
    ['1763805600.5', 1763805600.5],
    ['0', 0],
    ['-5', -5],
    ['2026-11-22T10:00:00Z', 1795341600],
    ['2026-11-22 10:00:00Z', 1795341600],
    ['2026-11-22T10:00Z', 1795341600],
    ['2026-11-22T10:00:00.25Z', 1795341600],
    ['2026-11-22T11:00:00+01:00', 1795341600],
    ['2026-11-22T11:00:00+0100', 1795341600],
    ['2026-11-22T05:30:00-04:30', 1795341600],
    ['2028-02-29T00:00:00Z', 1835395200],
  ] as const;
  for (const [text, time] of READ) it(`reads ${text}`, () => assert.equal(parseMoment(text), time));

  it('takes a time without a zone for one of this machine', () => {
    assert.equal(parseMoment('2026-11-22 18:00'), new Date(2026, 10, 22, 18).getTime() / 1000);
    assert.equal(parseMoment('2026-11-22T18:00:30'), new Date(2026, 10, 22, 18, 0, 30).getTime() / 1000);
  });

  it('takes a day for its first second on this machine', () => {
    assert.equal(parseMoment('2026-11-22'), new Date(2026, 10, 22).getTime() / 1000);
  });

  const REFUSED = ['', 'yesterday', 'tomorrow', '10:00', '1e9', 'Infinity', 'NaN', '0x10', '9999999999999', '-99999999999999', '2026-11-22T10', '2026-1-2'];
  const IMPOSSIBLE = ['2026-02-30', '2027-02-29T00:00:00Z', '2026-13-01', '2026-00-01', '2026-11-00', '2026-11-22T25:00:00Z', '2026-11-22T10:60:00Z', '2026-11-22T10:00:00+99:99'];
  for (const text of [...REFUSED, ...IMPOSSIBLE]) {
    it(`refuses ${JSON.stringify(text)} and says how it is written`, () => {
      assert.equal(refusalOf(parseMoment(text)), `bad time "${text}": Unix seconds, or ISO 8601 like 2026-11-22T18:00:00Z or "2026-11-22 18:00"`);
    });
  }
});

describe('formatDuration', () => {
  const ROWS = [
    [-5, '0 s'],
    [0, '0 s'],
    [44.6, '45 s'],
    [89, '89 s'],
    [90, '2 min'],
    [720, '12 min'],
    [5399, '90 min'],
    [5400, '2 h'],
    [10800, '3 h'],
    [129599, '36 h'],
    [129600, '2 d'],
    [864000, '10 d'],
  ] as const;
  for (const [seconds, text] of ROWS) it(`says ${text} for ${seconds} s`, () => assert.equal(formatDuration(seconds), text));
});
