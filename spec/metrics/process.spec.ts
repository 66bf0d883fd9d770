import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Metric } from '../../lib/metrics/exposition.ts';
import { EventLoopDelay, processMetrics } from '../../lib/metrics/process.ts';
import { HandClock } from '../support/daemon.ts';

function valueOf(metrics: readonly Metric[], name: string): number {
  return metrics.find((metric) => metric.name === name)?.samples[0]?.value ?? NaN;
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe('the metrics of the process', () => {
  it('are those that client libraries have', () => {
    const names = processMetrics().map(({ name }) => name);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_virtual_memory_bytes', 'process_start_time_seconds', 'process_open_fds', 'process_max_fds', 'nodejs_heap_size_used_bytes']) assert.ok(names.includes(name), name);
  });

  it('count CPU time in seconds', () => {
    const before = valueOf(processMetrics(), 'process_cpu_seconds_total');
    const used = process.cpuUsage();
    block(50);
    const { user, system } = process.cpuUsage(used);
    const after = valueOf(processMetrics(), 'process_cpu_seconds_total');
    assert.ok(after - before >= (user + system) / 1e6 && after - before < (user + system) / 1e6 + 1, `${after - before}`);
  });

  it('count descriptors', () => {
    const before = valueOf(processMetrics(), 'process_open_fds');
    const fds = Array.from({ length: 5 }, () => openSync('/dev/null', 'r'));
    assert.equal(valueOf(processMetrics(), 'process_open_fds') - before, 5);
    fds.forEach(closeSync);
  });

  it('measure virtual memory in bytes, of which what is resident is a part', () => {
    const metrics = processMetrics();
    assert.ok(valueOf(metrics, 'process_virtual_memory_bytes') > valueOf(metrics, 'process_resident_memory_bytes'));
  });

  it('know when it was started', () => {
    const started = valueOf(processMetrics(), 'process_start_time_seconds');
    assert.ok(Math.abs(Date.now() / 1000 - performance.now() / 1000 - started) < 1, String(started));
  });
});

describe('the delay of the event loop', () => {
  const turns = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const longest = (metrics: readonly Metric[]): number => valueOf(metrics, 'nodejs_eventloop_lag_max_seconds');

  it('is measured from the first time that it is asked for', async () => {
    const delay = new EventLoopDelay(new HandClock().monotonic);
    assert.deepEqual([delay.metrics(), delay.metrics()], [[], []]);
    await turns(250);
    block(400);
    await turns(250);
    const blocked = delay.metrics();
    assert.ok(longest(blocked) > 0.2 && longest(blocked) < 5, JSON.stringify(blocked));
    // The resolution, 0.1 s, is no delay.
    assert.ok(valueOf(blocked, 'nodejs_eventloop_lag_min_seconds') < 0.08, JSON.stringify(blocked));
    assert.equal(valueOf(blocked, 'nodejs_eventloop_lag_seconds'), valueOf(blocked, 'nodejs_eventloop_lag_mean_seconds'));
  });

  it('is told to everybody who asks once a minute, and forgotten within two', async () => {
    const clock = new HandClock();
    const delay = new EventLoopDelay(clock.monotonic);
    delay.metrics();
    await turns(250);
    block(400);
    await turns(250);
    for (const seconds of [0, 59, 1, 59]) {
      clock.advance(seconds);
      assert.ok(longest(delay.metrics()) > 0.2, `${seconds}`);
    }
    clock.advance(1);
    assert.deepEqual(delay.metrics(), []);
  });
});
