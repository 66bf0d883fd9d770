import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPipeline, type PipelineOptions } from '../lib/pipeline.ts';
import { downVerdict, markVerdict, serviceVerdict, upVerdict, type Verdict } from '../lib/verdict.ts';
import type { Pipeline } from '../lib/check.ts';
import { PROTOCOLS } from '../lib/probe/index.ts';
import { bareMark } from '../lib/mark.ts';
import { HandClock, NO_LOGINS } from './support/daemon.ts';

const OPTIONS: PipelineOptions = { spoolRoot: '/spool', cacheTime: 10, failureCacheTime: 1, refreshAhead: true, cacheEntries: 10_000, timeout: 10, maxProbes: 256, logins: NO_LOGINS };
const UP = upVerdict('fine');
const DOWN = downVerdict('connect ECONNREFUSED 127.0.0.1:8080');
const MISS = { value: UP, fwd: 'miss', stored: true };

function pipelineOf(options: Partial<PipelineOptions> = {}): { pipeline: Pipeline; clock: HandClock; ask: (key: string, verdict?: Verdict) => Promise<unknown> } {
  const clock = new HandClock();
  const pipeline = createPipeline({ ...OPTIONS, ...options }, clock, assert.ifError);
  return { pipeline, clock, ask: async (key, verdict = UP) => pipeline.cache.ask(key, false, () => Promise.resolve(verdict)) };
}

describe('createPipeline', () => {
  it('has the spool, a probe for each protocol but spool, and its deadline in milliseconds', () => {
    const { pipeline, clock } = pipelineOf({ timeout: 0.5 });
    assert.deepEqual([pipeline.spoolRoot, pipeline.timeout, pipeline.clock], ['/spool', 500, clock]);
    assert.deepEqual([...pipeline.probes.keys()], PROTOCOLS.filter((protocol) => protocol !== 'spool'));
  });

  const KEPT: readonly (readonly [what: string, options: Partial<PipelineOptions>, verdict: Verdict, seconds: number])[] = [
    ['an up', {}, UP, 10],
    ['a redirect', {}, serviceVerdict(302, 'Found', Buffer.alloc(0)), 10],
    ['a failure', {}, DOWN, 1],
    ['a 404 of the service', {}, serviceVerdict(404, 'Not Found', Buffer.alloc(0)), 1],
    ['a drain', {}, markVerdict({ ...bareMark('web'), state: 'drain' }), 1],
    ['an up with a shorter cache time', { cacheTime: 3 }, UP, 3],
    ['a failure with another time', { failureCacheTime: 5 }, DOWN, 5],
    ['a failure, never longer than an up', { cacheTime: 2, failureCacheTime: 5 }, DOWN, 2],
  ];
  for (const [what, options, verdict, seconds] of KEPT) {
    it(`keeps ${what} for ${seconds} s`, async () => {
      const { ask, clock } = pipelineOf(options);
      await ask('a', verdict);
      clock.advance(seconds - 0.01);
      assert.deepEqual(await ask('a', UP), { value: verdict, ttl: 0 });
      clock.advance(0.01);
      assert.equal(((await ask('a', UP)) as { fwd?: string }).fwd, 'stale');
    });
  }

  it('keeps nothing with a cache time of 0', async () => {
    const { ask } = pipelineOf({ cacheTime: 0 });
    for (const verdict of [UP, UP, DOWN, DOWN]) assert.deepEqual(await ask('a', verdict), { value: verdict, fwd: 'miss', stored: false });
  });

  it('keeps so many verdicts', async () => {
    const { pipeline, ask } = pipelineOf({ cacheEntries: 3 });
    for (const key of ['a', 'b', 'c', 'd']) assert.deepEqual(await ask(key), MISS);
    assert.deepEqual([pipeline.cache.counts.size, pipeline.cache.counts.evictions], [3, 1]);
    assert.deepEqual(await ask('a'), MISS);
  });

  it('keeps 32 MiB of bodies', async () => {
    const { pipeline, ask } = pipelineOf();
    const body = Buffer.alloc(64 * 1024);
    for (let number = 0; number < 600; number += 1) await ask(String(number), { ...UP, body });
    const { size } = pipeline.cache.counts;
    assert.ok(size > 500 && size < 512, String(size));
  });

  it('says that there are too many probes, of a new target alone, and keeps that no longer', async () => {
    const { pipeline, ask } = pipelineOf({ maxProbes: 1 });
    let land = (_verdict: Verdict): void => undefined;
    const flight = pipeline.cache.ask('a', false, () => new Promise((resolve) => (land = resolve)));
    const full = (await ask('b')) as { value: Verdict; fwd: string };
    assert.deepEqual([full.value.state, full.value.status, full.value.reason, full.fwd], ['down', 503, 'too many probes', 'miss']);
    const joined = ask('a');
    land(UP);
    assert.deepEqual([await flight, await joined], [MISS, { value: UP, fwd: 'miss', collapsed: true }]);
    assert.deepEqual(await ask('b'), MISS);
  });

  it('probes what was up all the same, however many probes there are', async () => {
    const { pipeline, ask, clock } = pipelineOf({ maxProbes: 1 });
    await ask('up');
    await ask('down', DOWN);
    clock.advance(10);
    void pipeline.cache.ask('new', false, () => new Promise(() => undefined));
    assert.deepEqual(await ask('up'), { value: UP, fwd: 'stale', stored: true });
    assert.equal(((await ask('down')) as { value: Verdict }).value.reason, 'too many probes');
  });

  const SCANS: readonly (readonly [what: string, count: number, verdict: Verdict, times: number])[] = [
    ['1000 large bodies, each once', 1_000, { ...UP, body: Buffer.alloc(64 * 1024) }, 1],
    ['20 000 that are up, each once', 20_000, UP, 1],
    ['20 000 that are down, each twice', 20_000, DOWN, 2],
  ];
  for (const [what, count, verdict, times] of SCANS) {
    it(`probes what was up and is asked for again, whatever is asked for between: ${what}`, async () => {
      const { pipeline, ask, clock } = pipelineOf({ maxProbes: 1, refreshAhead: false });
      for (const first of [MISS, { value: UP, ttl: 10 }]) assert.deepEqual(await ask('up'), first);
      for (let number = 0; number < count; number += 1) for (let time = 0; time < times; time += 1) await ask(`made-up-${number}`, verdict);
      clock.advance(10);
      void pipeline.cache.ask('new', false, () => new Promise(() => undefined));
      assert.deepEqual(await ask('up'), { value: UP, fwd: 'stale', stored: true });
    });
  }

  it('shares nothing with another one', async () => {
    const [one, other] = [pipelineOf(), pipelineOf()];
    await one.ask('a');
    assert.deepEqual(await other.ask('a'), MISS);
  });
});
