import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageReply, pathOf } from '../lib/page.ts';

describe('pageReply', () => {
  it('is the page as JSON, on a line of its own', () => {
    const { reply, headers } = pageReply(() => ({ reason: 'k\u00e4se' }), '/status');
    assert.deepEqual([reply.status, reply.phrase, reply.body.toString('utf8')], [200, 'OK', '{"reason":"k\u00e4se"}\n']);
    assert.deepEqual(headers, { 'Content-Type': 'application/json' });
  });

  it('hands the query on', () => {
    const page = (query: URLSearchParams): unknown => [...query];
    assert.equal(pageReply(page, '/balancers?service=web&a=%20').reply.body.toString(), '[["service","web"],["a"," "]]\n');
    for (const url of ['/balancers', '/balancers?', undefined]) assert.equal(pageReply(page, url).reply.body.toString(), '[]\n');
  });

  it('is 400 where the page refuses the query', () => {
    const { reply, headers } = pageReply(() => ({ refused: 'unknown "x"' }), '/balancers?x');
    assert.deepEqual([reply.status, reply.phrase, reply.body.toString(), headers], [400, 'unknown "x"', 'unknown "x"\n', undefined]);
  });
});

describe('pathOf', () => {
  for (const [url, path] of [['/status', '/status'], ['/status?', '/status'], ['/status?a?b', '/status'], ['?', ''], ['', '']] as const) {
    it(`of "${url}" is "${path}"`, () => assert.equal(pathOf(url), path));
  }
});
