// hactl down --wait while a request runs through one of two HAProxies.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { frontOf, heldService, LATE, visit, waitingHost, WHOLE, type Front } from '../support/waiting.ts';

const FAST = { node: 'lb1', source: '127.0.0.2', interval: 100 };
const SLOW = { node: 'lb2', source: '127.0.0.3', interval: 300 };
/** Reports while the request runs: 3 s of them, so that no silence of 2 s passes for the end of it. */
const REPORTS = 10;
/** Milliseconds of silence after which a connection is one that HAProxy keeps for later. */
const SILENCE = 2_000;

interface Case {
  /** Where the request goes, and what happens while it runs. */
  readonly port: (front: Front) => number;
  readonly meanwhile?: (front: Front) => Promise<void>;
  /** The sessions that the reports have while the request runs. */
  readonly sessions: number;
  /** Whether HAProxy keeps connections; its client, too, and the request goes over one that has served another before. */
  readonly pool: boolean;
}

async function isNeitherEarlyNorLate({ port, meanwhile, sessions, pool }: Case): Promise<void> {
  const [host, service] = [await waitingHost(), await heldService()];
  const [fast, slow] = await Promise.all([frontOf(host, service, { ...FAST, pool }), frontOf(host, service, { ...SLOW, pool })]);
  const agent = new Agent({ keepAlive: true });
  if (pool) await visit(port(slow), '/', { agent });
  const connections = service.connections();
  const answer = visit(port(slow), '/held', { agent });
  await service.holds(1);
  assert.equal(service.connections(), pool ? connections : connections + 1);
  await meanwhile?.(slow);
  const down = host.start('down web --wait');
  await Promise.all([host.told('lb1', 'down', 3 * REPORTS), host.told('lb2', 'down', REPORTS, sessions)]);
  assert.equal(down.isOver(), false);
  const released = await service.release();
  const { code, at, stdout, stderr } = await down.ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(at > released && at < released + SLOW.interval + (pool ? SILENCE : 0) + LATE, `${at - released} ms after the request's end\n${stdout}`);
  assert.deepEqual([service.underWay(), await fast.state(), await slow.state()], [0, 'DOWN', 'DOWN']);
  const { status, body } = await answer;
  agent.destroy();
  assert.deepEqual([status, body === WHOLE], [200, true]);
}

for (const [pool, what] of [[false, 'closes its connections to the service'], [true, 'keeps connections to the service, as it does by default']] as const) {
  describe(`down --wait, where HAProxy ${what}`, { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
    it('comes back when a request through the slower one of two has ended', { timeout: 60_000 }, () =>
      isNeitherEarlyNorLate({ pool, port: (front) => front.port, sessions: 1 }));

    it('knows of a request that the old process holds after a reload', { timeout: 60_000 }, () =>
      isNeitherEarlyNorLate({ pool, port: (front) => front.port, meanwhile: (front) => front.haproxy.reload(), sessions: 0 }));

    it('knows of a request that goes through a server which tracks the one that is checked', { timeout: 60_000 }, () =>
      isNeitherEarlyNorLate({ pool, port: (front) => front.tracking, sessions: 0 }));

    if (pool) return;
    it('takes no second report where no connection is left', { timeout: 60_000 }, async () => {
      const [host, service] = [await waitingHost(), await heldService()];
      // Longer than any delay of hactl's, so that a second report comes too late.
      const interval = 3_000;
      const front = await frontOf(host, service, { ...SLOW, interval, words: 'fastinter 100ms', checks: 1 });
      const answer = visit(front.port, '/held');
      await service.holds(1);
      const down = host.start('down web --wait');
      // Right after a report: the next one comes an interval later.
      await host.told('lb2', 'down', 4, 1);
      const released = await service.release();
      const { code, at, stdout } = await down.ended;
      assert.equal(code, 0);
      assert.ok(at > released && at < released + 2 * interval - 100, `${at - released} ms\n${stdout}`);
      assert.equal((await answer).body, WHOLE);
    });
  });
}
