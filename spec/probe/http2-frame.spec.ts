import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentOf, DATA, errorAt, HEADERS, numberAt, readFrame, writeFrame } from '../../lib/probe/http2-frame.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const framed = (type: number, flags: number, payload: string) => ({ type, flags, stream: 1, payload: hex(payload) });

describe('a frame of HTTP/2', () => {
  it('is read when it is whole, and written', () => {
    const bytes = hex('000003 01 05 00000001 616263');
    assert.deepEqual(writeFrame(1, 5, 1, Buffer.from('abc')), bytes);
    for (let length = 0; length < bytes.length; length += 1) assert.equal(readFrame(bytes.subarray(0, length)), undefined);
    const frame = { type: 1, flags: 5, stream: 1, payload: Buffer.from('abc') };
    assert.deepEqual(readFrame(Buffer.concat([bytes, Buffer.from('more')])), { value: frame, bytes: bytes.length });
  });

  it('has a reserved bit, which says nothing', () => assert.equal(readFrame(hex('000000 00 00 80000003'))?.value.stream, 3));

  it('has at most 16 KiB; what is more, is likely not HTTP/2 and is repeated', () => {
    assert.equal(readFrame(writeFrame(0, 0, 1, Buffer.alloc(16_384)))?.bytes, 16_393);
    assert.throws(() => readFrame(hex('004001 00 00 00000001')), { message: 'no HTTP/2' });
    assert.throws(() => readFrame(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), { message: 'no HTTP/2', raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' });
  });

  for (const [what, frame, content] of [
    ['data', framed(DATA, 1, '616263'), '616263'],
    ['data with padding', framed(DATA, 8, '02 616263 0000'), '616263'],
    ['data that is padding alone', framed(DATA, 8, '02 0000'), ''],
    ['data with a flag that it has not', framed(DATA, 32, '616263'), '616263'],
    ['headers with a priority', framed(HEADERS, 32, '00000000 10 88'), '88'],
    ['headers with padding and a priority', framed(HEADERS, 40, '01 00000000 10 88 00'), '88'],
  ] as const) {
    it(`says, as ${what}, ${content}`, () => assert.equal(contentOf(frame).toString('hex'), content));
  }

  it('is none with more padding than there is', () => {
    for (const frame of [framed(DATA, 8, '04 616263'), framed(DATA, 8, ''), framed(HEADERS, 32, '0000'), framed(HEADERS, 40, '01 00000000 10')]) {
      assert.throws(() => contentOf(frame), { message: 'no HTTP/2: more padding than there is' });
    }
  });

  it('has numbers and errors in it', () => {
    assert.equal(numberAt(hex('00 80000007'), 1), 7);
    assert.deepEqual([errorAt(hex('0000000b'), 0), errorAt(hex('000000ff'), 0)], ['ENHANCE_YOUR_CALM', 'error 255']);
    assert.throws(() => numberAt(hex('000000'), 0), { message: 'no HTTP/2: a frame that is too short' });
  });
});
