import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DaemonOptions } from '../lib/daemon.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { ask } from './support/request.ts';
import { freePort } from './support/service.ts';

async function read(port: number): Promise<unknown> {
  return JSON.parse((await ask(port, '/status')).body) as unknown;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const UNUSED = { gets: 0, hits: 0, misses: 0, sets: 0, expirations: 0, evictions: 0, size: 0 };

describe('/status', () => {
  it('is a page of JSON', async () => {
    const { port } = await testedDaemon();
    const { status, phrase, headers, body } = await ask(port, '/status');
    assert.deepEqual([status, phrase, headers['content-type'], headers['x-content-type-options']], [200, 'OK', 'application/json', 'nosniff']);
    assert.equal(headers['content-length'], String(body.length));
    const head = await ask(port, '/status', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body, head.headers['content-type']], [200, '', 'application/json']);
    assert.equal((await ask(port, '/status?x=1')).status, 200);
    assertOwnAnswer(await ask(port, '/status/'), { status: 400 });
    assertOwnAnswer(await ask(port, '/statuses'), { status: 400 });
  });

  it('says version, process, uptime, the spool that it reads, the cache\'s counts, probes under way and marks', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({}, clock);
    clock.advance(12.5);
    assert.deepEqual(await read(port), { version, pid: process.pid, uptime: 12.5, spool_root: spoolRoot, marks_on: 'all', agent: null, cache: UNUSED, probes: 0, marks: [] });
  });

  it('says who is told the marks, and where the agent answers', async () => {
    const speech = async (options: Partial<DaemonOptions>): Promise<unknown> => {
      const { marks_on, agent } = (await read((await testedDaemon(options)).port)) as { marks_on: unknown; agent: unknown };
      return { marks_on, agent };
    };
    const agentPort = await freePort();
    assert.deepEqual(await speech({ agentPort, marksOn: 'agent' }), { marks_on: 'agent', agent: { port: agentPort, admin: false } });
    const other = await freePort();
    assert.deepEqual(await speech({ agentPort: other, agentAdmin: true }), { marks_on: 'all', agent: { port: other, admin: true } });
    assert.deepEqual(await speech({ agentAdmin: true }), { marks_on: 'all', agent: null });
  });

  it('counts what the cache does, and the probes under way', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({ cacheEntries: 1 }, clock);
    const { service, waiting, open } = await gatedService();
    const path = `/http/web/${service.port}/`;
    const counts = async (): Promise<unknown> => {
      const { cache, probes } = (await read(port)) as { cache: unknown; probes: unknown };
      return { cache, probes };
    };
    const first = ask(port, path);
    await waiting(1);
    assert.deepEqual(await counts(), { cache: { ...UNUSED, gets: 1, misses: 1 }, probes: 1 });
    open();
    await first;
    await ask(port, path);
    assert.deepEqual(await counts(), { cache: { ...UNUSED, gets: 2, hits: 1, misses: 1, sets: 1, size: 1 }, probes: 0 });
    clock.advance(10);
    await ask(port, path);
    await ask(port, `${path}other`);
    assert.deepEqual(await counts(), { cache: { gets: 4, hits: 1, misses: 3, sets: 3, expirations: 1, evictions: 1, size: 1 }, probes: 0 });
  });

  it('lists what is marked, with what is known of it', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({}, clock);
    const now = clock.time();
    writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ state: 'drain', reason: 'kernel upgrade', by: 'ops', creation: now, expiration: now + 60 }));
    writeFileSync(join(spoolRoot, 'all'), '');
    writeFileSync(join(spoolRoot, 'api:8080'), 'läuft nicht');
    writeFileSync(join(spoolRoot, 'old'), JSON.stringify({ expiration: now }));
    const unknown = { reason: null, by: null, since: null, until: null };
    const response = await ask(port, '/status');
    assert.deepEqual((JSON.parse(Buffer.from(response.body, 'latin1').toString('utf8')) as { marks: unknown }).marks, [
      { state: 'DOWN', service: 'all', ...unknown },
      { state: 'DOWN', service: 'api:8080', ...unknown, reason: 'läuft nicht' },
      { state: 'DRAIN', service: 'web', reason: 'kernel upgrade', by: 'ops', since: '2026-11-22T10:00:00Z', until: '2026-11-22T10:01:00Z' },
    ]);
    assert.equal(response.headers['content-length'], String(response.body.length));
  });

  it('skips what is no mark, and says so once', async () => {
    const { port, spoolRoot, log } = await testedDaemon();
    for (const name of ['.hidden', 'web backup', 'web:x', 'web~']) writeFileSync(join(spoolRoot, name), '');
    for (let times = 0; times < 3; times += 1) assert.deepEqual(((await read(port)) as { marks: unknown }).marks, []);
    const lines = (await log()).trimEnd().split('\n');
    assert.equal(lines.length, 3);
    for (const name of ['web backup', 'web:x', 'web~']) assert.equal(lines.filter((line) => line.includes(`/${name} `)).length, 1, name);
  });

  it('is there also where the spool cannot be read, while checks are not up', async () => {
    const { port, spoolRoot } = await testedDaemon();
    rmSync(spoolRoot, { recursive: true });
    assert.deepEqual(((await read(port)) as { marks: unknown }).marks, []);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    writeFileSync(spoolRoot, '');
    assert.equal(((await read(port)) as { marks: unknown }).marks, 'spool unreadable: ENOTDIR');
    assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 503, phrase: 'spool unreadable: ENOTDIR', body: 'spool unreadable: ENOTDIR\n' });
    rmSync(spoolRoot);
  });

  it('knows nothing of another daemon in the process', async () => {
    const clock = new HandClock();
    const one = await testedDaemon({}, clock);
    const other = await testedDaemon({}, clock);
    const { service, open } = await gatedService();
    open();
    writeFileSync(join(one.spoolRoot, 'api'), '');
    await ask(one.port, `/http/web/${service.port}/`);
    assert.deepEqual(await read(other.port), { version, pid: process.pid, uptime: 0, spool_root: other.spoolRoot, marks_on: 'all', agent: null, cache: UNUSED, probes: 0, marks: [] });
    assert.equal((await ask(other.port, `/http/web/${service.port}/`)).headers['cache-status'], 'hacheck; fwd=miss; stored');
    assert.equal(service.connections(), 2);
  });
});
