import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agedDaemon, AskingBalancer, environmentOf, runningHactl } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { terminal } from '../../support/shell.ts';

const HELD = { follow: (_status: number, before: string): string => before };
const KEYS = ['time', 'address', 'service', 'port', 'via', 'node', 'name', 'state', 'sessions', 'queue', 'connections', 'told', 'probed_address', 'probed_port', 'done', 'open'];

describe('what is seen of a wait', { concurrency: true }, () => {
  it('is a line for each change when piped, and none for a look that shows none', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, HELD);
    await balancer.checks(2);
    const wait = runningHactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    await wait.said('says UP');
    await balancer.checks(5);
    balancer.sessions = 1;
    balancer.state = 'DOWN';
    await wait.said('DOWN, 1 session, 0 connections, 1 session\n');
    balancer.sessions = 0;
    const { code, stdout } = await wait.ended;
    assert.equal(code, 0);
    const who = '127.0.0.2 lb1 web/web1, web:8080';
    const lines = stdout.split('\n');
    if (lines[0] === `${who}, UP, 0 sessions, 0 connections, told up`) lines.shift();
    assert.deepEqual(lines, [
      `${who}, UP, 0 sessions, 0 connections, says UP`,
      `${who}, DOWN, 1 session, 0 connections, 1 session`,
      `${who}, DOWN, 0 sessions, 0 connections, done`,
      '',
    ]);
  });

  it('is one object a line with --json, always of the same keys', async () => {
    const daemon = await agedDaemon();
    const balancers = [new AskingBalancer(daemon.port, HELD), new AskingBalancer(daemon.port, { from: '127.0.0.3', says: false, path: '/spool/web/0' })];
    await Promise.all(balancers.map((balancer) => balancer.checks(2)));
    const began = Date.now() / 1000;
    const wait = runningHactl(['down', 'web', '--wait=20s', '--json'], { env: environmentOf(daemon) });
    await wait.said('"open":"says UP"');
    for (const balancer of balancers) balancer.state = 'DOWN';
    const { code, stdout, stderr } = await wait.ended;
    assert.deepEqual([code, stderr], [0, '']);
    const objects = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const object of objects) {
      assert.deepEqual(Object.keys(object), KEYS);
      assert.equal(object['done'], object['open'] === null);
      assert.ok(Number(object['time']) >= began - 0.001 && Number(object['time']) <= Date.now() / 1000);
    }
    const { time: _time, ...last } = objects.filter(({ address }) => address === '127.0.0.2').at(-1) ?? {};
    assert.deepEqual(last, {
      address: '127.0.0.2', service: 'web', port: 8080, via: 'http', node: 'lb1', name: 'web/web1', state: 'DOWN',
      sessions: 0, queue: 0, connections: 0, told: 'down', probed_address: null, probed_port: null, done: true, open: null,
    });
    const { time: _other, ...stateless } = objects.filter(({ address }) => address === '127.0.0.3').at(-1) ?? {};
    assert.deepEqual(stateless, {
      address: '127.0.0.3', service: 'web', port: 0, via: 'http', node: null, name: null, state: null,
      sessions: null, queue: null, connections: 0, told: 'down', probed_address: null, probed_port: null, done: true, open: null,
    });
  });

  it('is nothing on stdout with --json where nobody asks', async () => {
    const daemon = await agedDaemon();
    assert.equal((await hactl(['up', 'web', '--wait', '--json'], { env: environmentOf(daemon) })).stdout, '');
  });

  it('says where connections cannot be counted', async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port, { path: '/spool/web/0', says: false });
    await balancer.checks(2);
    const { code, stderr } = await hactl(['down', 'web', '--wait=20s'], { env: environmentOf(daemon) });
    assert.deepEqual([code, stderr], [0, 'hactl: connections of web cannot be counted: no balancer names a port of it, or this host has no /proc/net/tcp\n']);
  });

  it('is a line for each balancer on a terminal, drawn again in its place and never wider than the terminal', { skip: lacking('script') }, async () => {
    const daemon = await agedDaemon();
    const balancers = ['127.0.0.2', '127.0.0.3'].map((from) => new AskingBalancer(daemon.port, { from, interval: 200 }));
    await Promise.all(balancers.map((balancer) => balancer.checks(2)));
    const { code, stdout } = await terminal('hactl down web --wait=20s', 80, { env: { ...environmentOf(daemon), NO_COLOR: '1' } });
    assert.equal(code, 0);
    assert.match(stdout, /^web is down\n/);
    assert.match(stdout, /\n2 balancers have let go of web, after \d+\.\d s\n$/);
    const screen = drawn(stdout);
    assert.equal(screen.length, 4, screen.join('\n'));
    for (const [at, who] of ['127.0.0.2', '127.0.0.3'].entries()) assert.match(screen[at + 1] ?? '', new RegExp(`^${who} lb1 .*  DOWN +.*done.* 0 connections$`));
    for (const line of stdout.split('\n')) assert.ok(line.replace(/\x1b\[[0-9]*[A-Z]/g, '').length < 80, line);
  });

  it('is objects alone on a terminal, too, with --json', { skip: lacking('script') }, async () => {
    const daemon = await agedDaemon();
    const balancer = new AskingBalancer(daemon.port);
    await balancer.checks(2);
    const { code, stdout } = await terminal('hactl down web --wait=20s --json && hactl up web --wait=20s --json', 300, { env: environmentOf(daemon) });
    assert.equal(code, 0);
    for (const line of stdout.trimEnd().split('\n')) assert.deepEqual(Object.keys(JSON.parse(line) as object), KEYS);
  });
});

/** What stands on a terminal in the end, as far as it knows "a line up" and "clear this line". */
function drawn(written: string): string[] {
  const screen: string[] = [''];
  let row = 0;
  for (const token of written.split(/(\n|\x1b\[A|\x1b\[2K)/)) {
    if (token === '\n') row += 1;
    else if (token === '\x1b[A') row -= 1;
    else if (token === '\x1b[2K') screen[row] = '';
    else screen[row] = (screen[row] ?? '') + token;
  }
  while (screen.at(-1) === '' || screen.at(-1) === undefined) screen.pop();
  return screen;
}
