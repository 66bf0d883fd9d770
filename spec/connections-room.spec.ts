import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connections } from '../lib/connections.ts';
import { upVerdict } from '../lib/verdict.ts';
import { checkServer, type CheckServer } from './support/check-server.ts';
import { openConnection, type Connection } from './support/connection.ts';

const UP = upVerdict('fine');

interface Room extends CheckServer {
  readonly said: () => number;
  /** Resolves when so many checks wait for their answers. */
  readonly waiting: (count: number) => Promise<void>;
}

/** A server that lets so many be connected; checks of `http` are never answered. */
async function roomFor(most: number): Promise<Room> {
  let [said, waiting] = [0, 0];
  const limits = { most, crowded: () => (said += 1), flooded: () => assert.fail('flooded') };
  const hang = (): Promise<never> => {
    waiting += 1;
    return new Promise(() => undefined);
  };
  const server = await checkServer(({ check }) => (check.protocol === 'http' ? hang() : { verdict: UP }), new Map(), limits);
  const until = async (count: number): Promise<void> => {
    while (waiting < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { ...server, said: () => said, waiting: until };
}

/** Connects, and waits until the server knows. */
async function come({ port, connections }: CheckServer): Promise<Connection> {
  const before = connections.accepted;
  const connection = await openConnection(port);
  while (connections.accepted === before) await new Promise((resolve) => setImmediate(resolve));
  return connection;
}

function counts({ size, closedForRoom }: Connections): readonly number[] {
  return [size, closedForRoom];
}

describe('a connection more than there may be', () => {
  it('takes the place of the one that has been silent for longest, and that is said', async () => {
    const server = await roomFor(2);
    const [first, second] = [await come(server), await come(server)];
    assert.deepEqual([counts(server.connections), server.said()], [[2, 0], 0]);
    const third = await come(server);
    await first.closed;
    assert.deepEqual([counts(server.connections), server.said()], [[2, 1], 1]);
    assert.deepEqual([second, third].map(({ socket }) => socket.closed), [false, false]);
  });

  it('leaves one its place that has asked since', async () => {
    const server = await roomFor(2);
    const [first, second] = [await come(server), await come(server)];
    first.socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n');
    await first.until('fine');
    await come(server);
    await second.closed;
    assert.equal(first.socket.closed, false);
  });

  it('leaves one its place that waits for an answer, as long as another does not', async () => {
    const server = await roomFor(2);
    const [first, second] = [await come(server), await come(server)];
    first.socket.write('GET /http/web/80/ HTTP/1.1\r\n\r\n');
    await server.waiting(1);
    second.socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n');
    await second.until('fine');
    const third = await come(server);
    await second.closed;
    third.socket.write('GET /http/web/80/ HTTP/1.1\r\n\r\n');
    await server.waiting(2);
    assert.equal(first.socket.closed, false);
    await come(server);
    await first.closed;
    assert.equal(third.socket.closed, false);
  });

  it('leaves one its place that is about to ask, as long as more wait for an answer', async () => {
    const server = await roomFor(3);
    const [first, second, third] = [await come(server), await come(server), await come(server)];
    for (const [at, { socket }] of [first, second].entries()) {
      socket.write('GET /http/web/80/ HTTP/1.1\r\n\r\n');
      await server.waiting(at + 1);
    }
    await come(server);
    await first.closed;
    third.socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n');
    await third.until('fine');
    assert.equal(second.socket.closed, false);
  });
});
