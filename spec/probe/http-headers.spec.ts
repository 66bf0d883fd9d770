import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headersOf } from '../../lib/probe/http.ts';
import type { Header } from '../../lib/probe/target.ts';
import { VERSION } from '../../lib/version.ts';

const of = (headers: readonly Header[], address?: string) => headersOf({ protocol: 'http', address, port: 8080, query: '', service: undefined, headers });
const OURS = { Host: 'localhost:8080', 'User-Agent': `hacheck/${VERSION}`, Connection: 'close' };

describe('headersOf', () => {
  it('is those of every probe', () => assert.deepEqual(of([]), OURS));

  for (const [address, host] of [['10.0.0.7', '10.0.0.7:8080'], ['::1', '[::1]:8080'], ['127.0.0.1', '127.0.0.1:8080']] as const) {
    it(`has ${host} as Host where ${address} is asked`, () => assert.deepEqual(of([], address), { ...OURS, Host: host }));
  }

  it('has what is named, in the place of its own', () => {
    assert.deepEqual(of([['Host', 'a'], ['User-Agent', 'b'], ['X', 'c']], '10.0.0.7'), { ...OURS, Host: ['a'], 'User-Agent': ['b'], X: ['c'] });
  });

  it('has a name as often as it is named, in that order', () => {
    assert.deepEqual(of([['X', 'b'], ['Y', ''], ['X', 'a'], ['X', 'b']]), { ...OURS, X: ['b', 'a', 'b'], Y: [''] });
  });

  it('ends the connection, whatever is named', () => assert.equal(of([['Connection', 'keep-alive']])['Connection'], 'close'));

  for (const name of ['constructor', 'toString', '__proto__']) {
    it(`takes ${name} for a name like any other`, () => assert.deepEqual(Object.entries(of([[name, 'a'], [name, 'b']])).find(([each]) => each === name), [name, ['a', 'b']]));
  }
});
