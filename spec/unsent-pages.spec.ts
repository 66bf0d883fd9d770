import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { UnsentPages } from '../lib/unsent-pages.ts';
import { openConnection, type Connection } from './support/connection.ts';
import { started } from './support/service.ts';

/** Bytes: two such pages may be unsent, and no kernel takes one whole from somebody who reads nothing. */
const LARGE = 4 * 1024 * 1024;

interface Sender {
  /** Connects, asks for the page of a number, and reads nothing; resolves when the page is on its way. */
  readonly unread: (page: number) => Promise<Connection>;
}

async function sender(): Promise<Sender> {
  const unsent = new UnsentPages();
  const pages = new Map<number, Buffer>();
  let sent = 0;
  const { port } = await started(createServer((request, response) => {
    const number = Number(request.url?.slice(1));
    const page = pages.get(number) ?? Buffer.alloc(LARGE, String(number));
    pages.set(number, page);
    unsent.add(page, request.socket, response);
    response.end(page);
    sent += 1;
  }));
  const unread = async (page: number): Promise<Connection> => {
    const connection = await openConnection(port);
    connection.socket.pause();
    const before = sent;
    connection.socket.write(`GET /${page} HTTP/1.1\r\nHost: a\r\n\r\n`);
    while (sent === before) await new Promise((resolve) => setImmediate(resolve));
    return connection;
  };
  return { unread };
}

/** Reads what comes, and says whether that is the whole page. */
async function isWhole({ socket, received }: Connection): Promise<boolean> {
  socket.resume();
  while (received().length <= LARGE && !socket.closed) await new Promise((resolve) => setImmediate(resolve));
  return received().length > LARGE;
}

describe('pages that nobody reads', () => {
  it('go with their connections for those that are made later, the oldest first', async () => {
    const { unread } = await sender();
    const readers = [await unread(1), await unread(2), await unread(3)];
    assert.deepEqual(await Promise.all(readers.map(isWhole)), [false, true, true]);
  });

  it('count once, however many are given the same', async () => {
    const { unread } = await sender();
    const readers = [await unread(1), await unread(1), await unread(1), await unread(2)];
    assert.deepEqual(await Promise.all(readers.map(isWhole)), [true, true, true, true]);
  });

  it('count no more once they are read, or their reader has gone', async () => {
    const { unread } = await sender();
    const first = await unread(1);
    assert.equal(await isWhole(await unread(2)), true);
    const gone = await unread(3);
    gone.socket.destroy();
    await gone.closed;
    const last = await unread(4);
    assert.deepEqual(await Promise.all([first, last].map(isWhole)), [true, true]);
  });
});
