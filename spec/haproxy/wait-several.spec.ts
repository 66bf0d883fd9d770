// Several services at once, and all of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startHaproxy } from '../support/haproxy.ts';
import { lacking } from '../support/programs.ts';
import { freePort } from '../support/service.ts';
import { heldService, PATIENT_CHECKS, visit, waitingHost } from '../support/waiting.ts';

/** An HAProxy in front of the services web and api. */
async function twoServices() {
  const [host, web, api] = [await waitingHost(), await heldService(), await heldService()];
  const ports = { web: await freePort(), api: await freePort() };
  const section = (name: 'web' | 'api', service: { readonly port: number }): string => `
listen ${name}
  bind 127.0.0.1:${ports[name]}
  option httpchk GET /http/${name}/${service.port}/health
  http-check send-state
  option http-server-close
  default-server inter 200ms fall 3 rise 2
  server ${name}1 127.0.0.1:${service.port} check port ${host.daemon.port}`;
  const haproxy = await startHaproxy(section('web', web) + section('api', api), { node: 'lb1', defaults: PATIENT_CHECKS });
  await host.until('checks', (rows) => rows.length === 2 && rows.every(({ count }) => count >= 3));
  const states = async (): Promise<unknown[]> => [(await haproxy.server('web', 'web1'))['status'], (await haproxy.server('api', 'api1'))['status']];
  return { host, web, api, ports, states };
}

describe('--wait for several services', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  for (const names of ['all', 'web api', 'api web']) {
    it(`down ${names} waits for both of two`, { timeout: 60_000 }, async () => {
      const { host, web, api, ports, states } = await twoServices();
      const answers = [visit(ports.web, '/held'), visit(ports.api, '/held')];
      await Promise.all([web.holds(1), api.holds(1)]);
      const down = host.start(`down ${names} --wait`);
      await host.told('lb1', 'down', 8, 1);
      assert.equal(down.isOver(), false);
      await web.release();
      // Three seconds and more, in which the first one is done with.
      await host.told('lb1', 'down', 25);
      assert.equal(down.isOver(), false);
      const released = await api.release();
      const { code, stderr, at } = await down.ended;
      assert.ok(code === 0 && at > released, `${code}, ${at - released} ms`);
      assert.deepEqual([stderr, await states()], ['', ['DOWN', 'DOWN']]);
      assert.deepEqual(await Promise.all(answers).then((all) => all.map(({ status }) => status)), [200, 200]);
      const up = await host.start(`up ${names} --wait`).ended;
      assert.deepEqual([up.code, up.stderr], [0, '']);
      for (const state of await states()) assert.match(String(state), /^UP/);
    });
  }

  it('down of one does not wait for the other', { timeout: 60_000 }, async () => {
    const { host, api, ports, states } = await twoServices();
    const answer = visit(ports.api, '/held');
    await api.holds(1);
    assert.equal((await host.start('down web --wait').ended).code, 0);
    assert.deepEqual([api.underWay(), await states()], [1, ['DOWN', 'UP']]);
    await api.release();
    assert.equal((await answer).status, 200);
  });
});
