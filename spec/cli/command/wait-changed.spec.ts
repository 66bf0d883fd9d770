import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agedDaemon, environmentOf, runningHactl } from '../../support/balancing.ts';
import { openConnection } from '../../support/connection.ts';
import { gatedService } from '../../support/gate.ts';
import { hactl } from '../../support/hactl.ts';

describe('a wait whose mark somebody else changes', { concurrency: true }, () => {
  it('gives up at once where the mark is removed, exit 3', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    const wait = runningHactl(['down', 'web', '--wait=20s', '--wait-for', '127.0.0.9', '--json'], { env: { ...env, SUDO_USER: 'ops' } });
    // Nothing is printed while nobody asks: its mark shows that it has begun.
    while ((await hactl(['status', 'web'], { env })).code === 0);
    await hactl(['up', 'web'], { env });
    const { code, stderr } = await wait.ended;
    assert.deepEqual([code, /^hactl: web is up meanwhile: a mark was made, removed, or has expired; gave up after \d\.\d s \(see hactl status\)\n$/.test(stderr)], [3, true], stderr);
  });

  it('gives up where the mark expires', async () => {
    const daemon = await agedDaemon();
    const { code, stderr } = await hactl(['down', 'web', '--for', '1s', '--wait=20s', '--wait-for', '127.0.0.9'], { env: environmentOf(daemon) });
    assert.deepEqual([code, stderr.includes('web is up meanwhile')], [3, true], stderr);
  });

  it('gives up waiting for up where the service is taken out again', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    await hactl(['down', 'web'], { env });
    const wait = runningHactl(['up', 'web', '--wait=20s', '--wait-for', '127.0.0.9'], { env });
    while ((await hactl(['status', 'web'], { env })).code === 1);
    await hactl(['drain', 'all'], { env });
    const { code, stderr } = await wait.ended;
    assert.deepEqual([code, stderr.includes('web is draining meanwhile')], [3, true], stderr);
  });
});

describe('hactl up of several', () => {
  it('looks at what is left when all are removed: all and web, web and web:8080', async () => {
    const env = environmentOf(await agedDaemon());
    for (const services of [['web', 'all'], ['web', 'web:8080']]) {
      await hactl(['down', ...services], { env });
      const { code, stderr } = await hactl(['up', ...services, '--wait=5s'], { env });
      assert.deepEqual([code, /^hactl: no balancer has asked about /.test(stderr)], [0, true], stderr);
    }
  });
});

describe('a balancer whose checks give up before they are answered', () => {
  it('is waited for all the same', async () => {
    const daemon = await agedDaemon();
    const { service, waiting } = await gatedService();
    const balancer = await openConnection(daemon.port);
    balancer.socket.write(`GET /http/web/${service.port}/ HTTP/1.0\r\n\r\n`);
    await waiting(1);
    balancer.socket.resetAndDestroy();
    await balancer.closed;
    const { code, stdout } = await hactl(['down', 'web', '--wait=1s', '--json'], { env: environmentOf(daemon) });
    const { told, open } = JSON.parse(stdout.split('\n')[0] ?? '') as Record<string, unknown>;
    assert.deepEqual([code, told, open], [4, null, 'not told yet']);
  });
});
