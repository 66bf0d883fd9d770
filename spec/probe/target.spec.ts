import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROBES, PROTOCOLS } from '../../lib/probe/index.ts';
import { keyOf, targetOf, type Target } from '../../lib/probe/target.ts';
import { parseCheck, type Check } from '../../lib/route.ts';

const TARGET: Target = { protocol: 'http', port: 8080, query: 'a' };

/** One other value for each field: a field that is added to Target must be added here, or the types are wrong. */
const OTHERS: { readonly [Field in keyof Required<Target>]: Target[Field] } = { protocol: 'https', port: 8081, query: 'b' };

function check(path: string): Check {
  const parsed = parseCheck(path, PROTOCOLS);
  assert.ok(!('refused' in parsed), path);
  return parsed;
}

describe('keyOf', () => {
  for (const [field, value] of Object.entries(OTHERS)) {
    it(`tells targets apart by their ${field}`, () => assert.notEqual(keyOf({ ...TARGET, [field]: value }), keyOf(TARGET)));
  }

  it('is the same for equal targets', () => assert.equal(keyOf({ ...TARGET }), keyOf(TARGET)));

  it('has no two targets that look alike', () => {
    const odd = ['', '/', '"', '","', '\\', '\\"', '8080', ',8080,', '"8080","a"', '["http",8080,"a"]', '\n', '\u2028', 'caf\xe9', 'cafe\u0301', '\0'];
    const targets = odd.flatMap((query) => odd.flatMap((protocol) => [1, 80, 8080].map((port) => ({ protocol, port, query }))));
    assert.equal(new Set(targets.map(keyOf)).size, targets.length);
  });
});

describe('targetOf', () => {
  const key = (path: string): string => keyOf(targetOf(check(path)));

  it('is what the check names, to the byte', () => {
    assert.deepEqual(targetOf(check('/http/web/8080/a%2Fb?x=1')), { protocol: 'http', port: 8080, query: 'a%2Fb?x=1' });
    assert.deepEqual(targetOf(check('/https/web/8443')), { protocol: 'https', port: 8443, query: '' });
  });

  it('knows no service: two names for one target share it', () => {
    for (const protocol of PROBES.keys()) assert.equal(key(`/${protocol}/web/8080/a`), key(`/${protocol}/api.v2/8080/a`));
  });

  it('has no query for tcp, which ignores it', () => {
    assert.deepEqual(targetOf(check('/tcp/web/8080/a?b')), { protocol: 'tcp', port: 8080, query: '' });
    assert.equal(key('/tcp/web/8080/a'), key('/tcp/web/8080'));
  });

  for (const protocol of ['http', 'https']) {
    it(`keeps apart what ${protocol} keeps apart`, () => {
      const queries = ['', 'a', 'A', 'a/', '?a', 'a?', '%61', 'a?x=1', 'a?x=2', 'a#b'];
      assert.equal(new Set(queries.map((query) => key(`/${protocol}/web/8080/${query}`))).size, queries.length);
    });
  }

  it('has one key with and without the slash behind the port', () => assert.equal(key('/http/web/8080'), key('/http/web/8080/')));
});
