import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agedDaemon, askFrom, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';

const CURL = { 'user-agent': 'curl/7.88.1' };

describe('who is waited for', { concurrency: true }, () => {
  it('is not who asks with curl, which is said once', async () => {
    const daemon = await agedDaemon();
    const curl = new AskingBalancer(daemon.port, { says: false, userAgent: 'curl/7.88.1' });
    const balancer = new AskingBalancer(daemon.port, { from: '127.0.0.3' });
    await Promise.all([curl.checks(2), balancer.checks(2)]);
    const { code, stdout, stderr } = await hactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.deepEqual([code, stderr], [0, 'hactl: 127.0.0.2 (curl/7.88.1) also asks; it is no balancer and is not waited for (to wait for it, too: --wait-for 127.0.0.2)\n']);
    assert.doesNotMatch(stdout, /127\.0\.0\.2/);
  });

  it('is none of many who look on, of whom five are named', async () => {
    const daemon = await agedDaemon(5);
    for (let host = 2; host < 10; host += 1) await askFrom(`127.0.0.${host}`, daemon.port, '/spool/web/8080', CURL);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('waiting until it has been up');
    daemon.age(5);
    const { code, stderr } = await wait.ended;
    assert.equal(code, 0);
    assert.equal(stderr.match(/also asks/g)?.length, 5, stderr);
  });

  it('is whoever --wait-for names', async () => {
    const daemon = await agedDaemon();
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', CURL);
    const wait = runningHactl(['down', 'web', '--wait=20s', '--wait-for', '127.0.0.2', '--fall', '2'], { env: environmentOf(daemon) });
    await wait.said('127.0.0.2, web:8080, 0 connections, told up\n');
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', CURL);
    await wait.said('told 1 of 2 times');
    assert.ok(wait.isRunning());
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', CURL);
    const { code, stderr } = await wait.ended;
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('is whoever --wait-for names, also where that one first asks later', async () => {
    const daemon = await agedDaemon();
    const wait = runningHactl(['down', 'web', '--wait=20s', '--wait-for=127.0.0.2', '--wait-for=127.0.0.3', '--fall=1'], { env: environmentOf(daemon) });
    await askFrom('127.0.0.3', daemon.port, '/spool/web/8080', CURL);
    await wait.said('127.0.0.3');
    await askFrom('127.0.0.3', daemon.port, '/spool/web/8080', CURL);
    await wait.said('127.0.0.3, web:8080, told down, 0 connections, done\n');
    await askFrom('127.0.0.3', daemon.port, '/spool/api/0', CURL);
    await askFrom('127.0.0.2', daemon.port, '/spool/api/0', CURL);
    await askFrom('127.0.0.3', daemon.port, '/spool/web/8080', CURL);
    assert.ok(wait.isRunning(), wait.text());
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', CURL);
    assert.equal((await wait.ended).code, 0);
  });

  for (const userAgent of ['Envoy/HC', 'ELB-HealthChecker/2.0', 'GoogleHC/1.0', 'Load Balancer Agent']) {
    it(`is a load balancer that calls itself ${userAgent}`, async () => {
      const daemon = await agedDaemon();
      await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', { 'user-agent': userAgent });
      const wait = runningHactl(['down', 'web', '--wait=20s', '--fall=1'], { env: environmentOf(daemon) });
      await wait.said('told up\n');
      await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', { 'user-agent': userAgent });
      const { code, stderr } = await wait.ended;
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  it('is who asks as curl does, but says a state', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { userAgent: 'curl/7.88.1', follow: (_status, before) => before });
    await balancer.checks(1);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('says UP');
    balancer.state = 'DOWN';
    assert.equal((await wait.ended).code, 0);
  });

  it('is not the balancer of another service, nor of another port where one is named', async () => {
    const daemon = await agedDaemon();
    const held = { follow: (): string => 'UP' };
    const balancers = [new AskingBalancer(daemon.port, { path: '/spool/api/8080', ...held }), new AskingBalancer(daemon.port, { path: '/spool/web/8081', ...held })];
    await Promise.all(balancers.map((balancer) => balancer.checks(1)));
    const { code, stderr } = await hactl(['down', 'web:8080', '--wait=20s'], { env: environmentOf(daemon) });
    assert.deepEqual([code, stderr], [0, 'hactl: no balancer has asked about web:8080 in the last minute: nobody to wait for\n']);
  });

  it('is who has fallen silent only as long as it has connections or the service comes back', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port);
    await balancer.checks(4);
    balancer.stop();
    const env = environmentOf(daemon);
    const [down, up] = [await hactl(['down', 'web', '--wait=20s'], { env }), await hactl(['up', 'web', '--wait=2s'], { env })];
    assert.equal(down.code, 0);
    assert.match(down.stdout, /UP, 0 sessions, 0 connections, done\n$/);
    assert.equal(up.code, 4);
    assert.match(up.stderr, /still open: 127\.0\.0\.2 lb1 web\/web1 web:8080: silent since \S+Z: in maintenance\?\n/);
  });
});
