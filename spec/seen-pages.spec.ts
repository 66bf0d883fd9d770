// What scripts for the earlier hachecks parse, from a daemon that was asked.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { ask } from './support/request.ts';

async function bodyOf(port: number, path: string): Promise<string> {
  const { status, headers, body } = await ask(port, path);
  assert.deepEqual([status, headers['content-type']], [200, 'application/json'], body);
  return body;
}

describe('/recent', () => {
  it('has each service with the last answer, whoever got it, over HTTP or through the agent', async () => {
    const clock = new HandClock();
    const { port, send, spoolRoot } = await testedAgent({}, clock);
    assert.equal(await bodyOf(port, '/recent'), '{"seen_services":[],"threshold_seconds":600}\n');
    await ask(port, '/spool/web/0');
    clock.advance(2.5);
    writeFileSync(join(spoolRoot, 'api'), '{"state": "drain"}');
    await send('api\n');
    const time = clock.time();
    assert.deepEqual(JSON.parse(await bodyOf(port, '/recent')), {
      seen_services: [['api', { code: 404, remote_ip: '127.0.0.1', ts: time }], ['web', { code: 200, remote_ip: '127.0.0.1', ts: time - 2.5 }]],
      threshold_seconds: 600,
    });
  });

  it('takes another threshold', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    await ask(port, '/spool/web/0');
    clock.advance(61);
    assert.equal(await bodyOf(port, '/recent?threshold=60'), '{"seen_services":[],"threshold_seconds":60}\n');
    assert.equal((JSON.parse(await bodyOf(port, '/recent?threshold=61.5')) as { seen_services: unknown[] }).seen_services.length, 1);
    clock.advance(600);
    assert.equal(await bodyOf(port, '/recent'), '{"seen_services":[],"threshold_seconds":600}\n');
  });

  for (const [query, cause] of [['threshold=x', 'bad threshold "x": seconds, as in /recent?threshold=60'], ['threshold=-1', 'bad threshold "-1": seconds, as in /recent?threshold=60'], ['threshold=', 'bad threshold "": seconds, as in /recent?threshold=60'], ['threshold=1&threshold=2', 'threshold is given twice: name one, in seconds'], ['treshold=1', 'unknown "treshold": the page takes threshold, as in /recent?threshold=60']] as const) {
    it(`refuses ${query}`, async () => {
      const { port } = await testedDaemon();
      const answer = await ask(port, `/recent?${query}`);
      assertOwnAnswer(answer, { status: 400 });
      assert.equal(answer.body, `${cause}\n`);
    });
  }

  it('knows nobody who asked for what is no check', async () => {
    const { port } = await testedDaemon();
    for (const path of ['/', '/http/web', '/status', '/http/-x/1/']) await ask(port, path);
    assert.equal(await bodyOf(port, '/recent'), '{"seen_services":[],"threshold_seconds":600}\n');
  });
});

describe('/status/count', () => {
  it('counts the checks of each service, client by client, whatever its name', async () => {
    const { port } = await testedDaemon();
    assert.equal(await bodyOf(port, '/status/count'), '{"service_access_counts":{}}\n');
    for (const service of ['web', 'alpha', '1', '__proto__', 'web']) await ask(port, `/spool/${service}/0`);
    assert.equal(await bodyOf(port, '/status/count'), '{"service_access_counts":{"1":{"127.0.0.1":1},"__proto__":{"127.0.0.1":1},"alpha":{"127.0.0.1":1},"web":{"127.0.0.1":2}}}\n');
  });
});
