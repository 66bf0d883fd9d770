import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe, it } from 'node:test';
import { bareMark, type Mark } from '../lib/mark.ts';
import { asPhrase, downVerdict, markVerdict, ownReply, serviceVerdict, upVerdict, wholeCause } from '../lib/verdict.ts';

const MARK: Mark = {
  name: 'web',
  state: 'down',
  reason: 'kernel upgrade',
  by: 'ops',
  creation: Date.parse('2026-11-22T10:00:00Z') / 1000,
  expiration: Date.parse('2026-11-22T11:00:00.7Z') / 1000,
};
const BODY = Buffer.from('fine');

describe('markVerdict', () => {
  it('says 503 for down, with everything that the mark knows', () => {
    const { state, status, phrase, reason, body } = markVerdict(MARK);
    assert.deepEqual([state, status, phrase, reason], ['down', 503, 'down by ops: kernel upgrade', 'down by ops: kernel upgrade']);
    assert.equal(String(body), 'Service web in down state since 2026-11-22T10:00:00Z until 2026-11-22T11:00:00Z by ops: kernel upgrade\n');
  });

  it('says 404 for drain', () => {
    const { state, status, phrase, body } = markVerdict({ ...MARK, state: 'drain', expiration: undefined });
    assert.deepEqual([state, status, phrase], ['drain', 404, 'drained by ops: kernel upgrade']);
    assert.equal(String(body), 'Service web in drain state since 2026-11-22T10:00:00Z by ops: kernel upgrade\n');
  });

  const SAID = [
    [{}, 'down', 'Service web in down state\n'],
    [{ by: 'ops' }, 'down by ops', 'Service web in down state by ops\n'],
    [{ reason: 'disk' }, 'down: disk', 'Service web in down state: disk\n'],
  ] as const;
  for (const [known, phrase, body] of SAID) {
    it(`says no more than the mark knows: ${JSON.stringify(known)}`, () => {
      const verdict = markVerdict({ ...bareMark('web'), ...known });
      assert.deepEqual([verdict.phrase, String(verdict.body)], [phrase, body]);
    });
  }
});

describe('serviceVerdict', () => {
  for (const [status, state] of [[200, 'up'], [204, 'up'], [302, 'up'], [304, 'up'], [400, 'down'], [404, 'down'], [500, 'down'], [503, 'down']] as const) {
    it(`passes ${status} on, as ${state}`, () => {
      assert.deepEqual(serviceVerdict(status, 'Ouch', BODY), { state, status, phrase: 'Ouch', reason: `${status} Ouch`, body: BODY });
    });
  }

  for (const status of [299, 306, 420, 599, 999]) {
    it(`makes 503 of ${status}, which Node does not know, and keeps the body`, () => {
      assert.equal(STATUS_CODES[status], undefined);
      const verdict = serviceVerdict(status, 'Odd', BODY);
      assert.deepEqual([verdict.state, verdict.status, verdict.body], ['down', 503, BODY]);
      assert.equal(verdict.phrase, `the service answered with the unknown status ${status} Odd`);
    });
  }

  it('keeps a phrase empty where the service gave none', () => {
    const { phrase, reason } = serviceVerdict(500, '', BODY);
    assert.deepEqual([phrase, reason], ['', '500']);
  });
});

describe('ownReply', () => {
  it('has the cause as phrase, reason and body', () => {
    assert.deepEqual(ownReply(503, 'broken'), { status: 503, phrase: 'broken', reason: 'broken', body: Buffer.from('broken\n') });
  });

  it('says OK for 200', () => assert.equal(upVerdict('connected').phrase, 'OK'));

  it('keeps the whole cause in the body, in UTF-8, on one line', () => {
    const cause = `für ${'x'.repeat(200)}\nund so`;
    const { phrase, body } = downVerdict(cause);
    assert.equal(String(body), `${cause.replace('\n', ' ')}\n`);
    assert.equal(phrase.length, 100);
  });
});

describe('asPhrase', () => {
  const PHRASES = [
    ['plain words', 'plain words'],
    ['Münchén ﬁt', 'Munchen fit'],
    ['日本 ok', '?? ok'],
    ['a\r\nSet-Cookie: b', 'a Set-Cookie: b'],
    ['tab\tnull\0bell\x07end', 'tab null bell end'],
    ['\u202eright to left', 'right to left'],
    ['😀', '?'],
    ['x'.repeat(101), `${'x'.repeat(97)}...`],
    ['x'.repeat(100), 'x'.repeat(100)],
  ] as const;
  for (const [text, phrase] of PHRASES) {
    it(`makes ${JSON.stringify(phrase.slice(0, 30))} of ${JSON.stringify(text.slice(0, 30))}`, () => assert.equal(asPhrase(text), phrase));
  }

  it('is printable ASCII of at most 100 characters whatever it is given', () => {
    for (let code = 0; code < 0x2_0000; code += 7) {
      const phrase = asPhrase(`${String.fromCodePoint(code)}x`.repeat(150));
      assert.match(phrase, /^[\x20-\x7e]{0,100}$/, `U+${code.toString(16)}`);
    }
  });
});

describe('wholeCause', () => {
  const long = `Zugriff verweigert f\u00fcr ${'x'.repeat(200)}`;
  it('is the cause in UTF-8, not cut', () => assert.deepEqual([wholeCause(downVerdict(long)), wholeCause(upVerdict('fine'))], [long, 'fine']));
  it('is the status where the service answered, whatever it said', () => assert.equal(wholeCause(serviceVerdict(500, 'Ouch', Buffer.from('<html>'))), '500 Ouch'));
  it('is the short reason of a mark, which says more itself', () => assert.equal(wholeCause(markVerdict(MARK)), 'down by ops: kernel upgrade'));
  it('reads no long body', () => assert.equal(wholeCause(downVerdict('x'.repeat(5000))).length, 100));
});
