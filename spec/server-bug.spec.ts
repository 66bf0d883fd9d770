import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { ServerParts } from '../lib/server.ts';
import { upVerdict } from '../lib/verdict.ts';
import { testedAgent } from './support/agent.ts';
import { assertOwnAnswer, parseResponses } from './support/answer.ts';
import { checkServer } from './support/check-server.ts';
import { openConnection } from './support/connection.ts';
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

describe('a bug in an answer', () => {
  it('is told at once on a connection that stays open', { timeout: 10_000 }, async () => {
    const { port } = await checkServer(run, pages);
    const { socket, until } = await openConnection(port);
    socket.write('GET /http/odd/80/ HTTP/1.1\r\n\r\n');
    await until('HTTP/1.1 500 ');
  });
});

/** A clock that does not tell the time the next time it is asked for it, once it has been set so. */
class FrailClock implements Clock {
  isFrail = false;
  readonly monotonic = systemClock.monotonic;

  readonly time = (): number => {
    if (!this.isFrail) return systemClock.time();
    this.isFrail = false;
    throw new Mistake('of the clock');
  };
}

describe('an exception in a handler of a daemon', () => {
  // A mark that ends is compared with the time.
  const MARK = '{"expiration": 4000000000}';
  const ways = [
    ['HTTP', ({ port }: { port: number }) => ask(port, '/spool/web/0').then(({ text }) => text), /^HTTP\/1\.1 500 a bug in hacheck; its log says more\r\n/, /^HTTP\/1\.1 503 /],
    ['the agent', ({ agentPort }: { agentPort: number }) => exchange(agentPort, 'web\n'), /^#a bug in hacheck; its log says more\n$/, /^down #/],
  ] as const;
  for (const [way, check, broken, well] of ways) {
    it(`costs one check over ${way}, is logged with its stack, and is counted`, async () => {
      const clock = new FrailClock();
      const daemon = await testedAgent({}, clock);
      const bugs = async (): Promise<number> => Number(/^hacheck_bugs_total (\d+)$/m.exec((await ask(daemon.port, '/metrics')).body)?.[1]);
      writeFileSync(join(daemon.spoolRoot, 'web'), MARK);
      const before = await bugs();
      clock.isFrail = true;
      assert.match(await check(daemon), broken);
      assert.match(await check(daemon), well);
      assert.deepEqual([before, await bugs()], [0, 1]);
      assert.match(await daemon.log(), /bug: Mistake: of the clock\n.*bug: +at .*server-bug\.spec\.ts/);
    });
  }
});
