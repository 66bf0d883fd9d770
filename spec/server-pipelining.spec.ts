import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseResponses } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { exchange } from './support/request.ts';

const { port } = await testedDaemon();
/** Milliseconds that a daemon which is stopped gives those who have not said anything yet. */
const PATIENCE = 1_000;
const SPOOL = 'GET /spool/web/0 HTTP/1.1\r\n\r\n';
const LAST = 'GET /spool/web/0 HTTP/1.1\r\nConnection: close\r\n\r\n';
const GARBAGE = 'no request\r\n\r\n';

function get(checkedPort: number, query: string): string {
  return `GET /http/web/${checkedPort}/${query} HTTP/1.1\r\n\r\n`;
}

describe('several requests in one write', () => {
  it('gives each its answer, in their order', async () => {
    const { service, open } = await gatedService();
    open();
    const text = await exchange(port, get(service.port, 'a') + SPOOL + get(service.port, 'b') + LAST);
    assert.deepEqual(parseResponses(text).map(({ status }) => status), [200, 200, 200, 200]);
    assert.deepEqual(parseResponses(text).map(({ body }) => body).filter((body) => body.startsWith('/')), ['/a', '/b']);
  });

  it('lets quick ones wait behind a slow one, and loses none', async () => {
    const { service, waiting, open } = await gatedService();
    const { socket, received, closed } = await openConnection(port);
    socket.write(`${get(service.port, 'slow')}${SPOOL}GET /nonsense HTTP/1.1\r\n\r\nGET /status HTTP/1.1\r\n\r\nHEAD /spool/web/0 HTTP/1.0\r\n\r\n`);
    await waiting(1);
    assert.equal(received(), '');
    open();
    const text = await closed;
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200', 'HTTP/1.1 200']);
    assert.equal(parseResponses(text)[0]?.body, '/slow');
  });

  it('answers a hundred', async () => {
    const responses = parseResponses(await exchange(port, SPOOL.repeat(99) + LAST));
    assert.equal(responses.length, 100);
    assert.ok(responses.every(({ status }) => status === 200));
  });
});

/** Resolves when a port takes no connections any more. */
async function refusing(stopping: number): Promise<void> {
  for (;;) {
    const opened = await openConnection(stopping).catch(() => undefined);
    if (opened === undefined) return;
    opened.socket.destroy();
  }
}

/** Checks in one write, of two services that are slow and one that is not, when the daemon is told to stop; the services answer then, one after the other. */
const STOPPED: readonly (readonly [what: string, requests: (a: number, b: number) => string, order: readonly (0 | 1)[], answers: readonly string[]])[] = [
  ['one after the other', (a, b) => get(a, 'a') + get(b, 'b'), [0, 1], ['200 /a', '200 /b']],
  ['the later one first', (a, b) => get(a, 'a') + get(b, 'b'), [1, 0], ['200 /a', '200 /b']],
  ['a quick one behind slow ones', (a, b) => get(a, 'a') + get(b, 'b') + SPOOL, [0, 1], ['200 /a', '200 /b', '200 up: no mark stands']],
  ['a page behind slow ones', (a, b) => `${get(a, 'a')}${get(b, 'b')}GET /status/count HTTP/1.1\r\n\r\n`, [1, 0], ['200 /a', '200 /b', '200 {"service_access_counts":{}}']],
];

describe('several checks under way on one connection', () => {
  for (const [what, requests, order, answers] of STOPPED) {
    it(`get their verdict when the daemon is stopped, and nobody is waited for then: ${what}`, async () => {
      const { daemon, port: stopping } = await testedDaemon();
      const services = [await gatedService(), await gatedService()] as const;
      const { socket, closed } = await openConnection(stopping);
      socket.write(requests(services[0].service.port, services[1].service.port));
      await Promise.all(services.map(({ waiting }) => waiting(1)));
      const stopped = daemon.stop();
      await refusing(stopping);
      for (const which of order) {
        services[which].open();
        await services[which].service.idle();
      }
      const known = performance.now();
      assert.deepEqual(parseResponses(await closed).map(({ status, body }) => `${status} ${body.trimEnd()}`), answers);
      await stopped;
      assert.ok(performance.now() - known < PATIENCE / 2, `${performance.now() - known} ms`);
    });
  }
});

describe('bytes that are no request, behind requests', () => {
  it('leave a check under way its true answer', async () => {
    const { service, waiting, open } = await gatedService();
    const { socket, closed } = await openConnection(port);
    socket.write(get(service.port, 'slow') + GARBAGE);
    await waiting(1);
    open();
    const [first] = parseResponses(await closed);
    assert.deepEqual([first?.status, first?.body], [200, '/slow']);
  });

  it('leave a check under way its true answer when they come later', async () => {
    const { service, waiting, open } = await gatedService();
    const { socket, closed } = await openConnection(port);
    socket.write(get(service.port, 'slow'));
    await waiting(1);
    await new Promise<void>((resolve) => void socket.write(GARBAGE, () => resolve()));
    // An answer on another connection: by then the daemon has read those bytes.
    await exchange(port, LAST);
    open();
    const [first] = parseResponses(await closed);
    assert.deepEqual([first?.status, first?.body], [200, '/slow']);
  });

  it('come after CONNECT, too', async () => {
    const { service, waiting, open } = await gatedService();
    const { socket, closed } = await openConnection(port);
    socket.write(`${get(service.port, 'slow')}CONNECT a:80 HTTP/1.1\r\n\r\n`);
    await waiting(1);
    open();
    assert.equal(parseResponses(await closed)[0]?.body, '/slow');
  });

  it('do not take the place of a quick check\'s answer', async () => {
    for (const count of [1, 2, 5]) {
      const responses = parseResponses(await exchange(port, SPOOL.repeat(count) + GARBAGE));
      assert.deepEqual(responses.slice(0, count).map(({ status }) => status), Array<number>(count).fill(200));
    }
  });

  it('do not cut off a quick check behind a slow one', async () => {
    const { service, waiting, open } = await gatedService();
    const { socket, closed } = await openConnection(port);
    socket.write(get(service.port, 'slow') + SPOOL + GARBAGE);
    await waiting(1);
    open();
    assert.deepEqual(parseResponses(await closed).slice(0, 2).map(({ status }) => status), [200, 200]);
  });

  it('do not cut off a check whose verdict is known before that of an earlier one', async () => {
    const late = await gatedService();
    const early = await gatedService();
    const { socket, closed } = await openConnection(port);
    socket.write(get(late.service.port, 'late') + get(early.service.port, 'early') + GARBAGE);
    await Promise.all([late.waiting(1), early.waiting(1)]);
    early.open();
    await early.service.idle();
    late.open();
    assert.deepEqual(parseResponses(await closed).slice(0, 2).map(({ body }) => body), ['/late', '/early']);
  });
});
