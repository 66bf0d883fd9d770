import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '../../lib/check.ts';
import { Counts } from '../../lib/metrics/counts.ts';
import { exposition } from '../../lib/metrics/exposition.ts';
import { downVerdict, upVerdict } from '../../lib/verdict.ts';
import { HandClock } from '../support/daemon.ts';
import { targetAt } from '../support/probing.ts';

const UP = upVerdict('fine');
const DOWN = downVerdict('refused');

function samplesOf(counts: Counts, name: string): string[] {
  return exposition(counts.metrics()).split('\n').filter((line) => line.startsWith(name));
}

describe('checks', () => {
  const OUTCOMES: readonly (readonly [string, NonNullable<Answer['from']>])[] = [
    ['hit', { value: UP, ttl: 0 }],
    ['miss', { value: UP, fwd: 'miss', stored: true }],
    ['miss', { value: UP, fwd: 'miss', stored: false }],
    ['stale', { value: UP, fwd: 'stale', stored: true }],
    ['request', { value: UP, fwd: 'request', stored: true }],
    ['collapsed', { value: UP, fwd: 'stale', collapsed: true }],
    ['refused', { value: UP, fwd: 'miss' }],
  ];
  for (const [cache, from] of OUTCOMES) {
    it(`are counted as ${cache}: ${JSON.stringify({ ...from, value: undefined })}`, () => {
      const counts = new Counts(['spool', 'http'], () => 0);
      for (let times = 0; times < 3; times += 1) counts.count('http', { verdict: UP, from });
      assert.deepEqual(samplesOf(counts, 'hacheck_checks_total'), [`hacheck_checks_total{protocol="http",verdict="up",cache="${cache}"} 3`]);
    });
  }

  it('are counted by verdict and protocol, those of marks without the cache', () => {
    const counts = new Counts(['spool', 'http'], () => 0);
    counts.count('spool', { verdict: UP });
    counts.count('http', { verdict: DOWN });
    counts.count('http', { verdict: { ...DOWN, state: 'drain' } });
    assert.deepEqual(samplesOf(counts, 'hacheck_checks_total'), [
      'hacheck_checks_total{protocol="spool",verdict="up",cache="none"} 1',
      'hacheck_checks_total{protocol="http",verdict="down",cache="none"} 1',
      'hacheck_checks_total{protocol="http",verdict="drain",cache="none"} 1',
    ]);
  });
});

describe('probes', () => {
  it('are counted by what they found, and timed in buckets that add up', async () => {
    const clock = new HandClock();
    const counts = new Counts(['tcp'], clock.monotonic);
    const probes = counts.timed(new Map([
      ['tcp', async ({ port }) => {
        clock.advance(port / 1000);
        return port > 100 ? DOWN : UP;
      }],
    ]));
    for (const milliseconds of [1, 2, 30, 30, 11_000]) await probes.get('tcp')?.(targetAt(milliseconds), new AbortController().signal);
    assert.deepEqual(samplesOf(counts, 'hacheck_probes_total'), ['hacheck_probes_total{protocol="tcp",verdict="up"} 4', 'hacheck_probes_total{protocol="tcp",verdict="down"} 1']);
    const buckets = samplesOf(counts, 'hacheck_probe_duration_seconds_bucket').map((line) => /le="(.*)"\} (\d+)$/.exec(line)?.slice(1).join(': '));
    assert.deepEqual(buckets, ['0.001: 1', '0.0025: 2', '0.005: 2', '0.01: 2', '0.025: 2', '0.05: 4', '0.1: 4', '0.25: 4', '0.5: 4', '1: 4', '2.5: 4', '5: 4', '10: 4', '+Inf: 5']);
    assert.deepEqual(samplesOf(counts, 'hacheck_probe_duration_seconds_count'), ['hacheck_probe_duration_seconds_count{protocol="tcp"} 5']);
    const [sum = ''] = samplesOf(counts, 'hacheck_probe_duration_seconds_sum');
    assert.ok(Math.abs(Number(sum.split(' ')[1]) - 11.063) < 1e-6, sum);
  });

  it('are not named where nobody has asked for them', () => {
    const counts = new Counts(['tcp'], () => 0);
    counts.timed(new Map([['tcp', async () => UP]]));
    assert.equal(exposition(counts.metrics()), '');
  });
});
