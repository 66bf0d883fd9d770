// Sessions that last: TCP, and clients that HAProxy keeps on a server by a cookie.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { startHaproxy } from '../support/haproxy.ts';
import { lacking } from '../support/programs.ts';
import { freePort, tcpService } from '../support/service.ts';
import { frontOf, heldService, PATIENT_CHECKS, visit, waitingHost, WHOLE } from '../support/waiting.ts';

describe('--wait with sessions that last', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  for (const command of ['down', 'drain']) {
    it(`${command} waits for a TCP session, however silent it is`, { timeout: 60_000 }, async () => {
      const host = await waitingHost();
      const service = await tcpService((socket) => void socket.pipe(socket));
      const port = await freePort();
      await startHaproxy(
        `listen db
  mode tcp
  bind 127.0.0.1:${port}
  option httpchk GET /tcp/db/${service.port}
  http-check send-state
  http-check disable-on-404
  default-server inter 200ms fall 3 rise 2
  server db1 127.0.0.1:${service.port} check port ${host.daemon.port}`,
        { node: 'lb1', defaults: PATIENT_CHECKS },
      );
      await host.until('a check', (rows) => rows.some(({ count }) => count >= 3));
      const client = connect(port, '127.0.0.1');
      client.write('hello');
      assert.equal(String((await once(client, 'data'))[0]), 'hello');
      const waits = host.start(`${command} db --wait`);
      // More than the 2 s after which a connection on which the service spoke last is idle.
      await host.told('lb1', command as 'down' | 'drain', 15, 1);
      assert.equal(waits.isOver(), false);
      client.write('bye');
      assert.equal(String((await once(client, 'data'))[0]), 'bye');
      const left = performance.now();
      client.end();
      const { code, at } = await waits.ended;
      assert.ok(code === 0 && at > left, `${code}, ${at - left} ms`);
      assert.equal(service.open.size, 0);
    });
  }

  it('drain waits while sticky clients go on, and a down ends that', { timeout: 60_000 }, async () => {
    const [host, service, other] = [await waitingHost(), await heldService(), await heldService()];
    const front = await frontOf(host, service, {
      node: 'lb1',
      source: '127.0.0.2',
      interval: 200,
      lines: 'cookie SERVER insert indirect\n  http-check disable-on-404\n  option redispatch',
      words: `cookie here\n  server web2 127.0.0.1:${other.port} cookie there`,
    });
    const cookie = 'SERVER=here';
    const first = visit(front.port, '/held', { cookie });
    await service.holds(1);
    const drain = host.start('drain web --wait');
    await host.told('lb1', 'drain', 3);
    assert.match(await front.state(), /^NOLB/);
    // One request ends when the next one runs, as with a client that has several connections.
    let last = first;
    for (let requests = 2; requests <= 8; requests += 1) {
      const next = visit(front.port, '/held', { cookie });
      await service.holds(2);
      await service.releaseOldest();
      assert.deepEqual(await last.then(({ status, body }) => [status, body === WHOLE]), [200, true]);
      last = next;
      await host.told('lb1', 'drain', 3 + 2 * requests);
      assert.equal(drain.isOver(), false);
    }
    const down = host.start('down web --wait');
    await host.told('lb1', 'down', 6);
    assert.deepEqual([await front.state(), down.isOver()], ['DOWN', false]);
    assert.equal((await visit(front.port, '/', { cookie })).status, 200);
    assert.equal(other.requests(), 1);
    const released = await service.release();
    for (const waits of [down, drain]) {
      const { code, at } = await waits.ended;
      assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
    }
    assert.equal((await last).body, WHOLE);
  });
});
