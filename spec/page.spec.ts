import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonContent, jsonMembersContent, pageReply, pathOf, type Page } from '../lib/page.ts';

describe('pageReply', () => {
  it('is the page, with its type and its headers', () => {
    const { reply, headers } = pageReply(() => ({ type: 'text/plain', text: 'k\u00e4se', headers: { Refresh: '5' } }), '/');
    assert.deepEqual([reply.status, reply.phrase, reply.body.toString('utf8')], [200, 'OK', 'k\u00e4se']);
    assert.deepEqual(headers, { 'Content-Type': 'text/plain', Refresh: '5' });
  });

  it('is a page in pieces, whole', () => {
    const pieces = Array.from({ length: 10_000 }, (_, at) => `k\u00e4se ${at}\n`);
    assert.equal(pageReply(() => ({ type: 'text/plain', text: new Set(pieces) }), '/').reply.body.toString('utf8'), pieces.join(''));
    assert.equal(pageReply(() => ({ type: 'text/plain', text: [] }), '/').reply.body.length, 0);
  });

  it('hands the query on', () => {
    const page: Page = (query) => jsonContent([...query]);
    assert.equal(pageReply(page, '/balancers?service=web&a=%20').reply.body.toString(), '[["service","web"],["a"," "]]\n');
    for (const url of ['/balancers', '/balancers?', undefined]) assert.equal(pageReply(page, url).reply.body.toString(), '[]\n');
  });

  it('is 400 where the page refuses the query', () => {
    const { reply, headers } = pageReply(() => ({ refused: 'unknown "x"' }), '/balancers?x');
    assert.deepEqual([reply.status, reply.phrase, reply.body.toString(), headers], [400, 'unknown "x"', 'unknown "x"\n', undefined]);
  });
});

describe('jsonContent', () => {
  it('is a value as JSON, on a line of its own', () => {
    assert.deepEqual(jsonContent({ reason: 'k\u00e4se' }), { type: 'application/json', text: '{"reason":"k\u00e4se"}\n' });
  });
});

describe('jsonMembersContent', () => {
  const CASES: readonly (readonly unknown[])[] = [[], [1], [{ reason: 'k\u00e4se' }, null, [2, 3]]];
  for (const rows of CASES) {
    it(`is ${JSON.stringify(rows)}, as JSON has it`, () => assert.equal(pageReply(() => jsonMembersContent('[', new Set(rows), JSON.stringify, ']'), '/').reply.body.toString('utf8'), `${JSON.stringify(rows)}\n`));
  }
});

describe('pathOf', () => {
  for (const [url, path] of [['/status', '/status'], ['/status?', '/status'], ['/status?a?b', '/status'], ['/?a', '/'], ['?', ''], ['', '']] as const) {
    it(`of "${url}" is "${path}"`, () => assert.equal(pathOf(url), path));
  }
});
