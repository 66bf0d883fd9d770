import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MOST_PENDING } from '../lib/flood.ts';
import { upVerdict } from '../lib/verdict.ts';
import { parseResponses } from './support/answer.ts';
import { checkServer, type CheckServer } from './support/check-server.ts';
import { openConnection } from './support/connection.ts';
import { exchange } from './support/request.ts';

const REQUEST = 'GET /spool/web/0 HTTP/1.1\r\n\r\n';
const LAST = 'GET /spool/web/0 HTTP/1.1\r\nConnection: close\r\n\r\n';
const SWEEPS = 12;

interface Flooded extends CheckServer {
  readonly answered: () => number;
  readonly addresses: readonly string[];
}

async function floodedServer(): Promise<Flooded> {
  let answered = 0;
  const addresses: string[] = [];
  const run = () => {
    answered += 1;
    return { verdict: upVerdict('fine') };
  };
  const server = await checkServer(run, new Map(), { most: Infinity, crowded: () => assert.fail('crowded'), flooded: (address) => void addresses.push(address) });
  return { ...server, answered: () => answered, addresses };
}

/** Sends so many requests in one write, and gives how many answers came until the connection was closed; it may be cut before they are read. */
async function flood(port: number, count: number): Promise<void> {
  const { socket } = await openConnection(port);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined).write(REQUEST.repeat(count));
  await closed;
}

async function statuses(port: number, count: number): Promise<readonly number[]> {
  return parseResponses(await exchange(port, REQUEST.repeat(count - 1) + LAST)).map(({ status }) => status);
}

describe('a flood of requests on one connection', () => {
  it('is no flood as long as a hundred wait for their answers', async () => {
    const { port, addresses } = await floodedServer();
    assert.deepEqual(await statuses(port, MOST_PENDING + 1), Array(MOST_PENDING + 1).fill(200));
    assert.deepEqual(addresses, []);
  });

  it('costs it its connection, and the others nothing; what is over is not answered', async () => {
    const { port, addresses, answered, connections } = await floodedServer();
    const other = await openConnection(port);
    await flood(port, 2_000);
    assert.deepEqual(addresses, ['127.0.0.1']);
    assert.equal(answered(), MOST_PENDING + 1);
    other.socket.write(REQUEST);
    await other.until('fine');
    assert.equal(connections.size, 1);
  });

  it('changes how a connection is read once, however many there are', async () => {
    const { port, connections } = await floodedServer();
    const other = await openConnection(port);
    other.socket.write(REQUEST);
    await other.until('fine');
    const [kept] = connections.open;
    assert.ok(kept !== undefined);
    await flood(port, 2_000);
    const [reader] = kept.listeners('data');
    for (let floods = 1; floods <= 3; floods += 1) {
      for (let sweep = 0; sweep < SWEEPS; sweep += 1) connections.sweep();
      // Or it is closed as an idle one.
      other.socket.write(REQUEST);
      await other.until('fine', 1 + floods);
      await flood(port, 2_000);
    }
    assert.deepEqual(kept.listeners('data'), [reader]);
  });

  it('makes it fewer for a while, on connections that are open, too', async () => {
    const { port, addresses, answered, connections } = await floodedServer();
    const open = await openConnection(port);
    while (connections.size === 0) await new Promise((resolve) => setImmediate(resolve));
    await flood(port, 2_000);
    const before = answered();
    await flood(port, 2_000);
    const gone = new Promise((resolve) => open.socket.on('error', () => undefined).on('close', resolve));
    open.socket.write(REQUEST.repeat(2_000));
    await gone;
    assert.equal(answered(), before + 2 * 17);
    assert.equal(addresses.length, 3);
    assert.deepEqual(await statuses(port, 17), Array(17).fill(200));
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) connections.sweep();
    assert.deepEqual(await statuses(port, MOST_PENDING + 1), Array(MOST_PENDING + 1).fill(200));
  });
});
