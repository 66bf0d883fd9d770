import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { agedDaemon, askFrom, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';
import { freePort } from '../../support/service.ts';
import { temporaryFolder } from '../../support/folder.ts';

describe('hactl up --wait', { concurrency: true }, () => {
  it('waits until the balancer says UP', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    assert.equal((await hactl(['down', 'web'], { env })).code, 0);
    const balancer = new AskingBalancer(daemon.port, { follow: (_status, before) => before });
    balancer.state = 'DOWN';
    await balancer.checks(2);
    const wait = runningHactl(['up', 'web', '--wait=20s'], { env });
    await wait.said('says DOWN\n');
    balancer.state = 'DOWN 1/2';
    await wait.said('says DOWN 1/2\n');
    balancer.state = 'UP 1/3';
    const { code, stdout, stderr } = await wait.ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /127\.0\.0\.2 lb1 web\/web1, web:8080, UP 1\/3, 0 sessions, done\n$/);
    assert.deepEqual(readdirSync(daemon.spoolRoot), []);
  });

  it('waits for the check after the mark has gone, also where the balancer says UP before', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    assert.equal((await hactl(['drain', 'web'], { env })).code, 0);
    const balancer = new AskingBalancer(daemon.port, { follow: () => 'UP' });
    await balancer.checks(1);
    balancer.stop();
    const wait = runningHactl(['up', 'web', '--wait=20s'], { env });
    await wait.said('UP, 0 sessions, told drain\n');
    balancer.resume();
    assert.equal((await wait.ended).code, 0);
  });

  it('asks no more of who was told up all the while, for the service had no mark', async () => {
    const daemon = await agedDaemon();
    await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', { 'x-haproxy-server-state': 'UP; scur=7/7; qcur=1' });
    assert.equal((await hactl(['up', 'web', '--wait=20s'], { env: environmentOf(daemon) })).code, 0);
  });

  for (const [times, words] of [[2, []], [4, ['--rise', '4']]] as const) {
    it(`waits until a balancer that says no state was told ${times} times${words.length === 0 ? '' : ` with ${words.join(' ')}`}`, async () => {
      const daemon = await agedDaemon();
      const env = environmentOf(daemon);
      assert.equal((await hactl(['down', 'web'], { env })).code, 0);
      const ask = (): Promise<number> => askFrom('127.0.0.2', daemon.port, '/spool/web/8080');
      await ask();
      const wait = runningHactl(['up', 'web', '--wait=20s', ...words], { env });
      await wait.said('told down\n');
      for (let time = 1; time < times; time += 1) {
        await ask();
        await wait.said(`told ${time} of ${times} times\n`);
      }
      assert.ok(wait.isRunning());
      new AskingBalancer(daemon.port, { says: false });
      assert.equal((await wait.ended).code, 0);
    });
  }

  it('is no end for who the service itself says is down', async () => {
    const [daemon, port] = [await agedDaemon(), await freePort()];
    const balancer = new AskingBalancer(daemon.port, { path: `/tcp/web/${port}`, says: false });
    await balancer.checks(2);
    const { code, stderr } = await hactl(['up', 'web', '--wait=1s'], { env: environmentOf(daemon) });
    assert.equal(code, 4);
    assert.match(stderr, /still open: 127\.0\.0\.2 web:\d+: told down\n/);
  });
});

describe('hactl up --wait, while another mark takes the service out', { concurrency: true }, () => {
  const ROWS: readonly (readonly [readonly string[], readonly string[], string])[] = [
    [['web', 'all'], ['web'], 'hactl: web is still out, by the mark all: hactl up all\n'],
    [['all'], ['web:8080'], 'hactl: web:8080 is still out, by the mark all: hactl up all\n'],
    [['web'], ['web:8080'], 'hactl: web:8080 is still out, by the mark web: hactl up web\n'],
    [['web', 'web:8080', 'web:10.0.0.7:8080', 'webs'], ['web'], 'hactl: still out: web:10.0.0.7:8080, web:8080 (hactl up web:10.0.0.7:8080 web:8080)\n'],
    [['web:8080', 'web:10.0.0.7:8080', 'web:10.0.0.7:80', 'webs:10.0.0.7:8080'], ['web:8080'], 'hactl: still out: web:10.0.0.7:8080 (hactl up web:10.0.0.7:8080)\n'],
    [['all', 'api'], ['all'], 'hactl: still out: api (hactl up api)\n'],
    [['api:1'], ['web', 'api'], 'hactl: still out: api:1 (hactl up api:1)\n'],
  ];
  for (const [marks, words, message] of ROWS) {
    it(`says which at once, and exits 1: ${words.join(' ')} with ${marks.join(', ')}`, async () => {
      const root = temporaryFolder();
      for (const mark of marks) writeFileSync(join(root, mark), '');
      // No daemon is asked: there is none.
      const run = await hactl(['up', ...words, '--wait', '-p', String(await freePort()), '--spool-root', root]);
      assert.deepEqual(run, { code: 1, signal: null, stdout: '', stderr: message });
      assert.deepEqual(readdirSync(root), marks.filter((mark) => !words.includes(mark)).sort());
    });
  }

  it('waits for those that were put back, where another one could not be', async () => {
    const daemon = await agedDaemon();
    writeFileSync(join(daemon.spoolRoot, 'web'), '');
    mkdirSync(join(daemon.spoolRoot, 'api'));
    const balancer = new AskingBalancer(daemon.port, { follow: () => 'DOWN' });
    await balancer.checks(2);
    const { code, stderr } = await hactl(['up', 'api', 'web', '--wait=1s'], { env: environmentOf(daemon) });
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: api: [^\n]+\nhactl: gave up after 1 s; web has no mark any more\nhactl: still open: 127\.0\.0\.2 lb1 web\/web1 web:8080: says DOWN\n/);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['api']);
  });

  it('does not wait less for a mark of another service, or an expired one', async () => {
    const daemon = await agedDaemon();
    for (const mark of ['api', 'webs:8080']) writeFileSync(join(daemon.spoolRoot, mark), '');
    writeFileSync(join(daemon.spoolRoot, 'web:8080'), JSON.stringify({ expiration: 1 }));
    const { code, stderr } = await hactl(['up', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.deepEqual([code, stderr], [0, 'hactl: no balancer has asked about web in the last minute: nobody to wait for\n']);
  });
});
