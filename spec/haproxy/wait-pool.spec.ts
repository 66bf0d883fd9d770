// The connections that HAProxy keeps to a service, and those that its clients keep to HAProxy.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { frontOf, heldService, LATE, visit, waitingHost, WHOLE } from '../support/waiting.ts';

/** HAProxy's own purge of its pool, every 5 s, is not what ends the wait here. */
const LB = { node: 'lb1', source: '127.0.0.2', interval: 200, pool: true, words: 'pool-purge-delay 60s' };
const CLIENTS = 5;
/** Milliseconds of silence after which a connection is idle. */
const SILENCE = 2_000;

async function idlePool() {
  const [host, service] = [await waitingHost(), await heldService()];
  const front = await frontOf(host, service, LB);
  const agents = Array.from({ length: CLIENTS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const _ of [1, 2, 3]) await Promise.all(agents.map((agent) => visit(front.port, '/', { agent })));
  for (const agent of agents) agent.destroy();
  return { host, service, front };
}

describe('--wait with connections that are kept', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  it('does not hang on those that HAProxy keeps to the service for a minute', { timeout: 60_000 }, async () => {
    const { host, service, front } = await idlePool();
    const began = performance.now();
    const { code, stderr, stdout, at } = await host.start('down web --wait').ended;
    assert.deepEqual([code, stderr], [0, '']);
    // Three checks until it is DOWN, and two that say so.
    assert.ok(at - began < SILENCE + 5 * LB.interval + LATE, `${at - began} ms\n${stdout}`);
    assert.ok(service.open() > 0);
    assert.equal(await front.state(), 'DOWN');
  });

  it('waits for them with --strict, and says what keeps the pool small', { timeout: 60_000 }, async () => {
    const { host, service } = await idlePool();
    const { code, stderr } = await host.start('down web --wait=4s --strict').ended;
    assert.equal(code, 4);
    assert.match(stderr, /still open: 127\.0\.0\.2 lb1 web\/web1 web:\d+: \d connections? in use\n/);
    assert.ok(stderr.includes("'pool-max-conn 0'") && stderr.includes("'option http-server-close'"), stderr);
    assert.ok(service.open() > 0);
  });

  it('waits for the request of a client that keeps its connection, and not for that connection', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, LB);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await visit(front.port, '/', { agent });
    const answer = visit(front.port, '/held', { agent });
    await service.holds(1);
    const down = host.start('down web --wait');
    await host.told('lb1', 'down', 15, 1);
    assert.equal(down.isOver(), false);
    const released = await service.release();
    assert.equal((await answer).body, WHOLE);
    const requests = service.requests();
    const { code, at } = await down.ended;
    assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
    // Still the same connection; the service itself is asked no more.
    assert.equal((await visit(front.port, '/', { agent })).status, 503);
    assert.equal(service.requests(), requests);
    agent.destroy();
  });
});
