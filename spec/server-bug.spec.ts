import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServerParts } from '../lib/server.ts';
import { upVerdict } from '../lib/verdict.ts';
import { assertOwnAnswer, parseResponses } from './support/answer.ts';
import { checkServer } from './support/check-server.ts';
import { ask, exchange } from './support/request.ts';

class Mistake extends Error {
  override readonly name = 'Mistake';
}

/** What a run gone wrong does, by the service's name; `web` is well. */
const run: ServerParts['run'] = ({ check }) => {
  if (check.service === 'web') return { verdict: upVerdict('fine') };
  if (check.service === 'later') return Promise.reject(new Mistake('secret\nof later'));
  if (check.service === 'text') return Promise.reject('no error at all');
  if (check.service === 'odd') return Promise.resolve({ verdict: { ...upVerdict('fine'), status: 1e9 } });
  throw new Mistake('secret of now');
};

const pages = new Map([['/broken', () => assert.fail('the page fell over')]]);

describe('a bug in hacheck', () => {
  for (const path of ['/http/now/80/', '/http/later/80/', '/http/text/80/', '/http/odd/80/', '/broken']) {
    it(`costs ${path} a 500 of one line, and nobody else anything`, async () => {
      const { port, log } = await checkServer(run, pages);
      const response = await ask(port, path);
      assertOwnAnswer(response, { status: 500 });
      assert.doesNotMatch(response.text, /secret|Mistake|\.ts|fell over|    at /);
      assert.equal((await ask(port, '/http/web/80/')).status, 200);
      assert.match(await log(), /bug: /);
    });
  }

  it('has its stack in the log, line for line', async () => {
    const { port, log } = await checkServer(run, pages);
    await ask(port, '/http/later/80/');
    const lines = (await log()).trimEnd().split('\n');
    assert.match(lines[0] ?? '', /bug: Mistake: secret$/);
    assert.match(lines[1] ?? '', /bug: of later$/);
    assert.match(lines[2] ?? '', /bug: +at .*server-bug\.spec\.ts/);
  });

  it('leaves the connection to the next request on it', async () => {
    const { port } = await checkServer(run, pages);
    const text = await exchange(port, 'GET /http/now/80/ HTTP/1.1\r\n\r\nGET /http/later/80/ HTTP/1.1\r\n\r\nGET /http/web/80/ HTTP/1.0\r\n\r\n');
    assert.deepEqual(parseResponses(text).map(({ status }) => status), [500, 500, 200]);
  });
});
