import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROTOCOLS } from '../../lib/probe/index.ts';
import { keyOf, NO_WISH, targetOf, type Target, type Wish } from '../../lib/probe/target.ts';
import { parseCheck, type Check } from '../../lib/route.ts';

const TARGET: Target = { protocol: 'http', address: '10.0.0.7', port: 8080, query: 'a', service: 'web', headers: [['Host', 'a']] };

/** One other value for each field: a field that is added to Target must be added here, or the types are wrong. */
const OTHERS: { readonly [Field in keyof Required<Target>]: readonly Target[Field][] } = {
  protocol: ['https'],
  address: ['10.0.0.8', '::1', undefined],
  port: [8081],
  query: ['b', ''],
  service: ['api', undefined],
  headers: [[['Host', 'b']], [['X-Host', 'a']], [['Host', 'a'], ['Host', 'a']], [['Host', 'a'], ['X', 'b']], []],
};

function check(path: string): Check {
  const parsed = parseCheck(path, PROTOCOLS);
  assert.ok(!('refused' in parsed), path);
  return parsed;
}

describe('keyOf', () => {
  for (const [field, values] of Object.entries(OTHERS)) {
    it(`tells targets apart by their ${field}`, () => {
      const keys = values.map((value) => keyOf({ ...TARGET, [field]: value }));
      assert.equal(new Set([keyOf(TARGET), ...keys]).size, values.length + 1);
    });
  }

  it('is the same for equal targets', () => assert.equal(keyOf({ ...TARGET }), keyOf(TARGET)));

  it('has no two targets that look alike', () => {
    const odd = ['', '/', '"', '","', '\\', '\\"', '8080', ',8080,', '"8080","a"', '["http",8080,"a"]', 'null', '",null,[]', '\n', '\u2028', 'caf\xe9', 'cafe\u0301', '\0'];
    const targets = odd.flatMap((query) => odd.flatMap((protocol) => [1, 80, 8080].map((port) => ({ ...TARGET, protocol, port, query }))));
    assert.equal(new Set(targets.map(keyOf)).size, targets.length);
  });
});

describe('targetOf', () => {
  const key = (path: string, wish: Wish = NO_WISH): string => keyOf(targetOf(check(path), wish));
  const of = (path: string, wish?: Wish): Target => targetOf(check(path), wish);
  const PROBED = PROTOCOLS.filter((protocol) => protocol !== 'spool');
  const QUERIED = ['http', 'https', 'redis', 'grpc'];
  const HEADED = ['http', 'https'];
  const BARE = { address: undefined, service: undefined, headers: [] };

  it('is what the check names, to the byte', () => {
    assert.deepEqual(of('/http/web/8080/a%2Fb?x=1'), { ...BARE, protocol: 'http', port: 8080, query: 'a%2Fb?x=1' });
    assert.deepEqual(of('/https/web/8443'), { ...BARE, protocol: 'https', port: 8443, query: '' });
  });

  for (const protocol of PROBED) {
    it(`knows ${protocol === 'haproxy' ? 'the service' : 'no service: two names for one target share it'} (${protocol})`, () => {
      assert.equal(key(`/${protocol}/web/8080/a`) === key(`/${protocol}/api.v2/8080/a`), protocol !== 'haproxy');
      assert.equal(of(`/${protocol}/web/8080/a`).service, protocol === 'haproxy' ? 'web' : undefined);
    });

    it(`${QUERIED.includes(protocol) ? 'has the query' : 'has no query'} for ${protocol}`, () => {
      const queried = QUERIED.includes(protocol);
      assert.equal(of(`/${protocol}/web/8080/a?b`).query, queried ? 'a?b' : '');
      assert.equal(key(`/${protocol}/web/8080/a`) === key(`/${protocol}/web/8080`), !queried);
    });

    it(`${HEADED.includes(protocol) ? 'has headers' : 'has no headers'} for ${protocol}`, () => {
      const wish: Wish = { ...NO_WISH, headers: [['Host', 'a']] };
      const headed = HEADED.includes(protocol);
      assert.deepEqual(of(`/${protocol}/web/8080/`, wish).headers, headed ? wish.headers : []);
      assert.equal(key(`/${protocol}/web/8080/`, wish) === key(`/${protocol}/web/8080/`), !headed);
    });

    it(`is where a wish says (${protocol})`, () => {
      const { address, port } = of(`/${protocol}/web/8080/`, { address: '10.0.0.7', port: 8081, headers: [] });
      assert.deepEqual([address, port], ['10.0.0.7', 8081]);
      assert.equal(of(`/${protocol}/web/8080/`, { ...NO_WISH, address: '::1' }).port, 8080);
    });
  }

  for (const protocol of ['http', 'https']) {
    it(`keeps apart what ${protocol} keeps apart`, () => {
      const queries = ['', 'a', 'A', 'a/', '?a', 'a?', '%61', 'a?x=1', 'a?x=2', 'a#b'];
      assert.equal(new Set(queries.map((query) => key(`/${protocol}/web/8080/${query}`))).size, queries.length);
    });
  }

  it('has one key with and without the slash behind the port', () => assert.equal(key('/http/web/8080'), key('/http/web/8080/')));
});
