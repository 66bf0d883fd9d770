import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask } from './support/request.ts';

const PAGES: readonly (readonly [path: string, type: string])[] = [
  ['/', 'text/html; charset=utf-8'], ['/status', 'application/json'], ['/status/count', 'application/json'], ['/balancers', 'application/json'],
  ['/recent', 'application/json'], ['/metrics', 'text/plain; version=0.0.4; charset=utf-8'],
];

describe('the pages', async () => {
  const { port } = await testedDaemon();
  for (const [path, type] of PAGES) {
    it(`${path} is one, for GET and HEAD`, async () => {
      const headers = ['Accept: */*'];
      const [page, head] = [await ask(port, path, { headers }), await ask(port, path, { method: 'HEAD', headers })];
      assert.deepEqual([page.status, page.headers['content-type'], page.headers['x-content-type-options'], page.body.length > 0], [200, type, 'nosniff', true]);
      assert.deepEqual([head.status, head.headers['content-type'], head.body], [200, type, '']);
      assertOwnAnswer(await ask(port, path, { method: 'POST' }), { status: 405 });
    });

    it(`${path} is gone for whom --allow-client leaves out`, async () => {
      const gated = await testedDaemon({ allowClients: [{ address: '10.0.0.0', prefix: 8 }] });
      assertOwnAnswer(await ask(gated.port, path), { status: 403 });
    });
  }

  it('are no more than these', async () => {
    for (const path of ['/index.html', '/metrics/', '/favicon.ico', '/status/counts', '//']) assertOwnAnswer(await ask(port, path), { status: 400 });
  });
});
