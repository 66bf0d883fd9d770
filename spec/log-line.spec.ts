import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { journalLine, jsonLine, textLine, type Entry } from '../lib/log-line.ts';

const TIME = Date.parse('2026-11-22T10:00:00Z') / 1000;
const ENTRY: Entry = { priority: 'warning', message: 'web is down', fields: { event: 'change', after: 1.5, from: null } };
const NASTY = 'web\nis\x1b[31mdown\u2028';

describe('a line of the log', () => {
  it('for people is the time and the message', () => assert.equal(textLine(TIME, ENTRY), '2026-11-22T10:00:00Z web is down'));

  it('for machines is one JSON object', () => {
    assert.deepEqual(JSON.parse(jsonLine(TIME, ENTRY)), { time: '2026-11-22T10:00:00Z', priority: 'warning', message: 'web is down', event: 'change', after: 1.5, from: null });
    assert.deepEqual(JSON.parse(jsonLine(TIME, { priority: 'info', message: 'ready' })), { time: '2026-11-22T10:00:00Z', priority: 'info', message: 'ready' });
  });

  for (const [priority, number] of [['error', 3], ['warning', 4], ['notice', 5], ['info', 6], ['debug', 7]] as const) {
    it(`for journald begins with <${number}> where it is of priority ${priority}`, () => {
      assert.equal(journalLine()(TIME, { ...ENTRY, priority }), `<${number}>web is down`);
      assert.equal(journalLine(jsonLine)(TIME, { ...ENTRY, priority }), `<${number}>${jsonLine(TIME, { ...ENTRY, priority })}`);
    });
  }

  for (const [name, format] of [['people', textLine], ['machines', jsonLine], ['journald', journalLine()]] as const) {
    it(`for ${name} is one line without control characters, whatever is said`, () => {
      const line = format(TIME, { priority: 'info', message: NASTY, fields: { reason: NASTY } });
      assert.match(line, /^[\x20-\x7e]+$/);
      assert.ok(line.includes('web is [31mdown'), line);
    });

    it(`for ${name} has at most 2000 characters of a text`, () => {
      const line = format(TIME, { priority: 'info', message: 'x'.repeat(20_000), fields: { reason: 'y'.repeat(20_000) } });
      assert.equal(line.split('x').length - 1, 2000);
      assert.ok(line.split('y').length - 1 <= 2002, String(line.length));
    });
  }

  it('for machines takes a field of any name for what it is', () => {
    const line = jsonLine(TIME, { priority: 'info', message: 'm', fields: Object.fromEntries([['__proto__', 'x']]) });
    assert.ok(line.includes('"__proto__":"x"'), line);
  });
});
