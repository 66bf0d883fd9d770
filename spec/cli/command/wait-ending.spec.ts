import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { agedDaemon, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';
import { freePort, httpService, started } from '../../support/service.ts';

const HELD = { follow: (_status: number, before: string): string => before };

describe('a wait that takes too long', { concurrency: true }, () => {
  it('is exit 4 and names who is open and why, and the mark stands', async () => {
    const daemon = await agedDaemon();
    const balancers = [new AskingBalancer(daemon.port, { from: '127.0.0.2' }), new AskingBalancer(daemon.port, { from: '127.0.0.3', ...HELD })];
    await Promise.all(balancers.map((balancer) => balancer.checks(2)));
    const began = performance.now();
    const { code, stderr } = await hactl(['down', 'web', '--wait=3s'], { env: environmentOf(daemon) });
    assert.ok(performance.now() - began >= 3000);
    assert.equal(code, 4);
    assert.match(stderr, /^hactl: gave up after 3 s; the mark web stands\nhactl: still open: 127\.0\.0\.3 lb1 web\/web1 web:8080: says UP\nhactl: at \d\.\d s between its checks, HAProxy takes up to [^\n]+\n$/);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
  });

  it('is exit 4 for up, which has no mark any more', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { follow: () => 'DOWN 1/2' });
    await balancer.checks(2);
    const { code, stderr } = await hactl(['up', 'web', '--wait=1s'], { env: environmentOf(daemon) });
    assert.equal(code, 4);
    assert.match(stderr, /^hactl: gave up after 1 s; web has no mark any more\nhactl: still open: 127\.0\.0\.2 lb1 web\/web1 web:8080: says DOWN 1\/2\n/);
  });

  it('names the address of --wait-for that has not asked', async () => {
    const daemon = await agedDaemon();
    const { code, stderr } = await hactl(['down', 'web', '--wait=1s', '--wait-for', '10.0.0.9', '--wait-for=::1'], { env: environmentOf(daemon) });
    assert.equal(code, 4);
    assert.match(stderr, /\nhactl: still open: 10\.0\.0\.9 has not asked about web\nhactl: still open: ::1 has not asked about web\n/);
  });
});

for (const [command, outcome] of [['down', 'the marks api, web stand'], ['drain', 'the marks api, web stand'], ['up', 'api, web have no mark any more']] as const) {
  it(`hactl ${command} --wait without a daemon is exit 3, and says what stands`, async () => {
    const [port, root] = [await freePort(), temporaryFolder()];
    const { code, stdout, stderr } = await hactl([command, 'api', 'web', '--wait', '-p', String(port), '--spool-root', root]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, new RegExp(`^hactl: ${outcome}, but nobody was waited for: no daemon answers on 127\\.0\\.0\\.1 port ${port} \\(ECONNREFUSED\\); see that it runs [^\\n]*\\n$`));
    assert.deepEqual(readdirSync(root), command === 'up' ? [] : ['api', 'web']);
  });
}

it('a wait begins though the daemon has no time for its first question', async () => {
  let asked = 0;
  const { port } = await httpService((request, response) => {
    if ((asked += 1) === 1) response.writeHead(503, { 'X-Hacheck-Reason': 'too many ask for pages' }).end();
    else response.end(request.url === '/status' ? '{"uptime":60,"marks_on":"all","agent":null}' : '[]');
  });
  const { code, stderr } = await hactl(['down', 'web', '--wait=20s', '-p', String(port), '--spool-root', temporaryFolder()]);
  assert.deepEqual([code, stderr], [0, 'hactl: no balancer has asked about web in the last minute: nobody to wait for\n']);
});

