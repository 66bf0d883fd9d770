import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareMark, formatMark, isCurrent, isoTime, isTime, markRow, parseMark, type Mark } from '../lib/mark.ts';

const BARE: Mark = { name: 'web', state: 'down', reason: undefined, by: undefined, creation: undefined, expiration: undefined };
/** 2025-11-22T10:00:00Z */
const TIME = 1763805600;

function parse(contents: string | Buffer): Mark {
  return parseMark('web', Buffer.from(contents));
}

describe('parseMark takes for a plain-text reason', () => {
  const PLAIN: readonly (readonly [string, string | Buffer, string | undefined])[] = [
    ['nothing at all', '', undefined],
    ['an empty line', '\n', undefined],
    ['blanks', ' \t\r\n ', undefined],
    ['a line', 'kernel upgrade\n', 'kernel upgrade'],
    ['several lines', 'kernel\nupgrade\r\nat ten\n', 'kernel upgrade at ten'],
    ['a text with accents', 'Wartung für Käthe ☕\n', 'Wartung für Käthe ☕'],
    ['a text behind a byte order mark', '\ufeffkernel upgrade', 'kernel upgrade'],
    ['a ticket number', '12345', '12345'],
    ['a fraction', '-1.5e3\n', '-1.5e3'],
    ['a list', '[]', '[]'],
    ['a list with an object', '[{"state": "drain"}]', '[{"state": "drain"}]'],
    ['null', 'null\n', 'null'],
    ['true', 'true', 'true'],
    ['a JSON text', '"text"', '"text"'],
    ['broken JSON', '{"reason": "x", "state": "drain"', '{"reason": "x", "state": "drain"'],
    ['JSON with a comma too many', '{"state": "drain",}', '{"state": "drain",}'],
    ['two JSON objects', '{"state": "drain"}{}', '{"state": "drain"}{}'],
    ['the NaN that Python writes', '{"expiration": NaN}', '{"expiration": NaN}'],
    ['the Infinity that Python writes', '{"expiration": -Infinity}', '{"expiration": -Infinity}'],
    ['terminal sequences', '\x1b[31mred\x07\x00\x7f\x9bend', '[31mred end'],
    ['binary', Buffer.from([0, 1, 2, 0xff, 0xfe, 0x41, 0xc3]), '\ufffd\ufffdA\ufffd'],
    ['UTF-16', Buffer.from('\ufeffab', 'utf16le'), '\ufffd\ufffda b'],
  ];
  for (const [what, contents, reason] of PLAIN) {
    it(what, () => assert.deepEqual(parse(contents), { ...BARE, reason }));
  }
});

