// hactl down --unless-last on the two hosts of one backend.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startHaproxy } from '../support/haproxy.ts';
import { lacking } from '../support/programs.ts';
import { freePort } from '../support/service.ts';
import { heldService, PATIENT_CHECKS, visit, type WaitingHost, waitingHost } from '../support/waiting.ts';

interface Backend {
  readonly one: WaitingHost;
  readonly two: WaitingHost;
  readonly status: () => Promise<number>;
}

async function backendOfTwo(): Promise<Backend> {
  const [one, two] = [await waitingHost(), await waitingHost()];
  const [service, other, port] = [await heldService(), await heldService(), await freePort()];
  await startHaproxy(
    `listen web
  bind 127.0.0.1:${port}
  option httpchk
  http-check send-state
  http-check send meth GET uri-lf "/http/web/${service.port}/%[srv_name]"
  http-check disable-on-404
  default-server inter 200ms fall 2 rise 2
  server web1 127.0.0.1:${service.port} check port ${one.daemon.port}
  server web2 127.0.0.1:${other.port} check port ${two.daemon.port}`,
    { node: 'lb1', defaults: PATIENT_CHECKS },
  );
  for (const host of [one, two]) await left(host, 2);
  return { one, two, status: async () => (await visit(port, '/')).status };
}

/** Resolves when HAProxy says that so many servers may get new sessions. */
function left(host: WaitingHost, servers: number): Promise<void> {
  return host.until(`a total of ${servers}`, (rows) => rows.some(({ total }) => total === servers));
}

async function isRefused(host: WaitingHost, command: string, total: number): Promise<void> {
  const marks = readdirSync(host.daemon.spoolRoot);
  const { code, stdout, stderr } = await host.start(command).ended;
  assert.deepEqual([code, stdout], [5, '']);
  assert.match(stderr, new RegExp(`^hactl: web stays as it is: 127\\.0\\.0\\.1 lb1 web/web\\d says that no other server is left for web \\(\\S+, weight 1 of ${total}\\); put another server back first, or leave --unless-last out\\n$`));
  assert.deepEqual(readdirSync(host.daemon.spoolRoot), marks);
}

describe('--unless-last with two servers', { skip: lacking('haproxy', 'ss'), concurrency: true }, () => {
  for (const command of ['down', 'drain']) {
    it(`lets the first ${command} through and refuses the second`, { timeout: 60_000 }, async () => {
      const { one, two, status } = await backendOfTwo();
      const { code, stderr } = await one.start(`${command} web --unless-last --wait`).ended;
      assert.deepEqual([code, stderr], [0, '']);
      await left(two, 1);
      await isRefused(two, `${command} web --unless-last`, 1);
      await isRefused(two, `${command} web --unless-last --wait`, 1);
      assert.equal(await status(), 200);
      assert.equal((await one.start('up web --wait').ended).code, 0);
      await left(two, 2);
      assert.equal((await two.start(`${command} web --unless-last --wait`).ended).code, 0);
      assert.equal(await status(), 200);
    });
  }

  it('lets a down of the one that is drained through, while the other one is up', { timeout: 60_000 }, async () => {
    const { one, status } = await backendOfTwo();
    assert.equal((await one.start('drain web --wait').ended).code, 0);
    await left(one, 1);
    const { code, stderr } = await one.start('down web --unless-last --wait').ended;
    assert.deepEqual([code, stderr, await status()], [0, '', 200]);
  });

  it('refuses a down of the one that is drained, while the other one is down', { timeout: 60_000 }, async () => {
    const { one, two } = await backendOfTwo();
    assert.equal((await one.start('drain web --wait').ended).code, 0);
    assert.equal((await two.start('down web --wait').ended).code, 0);
    await left(one, 0);
    await isRefused(one, 'down web --unless-last', 0);
  });
});
