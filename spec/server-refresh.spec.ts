import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { startHeartbeat } from './support/heartbeat.ts';
import { ask } from './support/request.ts';
import { httpService } from './support/service.ts';

/** Seconds that a verdict is kept; milliseconds that the service takes, between two checks, and in all. */
const CACHE_TIME = 1;
const SERVICE = 350;
const INTERVAL = 20;
const DURATION = 3_500;

interface Asked {
  /** Milliseconds that a check took, and of these those in which this process, daemon and service and all, stood still. */
  readonly took: number;
  readonly stoodStill: number;
  /** Milliseconds from the beginning of its verdict's probe to the check. */
  readonly age: number;
}

/** When a check began and ended, and the age of its verdict. */
interface Timed extends Pick<Asked, 'age'> {
  readonly began: number;
  readonly ended: number;
}

interface Watched {
  /** Those checks that found a verdict when they came, or a probe under way: all but the first ones. */
  readonly warm: readonly Asked[];
  /** Milliseconds between the beginnings of two probes, as the service knows them, and the most by which it may know of one too late. */
  readonly gaps: readonly number[];
  readonly late: number;
}

/** Asks a slow service again and again, one check each few milliseconds; the service says when it was asked. */
async function watch(refreshAhead: boolean): Promise<Watched> {
  const heartbeat = startHeartbeat();
  const begun: number[] = [];
  const service = await httpService((_request, response) => {
    const at = performance.now();
    begun.push(at);
    setTimeout(() => response.end(String(at)), SERVICE);
  });
  const { port } = await testedDaemon({ cacheTime: CACHE_TIME, refreshAhead });
  const asked: Promise<Timed>[] = [];
  const check = async (): Promise<Timed> => {
    const began = performance.now();
    const { body } = await ask(port, `/http/web/${service.port}/`);
    return { began, ended: performance.now(), age: began - Number(body) };
  };
  await check();
  const ended = performance.now() + DURATION;
  while (performance.now() < ended) {
    asked.push(check());
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  const warm = (await Promise.all(asked)).map(({ began, ended, age }) => ({ took: ended - began, stoodStill: heartbeat.stoodStill(began, ended), age }));
  return { warm, late: 20 + heartbeat.longest(), gaps: begun.slice(1).map((at, index) => at - (begun[index] ?? 0)) };
}

function share<T>(all: readonly T[], isOne: (one: T) => boolean): number {
  return all.filter(isOne).length / all.length;
}

describe('checks of a service that is slow', () => {
  it('wait for nothing once it is warm, get no verdict that is older than the cache time, and cost it a probe and a half at most', async () => {
    const { warm, gaps, late } = await watch(true);
    assert.ok(warm.length > 50 && gaps.length >= 2, `${warm.length} checks, ${gaps.length} gaps`);
    assert.equal(share(warm, ({ took, stoodStill }) => took - stoodStill > SERVICE / 2), 0, JSON.stringify(warm.map(({ took, stoodStill }) => [took, stoodStill].map(Math.round))));
    for (const { age } of warm) assert.ok(age <= 1000 * CACHE_TIME + 50, String(age));
    // It begins again 1.25 times what it takes, and a tenth of a second, before the verdict's end: here at half the cache time at the soonest.
    for (const gap of gaps) assert.ok(gap >= 1000 * CACHE_TIME / 2 - late, String(gap));
  });

  it('wait at the end of each cache time with --refresh-ahead off', async () => {
    const { warm, gaps, late } = await watch(false);
    const waited = share(warm, ({ took }) => took > SERVICE / 2);
    assert.ok(waited > 0.1, `${waited} of ${warm.length} checks`);
    for (const gap of gaps) assert.ok(gap >= 1000 * CACHE_TIME - late, String(gap));
  });
});

describe('a daemon that is ending', () => {
  it('probes nothing in the background any more, also while checks under way wait for their verdict', async () => {
    const { port, daemon } = await testedDaemon({ cacheTime: CACHE_TIME });
    const [warm, gate] = [await httpService((_request, response) => void response.end('fine')), await gatedService()];
    const check = (): Promise<unknown> => ask(port, `/http/web/${warm.port}/`);
    // The second one makes it worth a probe ahead.
    await check();
    await check();
    const waiting = ask(port, `/http/api/${gate.service.port}/`);
    await gate.waiting(1);
    const stopped = daemon.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_500 * CACHE_TIME));
    gate.open();
    assert.equal((await waiting).status, 200);
    await stopped;
    assert.equal(warm.connections(), 1);
  });
});
