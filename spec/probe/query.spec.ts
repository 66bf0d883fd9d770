import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthService, refuseQuery, wantedFields } from '../../lib/probe/query.ts';
import { isRefusal } from '../../lib/route.ts';

describe('wantedFields', () => {
  for (const query of ['?role=master', 'role=master']) it(`of ${query} is the role`, () => assert.deepEqual(wantedFields(query), [['role', 'master']]));

  it('of no query is none', () => assert.deepEqual([wantedFields(''), wantedFields('?')], [[], []]));

  it('takes + for what it is', () => assert.deepEqual(wantedFields('?a=b+c'), [['a', 'b+c']]));
});

describe('healthService', () => {
  for (const [query, service] of [['', ''], ['my.Service', 'my.Service'], ['a%2Fb%20c', 'a/b c'], ['?a', '?a'], ['a+b', 'a+b']] as const) {
    it(`of "${query}" is "${service}"`, () => assert.equal(healthService(query), service));
  }

  it('is refused where an escape is broken', () => {
    assert.deepEqual(healthService('a%zz'), { refused: 'bad service name "a%zz": % is followed by two hexadecimal digits, and all is UTF-8' });
  });
});

describe('the service that a check names', () => {
  for (const query of ['%0d%0aflush_all%0d%0a', 'a%0a', '%00', '%7f', '%c2%85', 'a%09b']) {
    it(`is refused with control characters: ${query}`, () => assert.ok(isRefusal(healthService(query))));
  }
});

describe('refuseQuery', () => {
  const check = (protocol: string, query: string): Parameters<typeof refuseQuery>[0] => ({ protocol, service: 'web', port: 1, query, marks: [] });
  for (const [protocol, query, refused] of [['redis', '?role', true], ['redis', '?role=master', false], ['grpc', '%', true], ['grpc', '?role', false], ['http', '%', false], ['mysql', '?role', false]] as const) {
    it(`${refused ? 'refuses' : 'lets by'} ${query} for ${protocol}`, () => assert.equal(isRefusal(refuseQuery(check(protocol, query))), refused));
  }
});
