// Balancers that stop asking while they are waited for, that say nothing of themselves, or that are not there.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { tcpService } from '../support/service.ts';
import { frontOf, heldService, visit, waitingHost } from '../support/waiting.ts';

const LB = { node: 'lb1', source: '127.0.0.2', interval: 200 };
/** A service that goes on with a request of `/held`, whether or not the other side has gone: a Node `http.Server` does not. */
async function stubbornService() {
  const held: Socket[] = [];
  const service = await tcpService((socket) =>
    socket.once('data', (request) => void (String(request).includes('/held') ? held.push(socket) : socket.end('HTTP/1.0 200 OK\r\n\r\nfine\n'))),
  );
  return { port: service.port, release: () => void held[0]?.end('HTTP/1.0 200 OK\r\n\r\nlate\n') };
}

describe('--wait and a balancer that falls silent', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  it('waits until the service is done with the request of one that is stopped', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await stubbornService()];
    const front = await frontOf(host, service, LB);
    const answer = visit(front.port, '/held').catch(() => 'cut off');
    const down = host.start('down web --wait');
    await host.told('lb1', 'down', 4, 1);
    await front.haproxy.kill();
    assert.equal(await answer, 'cut off');
    await down.printed(', 1 connection left\n');
    assert.equal(down.isOver(), false);
    service.release();
    const released = performance.now();
    const { code, at } = await down.ended;
    assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
  });

  it('is done with one whose connections go with it', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, LB);
    const answer = visit(front.port, '/held').catch(() => 'cut off');
    await service.holds(1);
    const down = host.start('down web --wait');
    await host.told('lb1', 'down', 4, 1);
    assert.equal(down.isOver(), false);
    await front.haproxy.kill();
    const { code, stderr } = await down.ended;
    assert.deepEqual([await answer, code, stderr, service.open()], ['cut off', 0, '', 0]);
  });

  it('times out where its connections stay, and names it', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await stubbornService()];
    const front = await frontOf(host, service, LB);
    void visit(front.port, '/held').catch(() => undefined);
    const down = host.start('down web --wait=10s');
    await host.told('lb1', 'down', 4, 1);
    await front.haproxy.kill();
    const { code, stderr } = await down.ended;
    assert.equal(code, 4);
    assert.match(stderr, /^hactl: gave up after \d+ s; the mark web stands\nhactl: still open: 127\.0\.0\.2 lb1 web\/web1 web:\d+: silent since \S+, 1 connection left\n/);
  });

  it('waits for the request of one in maintenance', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, LB);
    const answer = visit(front.port, '/held');
    await service.holds(1);
    const down = host.start('down web --wait');
    await host.told('lb1', 'down', 2, 1);
    await front.haproxy.tell('set server web/web1 state maint');
    await down.printed(', 1 connection left\n');
    assert.equal(down.isOver(), false);
    const released = await service.release();
    const { code, at } = await down.ended;
    assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
    assert.deepEqual([(await answer).status, await front.state()], [200, 'MAINT']);
  });

  it('is done with one that was put in maintenance before, and has nothing open', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, { ...LB, pool: true });
    await visit(front.port, '/');
    await front.haproxy.tell('set server web/web1 state maint');
    const { code, stderr } = await host.start('down web --wait').ended;
    assert.deepEqual([code, stderr], [0, '']);
  });
});

describe('--wait and a balancer that says nothing of itself', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  for (const fall of [3, 6]) {
    it(`believes it after --fall ${fall} answers, when no connection is in use`, { timeout: 60_000 }, async () => {
      const [host, service] = [await waitingHost(), await heldService()];
      const front = await frontOf(host, service, { ...LB, check: '', words: `fall ${fall}` });
      const idle = await host.start(`down web --wait --fall ${fall}`).ended;
      assert.deepEqual([idle.code, idle.stderr, await front.state()], [0, '', 'DOWN']);
      assert.equal((await host.start('up web --wait').ended).code, 0);
      assert.match(await front.state(), /^UP/);
      const answer = visit(front.port, '/held');
      await service.holds(1);
      const down = host.start(`down web --wait --fall ${fall}`);
      await host.until('many answers', (rows) => rows.every(({ told, running, state }) => told === 'down' && running >= 2 * fall + 5 && state === null));
      assert.equal(down.isOver(), false);
      const released = await service.release();
      const { code, at } = await down.ended;
      assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
      assert.deepEqual([(await answer).status, await front.state()], [200, 'DOWN']);
    });
  }

  it('says that there is none', { timeout: 60_000 }, async () => {
    const host = await waitingHost();
    for (const command of ['down', 'drain', 'up']) {
      const { code, stdout, stderr } = await host.start(`${command} web --wait`).ended;
      assert.deepEqual([code, stdout, stderr], [0, '', 'hactl: no balancer has asked about web in the last minute: nobody to wait for\n']);
    }
  });
});
