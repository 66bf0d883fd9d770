// How a wait ends that nobody lets end well: the time is over, or somebody presses Ctrl-C.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { frontOf, heldService, visit, waitingHost } from '../support/waiting.ts';

const FAST = { node: 'lb1', source: '127.0.0.2', interval: 100 };
const SLOW = { node: 'lb2', source: '127.0.0.3', interval: 300 };

async function heldByTheSlower(lines = '') {
  const [host, service] = [await waitingHost(), await heldService()];
  const [fast, slow] = await Promise.all([frontOf(host, service, { ...FAST, lines }), frontOf(host, service, { ...SLOW, lines })]);
  const answer = visit(slow.port, '/held');
  await service.holds(1);
  return { host, service, fast, slow, answer, mark: join(host.daemon.spoolRoot, 'web') };
}

describe('a wait that does not end well', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  for (const [command, state, checks] of [['down', 'DOWN', /up to \d+\.\d s to stop sending \(fall 3\)/], ['drain', 'NOLB', /up to \d+\.\d s to stop sending \(a drain\)/]] as const) {
    it(`${command} --wait gives up with exit 4 and names the one that holds a request, and no other`, { timeout: 60_000 }, async () => {
      const { host, service, fast, slow, answer, mark } = await heldByTheSlower('http-check disable-on-404');
      const { code, stderr } = await host.start(`${command} web --wait=4s`).ended;
      assert.equal(code, 4);
      const [first, second, ...rest] = stderr.split('\n');
      assert.match(String(first), /^hactl: gave up after \d+ s; the mark web stands$/);
      assert.equal(second, `hactl: still open: 127.0.0.3 lb2 web/web1 web:${service.port}: 1 session`);
      assert.match(rest.join('\n'), checks);
      assert.ok(existsSync(mark) && !stderr.includes('lb1'), stderr);
      assert.deepEqual([(await fast.state()).slice(0, 4), (await slow.state()).slice(0, 4)], [state, state]);
      await service.release();
      assert.equal((await answer).status, 200);
    });
  }

  it('leaves the mark at Ctrl-C, and says so', { timeout: 60_000 }, async () => {
    const { host, service, answer, mark } = await heldByTheSlower();
    const down = host.start('down web --wait');
    await host.told('lb2', 'down', 4, 1);
    down.interrupt();
    const { code, signal, stderr } = await down.ended;
    assert.deepEqual([code, signal], [130, null]);
    assert.match(stderr, /^hactl: interrupted after \d+\.\d s; the mark web stands\n$/);
    assert.ok(existsSync(mark));
    // A second wait for what is down already.
    const again = host.start('down web --wait');
    await host.told('lb2', 'down', 10, 1);
    assert.equal(again.isOver(), false);
    const released = await service.release();
    const { code: ended, at } = await again.ended;
    assert.ok(ended === 0 && at > released, `${ended}, ${at - released} ms`);
    assert.equal((await answer).status, 200);
  });
});
