// hactl up --wait comes back when every HAProxy says UP.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { frontOf, heldService, visit, waitingHost } from '../support/waiting.ts';

const FAST = { node: 'lb1', source: '127.0.0.2', interval: 100 };
const SLOW = { node: 'lb2', source: '127.0.0.3', interval: 300 };

describe('up --wait', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  it('comes back when both of two say UP, and not before', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const rise = 'rise 5';
    const [fast, slow] = await Promise.all([frontOf(host, service, { ...FAST, words: rise }), frontOf(host, service, { ...SLOW, words: rise })]);
    assert.equal((await host.start('down web --wait').ended).code, 0);
    assert.deepEqual([await fast.state(), await slow.state()], ['DOWN', 'DOWN']);
    const up = host.start('up web --wait');
    await fast.haproxy.said('Server web/web1 is UP');
    // The slower one has some checks to go.
    assert.deepEqual([up.isOver(), /UP/.test(slow.haproxy.log())], [false, false]);
    const { code, stderr, stdout } = await up.ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(`${await fast.state()} ${await slow.state()}`, /^UP\S* UP\S*$/);
    assert.match(stdout, /lb2 web\/web1, web:\d+, UP.*, done\n$/);
    for (const front of [fast, slow]) assert.equal((await visit(front.port, '/')).status, 200);
  });

  it('comes back at once where the service was up', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    await frontOf(host, service, SLOW);
    const { code, stderr } = await host.start('up web --wait').ended;
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('waits for one that was drained until it is taken back', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, { ...SLOW, lines: 'http-check disable-on-404' });
    assert.equal((await host.start('drain web --wait').ended).code, 0);
    assert.match(await front.state(), /^NOLB/);
    assert.equal((await host.start('up web --wait').ended).code, 0);
    assert.match(await front.state(), /^UP/);
  });

  it('names a server that HAProxy holds in maintenance when the time is over', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const [fast] = await Promise.all([frontOf(host, service, FAST), frontOf(host, service, SLOW)]);
    assert.equal((await host.start('down web --wait').ended).code, 0);
    await fast.haproxy.tell('set server web/web1 state maint');
    const { code, stderr } = await host.start('up web --wait=3s').ended;
    assert.equal(code, 4);
    const [first = '', second = '', worst = '', ...rest] = stderr.split('\n');
    assert.match(first, /^hactl: gave up after \d+ s; web has no mark any more$/);
    assert.match(second, /^hactl: still open: 127\.0\.0\.2 lb1 web\/web1 web:\d+: silent since \S+: in maintenance\?$/);
    assert.match(worst, /^hactl: at \d+\.\d s between its checks, HAProxy takes up to \d+\.\d s to take a server back \(rise 2\)/);
    assert.deepEqual(rest, ['']);
  });

  it('comes back at once, with exit 1, while another mark takes the service out', { timeout: 60_000 }, async () => {
    const [host, service] = [await waitingHost(), await heldService()];
    const front = await frontOf(host, service, FAST);
    assert.equal((await host.start('down all --wait').ended).code, 0);
    assert.equal((await host.start('down web').ended).code, 0);
    const { code, stderr } = await host.start('up web --wait').ended;
    assert.deepEqual([code, stderr], [1, 'hactl: web is still out, by the mark all: hactl up all\n']);
    assert.equal(await front.state(), 'DOWN');
  });
});