it('a wait in which the daemon never has time is exit 3, and one of which it goes before, at once', { timeout: 20_000 }, async () => {
  const busy = createServer((_request, response) => response.writeHead(503, { 'X-Hacheck-Reason': 'too many ask for pages' }).end());
  const { port } = await started(busy);
  const words = ['down', 'web', '-p', String(port), '--spool-root', temporaryFolder()];
  const never = await hactl([...words, '--wait=1s']);
  assert.equal(never.code, 3);
  assert.match(never.stderr, /^hactl: the mark web stands, but nobody was waited for: the daemon on 127\.0\.0\.1 port \d+ has no time for \/status[^\n]*\n$/);
  const gone = hactl([...words, '--wait=60s']);
  await once(busy, 'request');
  busy.close();
  busy.closeAllConnections();
  const { code, stderr } = await gone;
  assert.equal(code, 3);
  assert.match(stderr, /, but nobody was waited for: no daemon answers on [^\n]*\n$/);
});

describe('a signal', { concurrency: true }, () => {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    it(`${signal} ends the wait, not the mark, and says so`, async () => {
      const daemon = await agedDaemon();
      const balancer = new AskingBalancer(daemon.port, HELD);
      await balancer.checks(1);
      const wait = runningHactl(['drain', 'web', '--wait'], { env: environmentOf(daemon) });
      await wait.said('says UP');
      wait.kill(signal);
      const run = await wait.ended;
      assert.deepEqual([run.code, run.signal], [code, null]);
      assert.match(run.stderr, /^hactl: interrupted after \d+\.\d s; the mark web stands\n$/);
      assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
    });
  }

  it('ends a wait for balancers to come back, too', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { follow: () => 'DOWN' });
    await balancer.checks(1);
    const wait = runningHactl(['up', 'web', '--wait'], { env: environmentOf(daemon) });
    await wait.said('says DOWN');
    wait.kill('SIGINT');
    const { code, stderr } = await wait.ended;
    assert.equal(code, 130);
    assert.match(stderr, /; web has no mark any more\n$/);
  });
});

describe('a daemon that is restarted in the middle of a wait', { concurrency: true }, () => {
  it('ends no wait: what it knew counts until it says more', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, HELD);
    await balancer.checks(2);
    const wait = runningHactl(['down', 'web', '--wait=25s'], { env: environmentOf(daemon) });
    await wait.said('says UP');
    await daemon.daemon.stop();
    // Time enough for several looks, and for the balancer to be silent.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.ok(wait.isRunning(), wait.text());
    // It must not look before the balancer has asked: this daemon says that it is ten seconds old, and whom it does not know then has gone.
    wait.kill('SIGSTOP');
    const again = await agedDaemon(10, { ports: [daemon.port], spoolRoot: daemon.spoolRoot });
    assert.equal(again.port, daemon.port);
    await balancer.checks(1);
    wait.kill('SIGCONT');
    await balancer.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    balancer.state = 'DOWN';
    assert.equal((await wait.ended).code, 0);
  });

  it('makes it wait until the new one has been up for ten seconds', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, HELD);
    await balancer.checks(2);
    const wait = runningHactl(['down', 'web', '--wait=25s'], { env: environmentOf(daemon) });
    await wait.said('says UP');
    await daemon.daemon.stop();
    const again = await agedDaemon(0, { ports: [daemon.port], spoolRoot: daemon.spoolRoot });
    balancer.state = 'DOWN';
    await wait.said('waiting until it has been up for 10 s');
    await wait.said('done');
    await balancer.checks(3);
    assert.ok(wait.isRunning(), wait.text());
    again.age(10);
    assert.equal((await wait.ended).code, 0);
  });

  it('is named when the time runs out without it', async () => {
    const daemon = await testedDaemon();
    const wait = runningHactl(['down', 'web', '--wait=3s'], { env: environmentOf(daemon) });
    await wait.said('waiting until it has been up for 10 s');
    await daemon.daemon.stop();
    const { code, stderr } = await wait.ended;
    assert.equal(code, 4);
    assert.match(stderr, /\nhactl: gave up after 3 s; the mark web stands\nhactl: no daemon answers on 127\.0\.0\.1 port \d+ \(ECONNREFUSED\); see that it runs /);
  });
});
