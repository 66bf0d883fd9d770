import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHuffman } from '../../lib/probe/huffman.ts';

const read = (hex: string): string | undefined => readHuffman(Buffer.from(hex, 'hex'));

describe("HPACK's Huffman code", () => {
  for (const [hex, text] of [
    ['', ''],
    ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
    ['a8eb10649cbf', 'no-cache'],
    ['25a849e95ba97d7f', 'custom-key'],
    ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['ffc7', '\0'],
  ] as const) {
    it(`reads ${JSON.stringify(text)} (RFC 7541, Appendices B and C)`, () => assert.equal(read(hex), text));
  }

  it('takes up to seven ones behind the last character, and nothing else', () => {
    assert.deepEqual(['07', '1fff', '1fffff', '00', '18', 'ffffffff'].map(read), ['0', undefined, undefined, undefined, undefined, undefined]);
  });
});
