// Clients that ask for pages, and for more than is good for others.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from '../lib/page.ts';
import { upVerdict } from '../lib/verdict.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { checkServer, type CheckServer } from './support/check-server.ts';
import { openConnection, type Connection } from './support/connection.ts';
import { ask, exchange } from './support/request.ts';

const GET = 'GET /status HTTP/1.1\r\n\r\n';
const LAST = 'GET /spool/web/0 HTTP/1.1\r\nConnection: close\r\n\r\n';
/** Bytes that no socket's buffers hold, if nobody reads. */
const LARGE = 7 * 1024 * 1024;

interface PagedServer extends CheckServer {
  /** How often the page was made. */
  readonly made: () => number;
}

/** A server with one page, /status, of so many bytes, which takes so many milliseconds the first time. */
async function pagedServer(bytes: number, milliseconds = 0): Promise<PagedServer> {
  let made = 0;
  const page: Page = () => {
    const began = performance.now();
    while (made === 0 && performance.now() < began + milliseconds);
    return { type: 'text/plain', text: String((made += 1)).padEnd(bytes, '.') };
  };
  return { ...(await checkServer(() => ({ verdict: upVerdict('fine') }), new Map([['/status', page]]))), made: () => made };
}

/** A connection on which the page is asked for, and nothing is read. */
async function unread(port: number): Promise<Connection> {
  const connection = await openConnection(port);
  connection.socket.pause();
  connection.socket.write(GET);
  return connection;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a page', () => {
  it('is made once for a connection whose requests do not wait for it, which is closed; others are answered', async () => {
    const { port, made, connections } = await pagedServer(10);
    assert.doesNotMatch(await exchange(port, GET.repeat(50) + LAST), /fine/);
    assert.deepEqual([(await ask(port, '/spool/web/0')).status, made() <= 1, connections.size <= 1], [200, true, true]);
  });

  it('is made anew for each request that has waited for the answer to the one before', async () => {
    const { port, made } = await pagedServer(10);
    const { socket, until: come } = await openConnection(port);
    for (const number of [1, 2, 3]) {
      socket.write(GET);
      await come(`${number}.........`);
    }
    assert.equal(made(), 3);
  });

  it('goes, with the connection of who does not read it, for those that are made later', async () => {
    const { port, made, connections } = await pagedServer(LARGE);
    for (const number of [1, 2, 3, 4]) {
      await unread(port);
      await until(() => made() === number);
    }
    await ask(port, '/spool/web/0');
    // The last one, and perhaps that check's.
    assert.ok(connections.size <= 2, `${connections.size} connections`);
    const { status, body } = await ask(port, '/status');
    assert.deepEqual([status, body.length], [200, LARGE]);
  });

  it('is made once for all who wait for it, and counts once until they have read it', async () => {
    const { port, made, connections } = await pagedServer(LARGE, 300);
    await ask(port, '/status');
    const readers = await Promise.all(Array.from({ length: 10 }, () => unread(port)));
    await until(() => made() === 2);
    for (const { socket } of readers) socket.resume();
    for (const { until: come, received } of readers) {
      await come('\r\n\r\n2...');
      await until(() => received().length > LARGE);
    }
    assert.deepEqual([made(), connections.size], [2, 10]);
  });

  it('is refused while a hundred wait; a check is answered meanwhile', async () => {
    const { port, made } = await pagedServer(10, 300);
    await ask(port, '/status');
    const waiting = await Promise.all(Array.from({ length: 100 }, () => openConnection(port)));
    for (const { socket } of waiting) socket.write('GET /status HTTP/1.1\r\nConnection: close\r\n\r\n');
    const refused = await ask(port, '/status');
    assertOwnAnswer(refused, { status: 503 });
    assert.equal(refused.body, 'too many ask for pages\n');
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    for (const { closed } of waiting) assert.match(await closed, /^HTTP\/1\.1 200 [^]*\r\n\r\n2\.{9}$/);
    assert.equal(made(), 2);
  });

  it('that throws costs one request', async () => {
    let made = 0;
    const page: Page = () => {
      if ((made += 1) === 1) throw new Error('unforeseen');
      return { type: 'text/plain', text: 'fine' };
    };
    const { port } = await checkServer(() => ({ verdict: upVerdict('fine') }), new Map([['/status', page]]));
    assert.deepEqual([(await ask(port, '/status')).status, (await ask(port, '/status')).status], [500, 200]);
  });
});
