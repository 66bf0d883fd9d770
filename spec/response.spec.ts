import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cacheStatus, rawResponse } from '../lib/response.ts';
import { ownReply } from '../lib/verdict.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask, exchange, parseResponse } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';

const { port, spoolRoot } = await testedDaemon();
const service = await httpService((request, response) => void response.writeHead(Number(request.url?.slice(1))).end('body'));
writeFileSync(join(spoolRoot, 'down'), '');
writeFileSync(join(spoolRoot, 'drained'), '{"state": "drain"}');

const PATHS = [
  '/spool/web/0',
  '/spool/down/0',
  '/spool/drained/0',
  '/status',
  '/nonsense',
  `/http/web/${await freePort()}/`,
  ...[200, 201, 301, 404, 500, 503].map((status) => `/http/web/${service.port}/${status}`),
];

describe('every answer', () => {
  for (const path of PATHS) {
    it(`has a type that no browser guesses, and a length: ${path.replace(/\d{4,}/, 'PORT')}`, async () => {
      for (const method of ['GET', 'OPTIONS']) {
        const { status, headers, body } = await ask(port, path, { method });
        const type = path === '/status' && status === 200 ? 'application/json' : 'text/plain; charset=utf-8';
        assert.deepEqual([headers['content-type'], headers['x-content-type-options']], [type, 'nosniff']);
        assert.equal(headers['content-length'], String(body.length));
        assert.equal(headers['transfer-encoding'], undefined);
        assert.equal(headers['x-hacheck-reason'] !== undefined, status >= 400);
      }
    });

    it(`is empty for HEAD, with the length that GET has: ${path.replace(/\d{4,}/, 'PORT')}`, async () => {
      const get = await ask(port, path);
      const head = await ask(port, path, { method: 'HEAD' });
      assert.deepEqual([head.status, head.phrase, head.body], [get.status, get.phrase, '']);
      const length = (text = ''): number => (path === '/status' ? Math.sign(Number(text)) : Number(text));
      assert.equal(length(head.headers['content-length']), length(get.headers['content-length']));
      assert.deepEqual([head.headers['content-type'], head.headers['x-hacheck-reason']], [get.headers['content-type'], get.headers['x-hacheck-reason']]);
    });
  }

  for (const status of [204, 304]) {
    it(`is empty and has no length with ${status}, also when it comes from the cache`, async () => {
      for (const method of ['GET', 'GET', 'HEAD']) {
        const response = await ask(port, `/http/web/${service.port}/${status}`, { method });
        assert.deepEqual([response.status, response.body, response.headers['content-length']], [status, '', undefined]);
      }
    });
  }

  it('is dated and says that the connection ends, also where Node\'s parser refused the request', async () => {
    for (const bytes of ['no HTTP\r\n\r\n', 'GET /spool/down/0 HTTP/1.0\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\n\r\n']) {
      const { headers } = parseResponse(await exchange(port, bytes));
      assert.ok(!Number.isNaN(Date.parse(headers['date'] ?? '')), bytes);
      assert.equal(headers['connection'], 'close');
    }
  });
});

describe('rawResponse', () => {
  it('is what the others are, and ends the connection', () => {
    const response = parseResponse(rawResponse(ownReply(400, 'Ünlesbar ☕'), { Allow: 'GET' }).toString('latin1'));
    assertOwnAnswer(response, { status: 400, body: 'Ünlesbar ☕\n' });
    assert.deepEqual([response.headers['connection'], response.headers['allow']], ['close', 'GET']);
    assert.ok(!Number.isNaN(Date.parse(response.headers['date'] ?? '')));
  });
});

describe('cacheStatus', () => {
  const ROWS = [
    [{ ttl: 7 }, 'hacheck; hit; ttl=7'],
    [{ ttl: 0 }, 'hacheck; hit; ttl=0'],
    [{ fwd: 'miss', stored: true }, 'hacheck; fwd=miss; stored'],
    [{ fwd: 'miss', stored: false }, 'hacheck; fwd=miss'],
    [{ fwd: 'miss', collapsed: true }, 'hacheck; fwd=miss; collapsed'],
    [{ fwd: 'request', stored: true }, 'hacheck; fwd=request; stored'],
    [{ fwd: 'request', collapsed: true }, 'hacheck; fwd=request; collapsed'],
    [{ fwd: 'stale', stored: true }, 'hacheck; fwd=stale; stored'],
  ] as const;
  for (const [found, text] of ROWS) it(`is ${text}`, () => assert.equal(cacheStatus({ value: undefined, ...found }), text));
});
