import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { agedDaemon, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { tcpService, type Service } from '../../support/service.ts';

/** A connection from an address of loopback; it goes when the specs around the call have ended. */
async function connection({ port }: Service, from: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  after(() => socket.destroy());
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

describe('connections to the service', { concurrency: true }, () => {
  it('are waited for, where they come from the balancer, whatever it says', async () => {
    const [daemon, service] = [await agedDaemon(), await tcpService(() => undefined)];
    const socket = await connection(service, '127.0.0.2');
    await connection(service, '127.0.0.9');
    const balancer = new AskingBalancer(daemon.port, { path: `/spool/web/${service.port}` });
    await balancer.checks(2);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('DOWN, 0 sessions, 1 connection, 1 connection in use\n');
    await balancer.checks(4);
    assert.ok(wait.isRunning(), wait.text());
    // Closed by the balancer alone, it may still have an answer to come.
    socket.end();
    await new Promise((resolve) => socket.once('finish', resolve));
    await balancer.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    for (const open of service.open) open.end();
    assert.equal((await wait.ended).code, 0);
  });

  it('are waited for to the port that HAProxy says it sends to, and of a silent balancer, too', async () => {
    const [daemon, service] = [await agedDaemon(), await tcpService(() => undefined)];
    const socket = await connection(service, '127.0.0.2');
    const balancer = new AskingBalancer(daemon.port, { path: '/spool/web/0', target: service.port });
    await balancer.checks(4);
    balancer.stop();
    const wait = runningHactl(['drain', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said(', 1 connection left\n');
    assert.ok(wait.isRunning());
    socket.destroy();
    for (const open of service.open) open.destroy();
    assert.equal((await wait.ended).code, 0);
  });

  it('are named with a way out when the time runs out', async () => {
    const [daemon, service] = [await agedDaemon(), await tcpService(() => undefined)];
    await connection(service, '127.0.0.2');
    const balancer = new AskingBalancer(daemon.port, { path: `/spool/web/${service.port}` });
    await balancer.checks(2);
    const { code, stderr } = await hactl(['down', 'web', '--wait=2s'], { env: environmentOf(daemon) });
    assert.equal(code, 4);
    assert.match(stderr, /\nhactl: still open: 127\.0\.0\.2 lb1 web\/web1 web:\d+: 1 connection in use\nhactl: a connection may be one that HAProxy keeps for later: 'pool-max-conn 0' on its server line, or 'option http-server-close', keeps its pool small\n/);
  });

  it('are not waited for by hactl up --wait', async () => {
    const [daemon, service] = [await agedDaemon(), await tcpService(() => undefined)];
    await connection(service, '127.0.0.2');
    const balancer = new AskingBalancer(daemon.port, { path: `/spool/web/${service.port}` });
    await balancer.checks(2);
    assert.equal((await hactl(['up', 'web', '--wait=20s'], { env: environmentOf(daemon) })).code, 0);
  });

  it('may be idle: not waited for, but with --strict', { skip: lacking('ss') }, async () => {
    const daemon = await agedDaemon();
    const service = await tcpService((socket) => socket.on('data', () => socket.write('answer\n')));
    const socket = await connection(service, '127.0.0.2');
    socket.write('question\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const answered = performance.now();
    const balancer = new AskingBalancer(daemon.port, { path: `/spool/web/${service.port}` });
    await balancer.checks(2);
    const env = environmentOf(daemon);
    const strict = runningHactl(['down', 'web', '--wait=20s', '--strict'], { env });
    const { code, stdout } = await hactl(['down', 'web', '--wait=20s'], { env });
    assert.ok(performance.now() - answered >= 2000, 'it came back while a request may have run');
    assert.equal(code, 0);
    assert.match(stdout, /DOWN, 0 sessions, 1 connection, done\n$/);
    await strict.said('1 connection in use');
    await balancer.checks(10);
    assert.ok(strict.isRunning(), strict.text());
    for (const open of service.open) open.destroy();
    assert.equal((await strict.ended).code, 0);
  });
});
