import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { agedDaemon, askFrom, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';

describe('hactl down --wait', { concurrency: true }, () => {
  it('comes back, and says so, where nobody asks', async () => {
    const daemon = await agedDaemon();
    const run = await hactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.deepEqual(run, { code: 0, signal: null, stdout: '', stderr: 'hactl: no balancer has asked about web in the last minute: nobody to wait for\n' });
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
  });

  it('waits while the balancer says UP, and while it says that sessions run', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { follow: (_status, before) => before });
    await balancer.checks(3);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('says UP');
    balancer.state = 'UP 1/3';
    await wait.said('says UP 1/3');
    balancer.sessions = 2;
    balancer.state = 'DOWN';
    await wait.said('2 sessions, 0 connections, 2 sessions');
    await balancer.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    balancer.sessions = 0;
    const { code, stdout, stderr } = await wait.ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /127\.0\.0\.2 lb1 web\/web1, web:8080, DOWN, 0 sessions, 0 connections, done\n$/);
  });

  it('waits for the next report where a balancer said DOWN of its own, before it was told', async () => {
    const daemon = await agedDaemon();
    const ask = (): Promise<number> => askFrom('127.0.0.2', daemon.port, '/spool/web/8080', { 'x-haproxy-server-state': 'DOWN; scur=0/0; qcur=0' });
    await ask();
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('DOWN, 0 sessions, 0 connections, told up\n');
    await ask();
    assert.equal((await wait.ended).code, 0);
  });

  it('waits until a balancer that says no state was told three times', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { says: false, interval: 300 });
    await balancer.checks(3);
    const { code, stdout } = await hactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.equal(code, 0);
    assert.ok(balancer.told.filter((status) => status === 503).length >= 3, balancer.told.join());
    assert.match(stdout, /^127\.0\.0\.2, web:8080, told down, 0 connections, done\n$/m);
  });

  it('asks no more of who was told all the while, for the mark was there and stays', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    assert.equal((await hactl(['down', 'web'], { env })).code, 0);
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080');
    const { code, stdout } = await hactl(['down', 'web', '--wait=20s', '--fall=1'], { env });
    assert.deepEqual([code, stdout], [0, '127.0.0.2, web:8080, told down, 0 connections, done\n']);
  });

  it('waits until it was told as often as --fall says', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { says: false, interval: 200 });
    await balancer.checks(2);
    assert.equal((await hactl(['down', 'web', '--wait=20s', '--fall', '5'], { env: environmentOf(daemon) })).code, 0);
    assert.ok(balancer.told.filter((status) => status === 503).length >= 5, balancer.told.join());
  });

  it('waits for every balancer, and for every one of several services', async () => {
    const daemon = await agedDaemon();
    const hold = { follow: (_status: number, before: string): string => before };
    const balancers = ['/spool/web/8080', '/spool/api/0'].flatMap((path) => ['127.0.0.2', '127.0.0.3'].map((from) => new AskingBalancer(daemon.port, { from, path, ...hold })));
    await Promise.all(balancers.map((balancer) => balancer.checks(2)));
    const wait = runningHactl(['down', 'web', 'api', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('says UP', 4);
    for (const balancer of balancers.slice(1)) balancer.state = 'DOWN';
    await wait.said('done', 3);
    await balancers[0]?.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    for (const balancer of balancers) balancer.state = 'DOWN';
    assert.equal((await wait.ended).code, 0);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['api', 'web']);
  });

  it('waits for every service with all, and for one port alone with web:8080', async () => {
    const daemon = await agedDaemon();
    const balancers = ['/spool/web/8080', '/spool/web/8081', '/spool/api/0'].map((path) => new AskingBalancer(daemon.port, { path, follow: (_status, before) => before }));
    await Promise.all(balancers.map((balancer) => balancer.checks(2)));
    const env = environmentOf(daemon);
    const [one, all] = [runningHactl(['down', 'web:8080', '--wait=20s'], { env }), runningHactl(['down', 'all', '--wait=20s'], { env })];
    await Promise.all([one.said('says UP'), all.said('says UP', 3)]);
    for (const balancer of balancers.slice(0, 1)) balancer.state = 'DOWN';
    const { code, stdout } = await one.ended;
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /web:8081|api/);
    assert.ok(all.isRunning());
    for (const balancer of balancers) balancer.state = 'DOWN';
    assert.equal((await all.ended).code, 0);
  });

  it('waits until the daemon has been up for ten seconds, and says so', async () => {
    const daemon = await agedDaemon(0);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('waiting until it has been up for 10 s, so that every balancer has had its turn to ask');
    const balancer = new AskingBalancer(daemon.port);
    await balancer.checks(4);
    await wait.said('done');
    await balancer.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    daemon.age(10);
    assert.equal((await wait.ended).code, 0);
  });
});

describe('hactl drain --wait', { concurrency: true }, () => {
  it('comes back when the balancer says NOLB', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port);
    await balancer.checks(2);
    const { code, stdout } = await hactl(['drain', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.equal(code, 0);
    assert.match(stdout, /NOLB, 0 sessions, 0 connections, done\n$/);
  });

  it('takes a mark down of all for a drain, and more', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    assert.equal((await hactl(['down', 'all'], { env })).code, 0);
    const balancer = new AskingBalancer(daemon.port);
    await balancer.checks(2);
    assert.equal((await hactl(['drain', 'web', '--wait=20s'], { env })).code, 0);
    assert.equal(balancer.state, 'DOWN');
  });
});