describe('parseMark', () => {
  it('reads what this hacheck writes', () => {
    const mark: Mark = { name: 'web', state: 'drain', reason: 'kernel "6.1" \\ upgrade', by: 'ops', creation: TIME + 0.25, expiration: TIME + 60 };
    assert.deepEqual(parse(formatMark(mark)), mark);
  });

  it('reads what the earlier ones write: Python spells floats and commas its own way, and one has more keys', () => {
    const mark = { ...BARE, reason: 'kernel upgrade', creation: TIME };
    assert.deepEqual(parse('{"reason": "kernel upgrade", "creation": 1763805600.0, "expiration": null}'), mark);
    assert.deepEqual(parse('{"service": "web", "port": 8080, "reason": "kernel upgrade", "creation": 1763805600.0, "expiration": 1763809200.5}'), {
      ...mark,
      expiration: TIME + 3600.5,
    });
  });

  it('reads JSON behind a byte order mark, and among blanks', () => {
    assert.deepEqual(parse('\ufeff{"state": "drain"}'), { ...BARE, state: 'drain' });
    assert.deepEqual(parse('\r\n {\n"state":\t"drain"\n}\n\n'), { ...BARE, state: 'drain' });
  });

  it('takes an empty object, and null for every key, for a mark of which nothing is known', () => {
    assert.deepEqual(parse('{}'), BARE);
    assert.deepEqual(parse('{"reason": null, "creation": null, "expiration": null, "state": null, "by": null}'), BARE);
  });

  for (const key of ['reason', 'by']) {
    for (const value of ['5', '0', 'true', '[]', '["x"]', '{}', '{"reason": "x"}', '""', '" \\n "']) {
      it(`takes ${key} ${value} for none, and keeps the rest`, () => {
        assert.deepEqual(parse(`{"${key}": ${value}, "creation": 5, "state": "drain"}`), { ...BARE, creation: 5, state: 'drain' });
      });
    }
  }

  for (const key of ['creation', 'expiration']) {
    for (const value of ['"1763805600"', '"NaN"', '""', 'true', '[1]', '{}', '1e300', '-1e300', '1e999', '253402300800']) {
      it(`takes ${key} ${value} for none, and keeps the rest`, () => {
        assert.deepEqual(parse(`{"${key}": ${value}, "reason": "x", "state": "drain"}`), { ...BARE, reason: 'x', state: 'drain' });
      });
    }
    for (const value of [0, -1, 0.5, -TIME, 253402300799]) {
      it(`takes ${key} ${value} for a time`, () => assert.deepEqual(parse(`{"${key}": ${value}}`), { ...BARE, [key]: value }));
    }
  }

  for (const state of ['"DRAIN"', '"up"', '"drained"', '" drain"', '""', '0', 'true', '["drain"]', '{"drain": 1}']) {
    it(`takes the state ${state} for down`, () => assert.deepEqual(parse(`{"state": ${state}, "reason": "x"}`), { ...BARE, reason: 'x' }));
  }

  it('is told nothing by keys that every object has', () => {
    assert.deepEqual(parse('{"__proto__": {"state": "drain", "reason": "x"}, "constructor": 1}'), BARE);
  });

  const EDGES: readonly (readonly [string, string, string])[] = [
    ['one byte each', 'x'.repeat(4097), 'x'.repeat(4096)],
    ['exactly enough', `${'x'.repeat(4094)}é`, `${'x'.repeat(4094)}é`],
    ['two bytes across the edge', `${'x'.repeat(4095)}éx`, 'x'.repeat(4095)],
    ['three bytes each', '€'.repeat(2000), '€'.repeat(1365)],
    ['four bytes each, one byte in', `x${'😀'.repeat(2000)}`, `x${'😀'.repeat(1023)}`],
  ];
  for (const [what, reason, kept] of EDGES) {
    it(`keeps 4 KiB of a reason, cut between characters: ${what}`, () => {
      assert.equal(parse(reason).reason, kept);
      assert.equal(parse(JSON.stringify({ reason })).reason, kept);
    });
  }
});

describe('formatMark', () => {
  it('writes one line of JSON with every key, null for what is not known', () => {
    assert.equal(formatMark(BARE), '{"reason":null,"creation":null,"expiration":null,"state":"down","by":null}\n');
    assert.equal(
      formatMark({ name: 'web', state: 'drain', reason: 'a "b" c\td', by: 'ops', creation: 1.5, expiration: 2 }),
      '{"reason":"a \\"b\\" c d","creation":1.5,"expiration":2,"state":"drain","by":"ops"}\n',
    );
  });

  it('writes no more of a reason than is read', () => {
    const written = formatMark({ ...BARE, reason: '"'.repeat(100_000), by: '"'.repeat(100_000) });
    assert.ok(Buffer.byteLength(written) <= 64 * 1024);
    assert.equal(parse(written).reason, '"'.repeat(4096));
  });
});

describe('isCurrent', () => {
  const CASES = [[undefined, true], [TIME + 0.001, true], [TIME, false], [TIME - 0.001, false], [0, false], [-1, false]] as const;
  for (const [expiration, current] of CASES) {
    it(`says ${current} of a mark that expires at ${expiration} when it is ${TIME}`, () => assert.equal(isCurrent({ ...BARE, expiration }, TIME), current));
  }
});

describe('markRow', () => {
  it('tells a mark with times in ISO 8601, null for what is not known', () => {
    assert.deepEqual(markRow('web', { name: 'all', state: 'drain', reason: 'x', by: 'ops', creation: TIME + 0.9, expiration: -1 }), {
      state: 'DRAIN', service: 'web', reason: 'x', by: 'ops', since: '2025-11-22T10:00:00Z', until: '1969-12-31T23:59:59Z',
    });
    assert.deepEqual(markRow('web', bareMark('web')), { state: 'DOWN', service: 'web', reason: null, by: null, since: null, until: null });
    assert.deepEqual(markRow('web', undefined), { state: 'UP', service: 'web', reason: null, by: null, since: null, until: null });
  });
});

describe('times and lines', () => {
  it('know the years 0 to 9999, which ISO 8601 writes with four digits', () => {
    for (const [time, text] of [[-62167219200, '0000-01-01T00:00:00Z'], [0, '1970-01-01T00:00:00Z'], [253402300799, '9999-12-31T23:59:59Z']] as const) {
      assert.ok(isTime(time));
      assert.equal(isoTime(time), text);
    }
    for (const time of [-62167219201, 253402300800, NaN, Infinity, -Infinity, 1e300]) assert.equal(isTime(time), false, String(time));
  });
});
