import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../lib/route.ts';
import { address, count, list, number, optional, path, port, single, text, toggle, word } from '../../cli/option.ts';

type Read = (given: string) => unknown;

function reads(name: string, read: Read, taken: readonly (readonly [string, unknown])[], refused: readonly string[], why: string): void {
  describe(name, () => {
    for (const [given, value] of taken) it(`reads ${JSON.stringify(given)}`, () => assert.deepEqual(read(given), value));
    for (const given of refused) {
      it(`refuses ${JSON.stringify(given)}, quotes it and says what is allowed`, () => {
        const value = read(given);
        assert.ok(isRefusal(value), `${String(value)} was taken`);
        assert.ok(value.refused.endsWith(why), value.refused);
        assert.ok(given === '' || value.refused.includes(`"${given}"`), value.refused);
      });
    }
  });
}

const NO_NUMBERS = ['', ' ', 'x', '-1', '+1', '1e1', '0x1', 'NaN', 'Infinity', '1,5', '1.', '.5', '1 ', '\u0663'];

reads('port', port({ free: false }), [['1', 1], ['8080', 8080], ['65535', 65535]], ['0', '00', '08', '65536', '1.5', ...NO_NUMBERS], ': 1 to 65535 without leading zeros');
reads('port, where 0 is any free one', port({ free: true }), [['0', 0], ['3333', 3333]], ['00', '65536'], ': 1 to 65535 without leading zeros, or 0 for any free one');
reads('number', number(0, 15, 'seconds'), [['0', 0], ['15', 15], ['15.0', 15], ['0.25', 0.25]], ['16', '15.001', ...NO_NUMBERS], ': 0 to 15 seconds');
reads('count', count(1000), [['1', 1], ['1000', 1000]], ['0', '01', '1001', '1.5', '99999999999', ...NO_NUMBERS], ': a whole one, 1 to 1000');
reads(
  'address',
  address,
  [['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['[::1]', '::1'], ['0::0001', '::1'], ['::', '::']],
  ['', 'localhost', '127.1', '1.2.3.4.5', 'fe80::1%lo', '10.0.0.1:80', '10.0.0.0/8'],
  ': a plain IPv4 or IPv6 address, no name',
);
reads('word', word('all', 'agent'), [['all', 'all'], ['agent', 'agent']], ['', 'All', 'agents', 'all|agent', 'toString', ' all'], ': all or agent');
reads('path', path, [['/a b', '/a b'], ['.', '.']], [''], 'an empty path: name a folder');

describe('toggle', () => {
  const option = toggle({ name: 'verbose', help: '' });
  for (const word of ['1', 'true', 'yes', 'on', 'TRUE', 'On']) it(`is on with ${word}`, () => assert.equal(option.read([word]), true));
  for (const word of ['0', 'false', 'no', 'off', 'FALSE']) it(`is off with ${word}`, () => assert.equal(option.read([word]), false));
  for (const word of ['', 'maybe', '2', 'y']) {
    it(`refuses ${JSON.stringify(word)}`, () => assert.deepEqual(option.read([word]), { refused: `bad switch "${word}": 1, true, yes or on; 0, false, no or off` }));
  }
  it('is off where nobody says anything', () => assert.equal(option.fallback, false));
});

describe('single', () => {
  it('takes the last of what is given', () => assert.equal(single({ name: 'reason', value: 'TEXT', help: '' }, text, undefined).read(['a', 'b']), 'b'));
});

describe('optional', () => {
  const wait = optional({ name: 'wait', value: 'COUNT', bare: '60', help: '' }, count(99), undefined);
  it('is nothing where it is not given, and its bare value where no value is', () => assert.deepEqual([wait.fallback, wait.read([wait.bare ?? ''])], [undefined, 60]));
  it('takes the last of what is given', () => assert.equal(wait.read(['1', '2']), 2));
});

describe('list', () => {
  const ports = list({ name: 'port', value: 'PORT', help: '' }, port({ free: true }), [3333]);
  it('takes all of what is given, in order', () => assert.deepEqual(ports.read(['2', '1', '0']), [2, 1, 0]));
  it('refuses all of it for one bad value', () => assert.ok(isRefusal(ports.read(['1', 'x', '2']))));
});
