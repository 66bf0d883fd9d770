import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openConnection } from './support/connection.ts';
import { testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { ask, parseResponse } from './support/request.ts';
import { httpService } from './support/service.ts';

const SPOOL = 'GET /spool/web/0 HTTP/1.1\r\n\r\n';

async function elapsed(what: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await what;
  return performance.now() - began;
}

describe('a daemon that stops', () => {
  it('is gone at once where nobody is connected', async () => {
    const { port, daemon } = await testedDaemon();
    assert.ok((await elapsed(daemon.stop())) < 500);
    await assert.rejects(ask(port, '/spool/web/0'), { code: 'ECONNREFUSED' });
  });

  it('closes idle connections at once', async () => {
    const { port, daemon } = await testedDaemon();
    const { socket, until, closed } = await openConnection(port);
    socket.write(SPOOL);
    await until('stands\n');
    const stopped = daemon.stop();
    assert.ok((await elapsed(closed)) < 500);
    assert.ok((await elapsed(stopped)) < 500);
  });

  it('takes no new connection', async () => {
    const { port, daemon } = await testedDaemon();
    const { service, waiting, open } = await gatedService();
    const check = ask(port, `/http/web/${service.port}/`);
    await waiting(1);
    const stopped = daemon.stop();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await assert.rejects(ask(port, '/spool/web/0'), { code: 'ECONNREFUSED' });
    open();
    assert.equal((await check).status, 200);
    await stopped;
  });

  it('gives a connection that has not spoken a second, and what it then asks its answer', async () => {
    const { port, daemon } = await testedDaemon();
    const { socket, closed } = await openConnection(port);
    // It is accepted when an answer has come on one that was opened after it.
    await ask(port, '/spool/web/0');
    const stopped = daemon.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.write(SPOOL);
    const response = parseResponse(await closed);
    assert.deepEqual([response.status, response.headers['connection']], [200, 'close']);
    await stopped;
  });

  it('waits for the rest of a request', async () => {
    const { port, daemon } = await testedDaemon();
    const { socket, closed } = await openConnection(port);
    socket.write(SPOOL.slice(0, 20));
    await ask(port, '/spool/web/0');
    const stopped = daemon.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.write(SPOOL.slice(20));
    assert.equal(parseResponse(await closed).status, 200);
    await stopped;
  });

  it('waits no longer than that second', async () => {
    const { port, daemon } = await testedDaemon();
    const { closed, received } = await openConnection(port);
    await ask(port, '/spool/web/0');
    const lasted = await elapsed(daemon.stop());
    await closed;
    assert.ok(lasted > 900 && lasted < 3000, String(lasted));
    assert.equal(received(), '');
  });

  it('gives a check under way its true verdict, as the last on its connection', async () => {
    const { port, daemon, log } = await testedDaemon();
    const { service, waiting, open } = await gatedService();
    const broken = await gatedService((_request, response) => void response.writeHead(500, 'Ouch').end());
    const clients = [await openConnection(port), await openConnection(port), await openConnection(port)] as const;
    const paths = [`/http/web/${service.port}/`, `/http/web/${service.port}/`, `/http/api/${broken.service.port}/`];
    for (const [at, { socket }] of clients.entries()) socket.write(`GET ${paths[at] ?? ''} HTTP/1.1\r\n\r\n`);
    await Promise.all([waiting(1), broken.waiting(1)]);
    let stopped = false;
    const stop = daemon.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.equal(stopped, false);
    open();
    broken.open();
    const responses = (await Promise.all(clients.map(({ closed }) => closed))).map(parseResponse);
    assert.deepEqual(responses.map(({ status, headers }) => `${status} ${headers['connection'] ?? ''}`), ['200 close', '200 close', '500 close']);
    await stop;
    assert.match(await log(), /^\S+ http\/api\/\d+ is down: 500 Ouch\n$/);
  });

  it('waits for a probe until its deadline, whose verdict is the answer', async () => {
    const { port, daemon } = await testedDaemon({ timeout: 1.5 });
    const service = await httpService(() => undefined);
    const check = ask(port, `/http/web/${service.port}/`);
    while (service.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = daemon.stop();
    const response = await check;
    assert.deepEqual([response.status, response.phrase], [503, `timed out after 1.5 s waiting for the headers of 127.0.0.1:${service.port}`]);
    await stopped;
    await service.idle();
  });

  for (const count of [1, 20]) {
    it(`answers ${count} whose connection it had not yet accepted`, async () => {
      const { port, daemon } = await testedDaemon();
      const service = await httpService((_request, response) => void response.end('fine'));
      const clients = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
      for (const { socket } of clients) socket.write(`GET /http/web/${service.port}/ HTTP/1.1\r\n\r\n`);
      const stopped = daemon.stop();
      const texts = await Promise.all(clients.map(({ closed }) => closed));
      await stopped;
      assert.deepEqual(texts.map((text) => text.slice(0, 12)), Array<string>(count).fill('HTTP/1.1 200'));
    });
  }
});
