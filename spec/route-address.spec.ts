import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalAddress, formatMarkName, isRefusal, parseMarkName } from '../lib/route.ts';

const CANONICAL = [
  ['10.0.0.7', '10.0.0.7'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:0DB8::0007', '2001:db8::7'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['::FFFF:10.0.0.7', '10.0.0.7'],
  ['::ffff:a00:7', '10.0.0.7'],
  ['::ffff:0a00:0007', '10.0.0.7'],
  ['0:0:0:0:0:ffff:10.0.0.7', '10.0.0.7'],
  ['[::ffff:127.0.0.1]', '127.0.0.1'],
  ['::ffff:0:0', '0.0.0.0'],
  ['::ffff:0.0.0.0', '0.0.0.0'],
  ['::ffff:255.255.255.255', '255.255.255.255'],
  ['::ffff:128.0.0.1', '128.0.0.1'],
  ['::0.0.0.0', '::'],
  ['::fffe:10.0.0.7', '::fffe:a00:7'],
  ['::ffff:0:10.0.0.7', '::ffff:0:a00:7'],
  ['1::ffff:10.0.0.7', '1::ffff:a00:7'],
] as const;
const NONE = [
  '', 'localhost', '127.1', '127.0.0.01', '0177.0.0.1', '0x7f.0.0.1', '2130706433', '10.0.0.256', '10.0.0.7.', '10.0.0.7..', '.10.0.0.7', '10.0.0', '...', '::ffff:127.1',
  '::ffff:10.0.0.256', '::ffff:010.0.0.7', 'fe80::1%lo', ':::', '1::2::3', '12345::', '[::1', '::1]', '[[::1]]', ' ::1', '::1 ', '10.0.0.7/8', 'unix',
  '\u0661.0.0.1', '1\u30020.0.1',
];

describe('canonicalAddress', () => {
  for (const [text, address] of CANONICAL) {
    it(`reads ${text} as ${address}, which it leaves as it is`, () => {
      assert.equal(canonicalAddress(text), address);
      assert.equal(canonicalAddress(address), address);
    });
  }
  for (const text of NONE) it(`reads nothing of ${JSON.stringify(text)}`, () => assert.equal(canonicalAddress(text), undefined));
});

describe('parseMarkName', () => {
  it('brings IPv4 in IPv6 into one form with IPv4', () => {
    for (const name of ['web:::ffff:10.0.0.7:80', 'web:[::ffff:a00:7]:80', 'web:10.0.0.7:80']) {
      const parsed = parseMarkName(name);
      assert.ok(!isRefusal(parsed), name);
      assert.equal(formatMarkName(parsed), 'web:10.0.0.7:80');
    }
  });
});
