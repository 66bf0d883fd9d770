import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { Cache } from '../lib/cache.ts';
import { runCheck, type Answer, type Pipeline } from '../lib/check.ts';
import { keyOf, targetOf, type Probe } from '../lib/probe/target.ts';
import { parseCheck } from '../lib/route.ts';
import { downVerdict, upVerdict, type Verdict } from '../lib/verdict.ts';
import { KnownMarks } from '../lib/known-marks.ts';
import { HandClock } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';

const root = join(temporaryFolder(), 'spool');
let probes = 0;

const counting: Probe = () => {
  probes += 1;
  return Promise.resolve(upVerdict(`probe ${probes}`));
};

function pipelineOf(probe: Probe = counting, timeout = 10_000): Pipeline {
  const clock = new HandClock();
  const cache = new Cache<Verdict>({
    lifetime: () => 10_000,
    size: ({ body }) => body.length,
    maxEntries: 10,
    maxBytes: 1000,
    isWarm: ({ state }) => state === 'up',
    wake: undefined,
    maxFlights: 1,
    maxFlightsInAll: 1,
    full: downVerdict('too many probes'),
    now: clock.monotonic,
  });
  return { spoolRoot: root, knownMarks: new KnownMarks(), cache, probes: new Map([['http', probe]]), timeout, clock };
}

async function answer(pipeline: Pipeline, path: string, fresh = false): Promise<Answer> {
  const check = parseCheck(path, ['spool', 'http']);
  assert.ok(!('refused' in check));
  return runCheck(pipeline, { check, target: targetOf(check), key: keyOf(targetOf(check)) }, fresh);
}

function mark(name: string, contents: string): void {
  writeFileSync(join(root, name), contents);
}

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  probes = 0;
});

describe('a check', () => {
  it('is up where no mark stands and the probe says so', async () => {
    const { verdict, from } = await answer(pipelineOf(), '/http/web/8080/');
    assert.deepEqual([verdict.state, from?.fwd], ['up', 'miss']);
  });

  it('is answered by the mark alone while one stands, and no probe is done', async () => {
    const pipeline = pipelineOf();
    for (const name of ['all', 'web', 'web:8080']) {
      mark(name, name);
      const { verdict, from } = await answer(pipeline, '/http/web/8080/');
      assert.deepEqual([verdict.state, verdict.phrase, from], ['down', `down: ${name}`, undefined]);
      rmSync(join(root, name));
    }
    assert.equal(probes, 0);
  });

  it('sees a mark that came after its verdict was kept, and the verdict again when it is gone', async () => {
    const pipeline = pipelineOf();
    await answer(pipeline, '/http/web/8080/');
    mark('web', '');
    assert.equal((await answer(pipeline, '/http/web/8080/')).verdict.status, 503);
    rmSync(join(root, 'web'));
    assert.equal((await answer(pipeline, '/http/web/8080/')).from?.ttl, 10);
  });

  it('is untouched by the marks of others', async () => {
    for (const name of ['webb', 'we', 'web:808', 'web:80800', '.web', 'web.']) mark(name, '');
    assert.equal((await answer(pipelineOf(), '/http/web/8080/')).verdict.state, 'up');
  });

  it('shares the verdict of its target with services of other names', async () => {
    const pipeline = pipelineOf();
    await answer(pipeline, '/http/web/8080/a');
    assert.equal((await answer(pipeline, '/http/api/8080/a')).from?.ttl, 10);
    assert.equal((await answer(pipeline, '/http/web/8080/b')).from?.fwd, 'miss');
  });

  const DRAIN = '{"state":"drain"}';
  const PRECEDENCE = [
    [{ all: '', web: '', 'web:8080': '' }, 'all', 'down'],
    [{ web: '', 'web:8080': '' }, 'web', 'down'],
    [{ all: DRAIN, web: DRAIN }, 'all', 'drain'],
    [{ all: DRAIN, web: DRAIN, 'web:8080': '' }, 'web:8080', 'down'],
    [{ all: DRAIN, web: '{"expiration":1}' }, 'all', 'drain'],
    [{ all: '{"expiration":1}', 'web:8080': DRAIN }, 'web:8080', 'drain'],
  ] as const;
  for (const [marks, name, state] of PRECEDENCE) {
    it(`of ${JSON.stringify(marks)} follows ${name}`, async () => {
      for (const [at, contents] of Object.entries(marks)) mark(at, contents);
      const { verdict } = await answer(pipelineOf(), '/http/web/8080/');
      assert.equal(String(verdict.body), `Service ${name} in ${state} state\n`);
    });
  }

  it('is up again at the second at which the mark expires', async () => {
    const pipeline = pipelineOf();
    const clock = pipeline.clock as HandClock;
    mark('web', JSON.stringify({ expiration: clock.time() + 60 }));
    clock.advance(59.999);
    assert.equal((await answer(pipeline, '/spool/web/0')).verdict.state, 'down');
    clock.advance(0.001);
    assert.equal((await answer(pipeline, '/spool/web/0')).verdict.state, 'up');
  });

  it('is down where the spool cannot be searched', async () => {
    rmSync(root, { recursive: true });
    writeFileSync(root, '');
    const { verdict } = await answer(pipelineOf(), '/http/web/8080/');
    assert.deepEqual([verdict.status, verdict.phrase, probes], [503, 'spool unreadable: ENOTDIR', 0]);
  });

  it('is told that there are too many probes beyond the bound, and that is not kept', async () => {
    let finish: (verdict: Verdict) => void = () => undefined;
    const pipeline = pipelineOf(() => new Promise((resolve) => (finish = resolve)));
    const first = answer(pipeline, '/http/web/1/');
    const refused = await answer(pipeline, '/http/web/2/');
    assert.deepEqual([refused.verdict.status, refused.verdict.phrase], [503, 'too many probes']);
    finish(upVerdict('fine'));
    await first;
    assert.equal(pipeline.cache.counts.size, 1);
  });

  it('ends its probe at the deadline, and says how long that was', async () => {
    const obedient: Probe = (_target, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(downVerdict((signal.reason as Error).message))));
    const { verdict } = await answer(pipelineOf(obedient, 20), '/http/web/8080/');
    assert.equal(verdict.phrase, 'timed out after 0.02 s');
  });
});
