import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { Answer } from '../lib/check.ts';
import { Connections } from '../lib/connections.ts';
import { upVerdict } from '../lib/verdict.ts';
import { checkServer } from './support/check-server.ts';
import { openConnection, type Connection } from './support/connection.ts';
import { testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { ask } from './support/request.ts';
import { httpService, started } from './support/service.ts';

const UP = upVerdict('fine');

async function storedIn(port: number): Promise<number> {
  return (JSON.parse((await ask(port, '/status')).body) as { cache: { sets: number } }).cache.sets;
}

describe('a balancer that goes away', () => {
  for (const [how, leave] of [
    ['hangs up', (socket: Socket) => void socket.destroy()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ] as const) {
    it(`and ${how} while a probe is under way leaves its verdict for the next one`, async () => {
      const { port, log } = await testedDaemon();
      const { service, waiting, open } = await gatedService();
      const { socket } = await openConnection(port);
      socket.write(`GET /http/web/${service.port}/ HTTP/1.1\r\n\r\n`);
      await waiting(1);
      leave(socket);
      // An answer on another connection: by then the daemon knows.
      await ask(port, '/spool/web/0');
      open();
      while ((await storedIn(port)) === 0);
      const next = await ask(port, `/http/web/${service.port}/`);
      assert.match(next.headers['cache-status'] ?? '', /^hacheck; hit/);
      assert.equal(service.connections(), 1);
      assert.equal(await log(), '');
    });

    it(`and ${how} in the middle of a request is no event`, async () => {
      const { port, log } = await testedDaemon();
      for (const bytes of ['', 'GE', 'GET /spool/web/0 HTTP/1.1\r\nX', 'GET /spool/web/0 HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc']) {
        const { socket } = await openConnection(port);
        await new Promise<void>((resolve) => void socket.write(bytes, () => resolve()));
        leave(socket);
      }
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
      assert.equal(await log(), '');
    });
  }

  for (const bytes of ['CONNECT a:1 HTTP/1.1\r\n\r\n', 'no HTTP\r\n\r\n']) {
    it(`and resets behind ${JSON.stringify(bytes)} harms nobody`, async () => {
      const { port } = await testedDaemon();
      for (let turn = 0; turn < 100; turn += 1) {
        const { socket } = await openConnection(port);
        await new Promise<void>((resolve) => void socket.write(bytes, () => resolve()));
        socket.resetAndDestroy();
      }
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
    });
  }

  it('ends its checks with a reset, as HAProxy does, and no line says so', async () => {
    const { port, log } = await testedDaemon();
    const service = await httpService((_request, response) => void response.end('fine'));
    for (let check = 0; check < 50; check += 1) {
      const { socket, until } = await openConnection(port);
      socket.write(`OPTIONS ${check % 2 === 0 ? '/spool/web/0' : `/http/web/${service.port}/`} HTTP/1.1\r\n\r\n`);
      await until('\r\n\r\n');
      socket.resetAndDestroy();
    }
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.equal(await log(), '');
  });
});

/** Connections, with a client's end and a socket of each. */
async function connectionsOf(count: number): Promise<{ connections: Connections; pairs: { client: Connection; socket: Socket }[] }> {
  const connections = new Connections();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.resume().on('error', () => undefined);
    connections.add(socket);
  });
  const { port } = await started(server);
  const pairs = [];
  for (let opened = 0; opened < count; opened += 1) {
    const accepted = new Promise((resolve) => server.once('connection', resolve));
    const client = await openConnection(port);
    await accepted;
    const socket = sockets[opened];
    assert.ok(socket !== undefined);
    pairs.push({ client, socket });
  }
  return { connections, pairs };
}

function pairOf(pairs: { client: Connection; socket: Socket }[], at: number): { client: Connection; socket: Socket } {
  const pair = pairs[at];
  assert.ok(pair !== undefined);
  return pair;
}

describe('a sweep', () => {
  it('closes what has been idle for twelve, and leaves what was used since, or waits', { timeout: 10_000 }, async () => {
    let answer = (): void => assert.fail('not asked');
    const slow = new Promise<Answer>((resolve) => (answer = () => resolve({ verdict: UP })));
    const { port, connections } = await checkServer(({ check }) => (check.protocol === 'http' ? slow : { verdict: UP }));
    const [idle, used, waits] = [await openConnection(port), await openConnection(port), await openConnection(port)];
    for (const { socket, until } of [idle, used]) {
      socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n');
      await until('fine');
    }
    waits.socket.write('GET /http/web/1/ HTTP/1.1\r\n\r\n');
    for (let sweeps = 0; sweeps < 12; sweeps += 1) connections.sweep();
    used.socket.write('HEAD /spool/web/0 HTTP/1.1\r\n\r\n');
    await used.until('\r\n\r\nfine\nHTTP/1.1 200 OK');
    connections.sweep();
    await idle.closed;
    assert.equal(connections.size, 2);
    answer();
    await waits.until('fine');
    for (let sweeps = 0; sweeps < 13; sweeps += 1) connections.sweep();
    await Promise.all([used.closed, waits.closed]);
    assert.equal(connections.size, 0);
  });

  it('closes one that does not read its answers', { timeout: 20_000 }, async () => {
    const large = { ...UP, body: Buffer.alloc(512 * 1024, 'x') };
    const { port, connections } = await checkServer(() => ({ verdict: large }));
    const { socket, closed } = await openConnection(port);
    socket.pause();
    socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n'.repeat(50));
    while (connections.size === 0) await new Promise((resolve) => setImmediate(resolve));
    // The first sweeps may still see the kernel's buffers fill.
    while (connections.size > 0) {
      connections.sweep();
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.resume();
    await closed;
  });

  it('ends one that was refused and does not go', async () => {
    const { connections, pairs } = await connectionsOf(1);
    const { client, socket } = pairOf(pairs, 0);
    // So that the client does not go by itself.
    client.socket.allowHalfOpen = true;
    connections.refuse(socket, Buffer.from('no'));
    connections.refuse(socket, Buffer.from('no'));
    await client.until('no');
    connections.sweep();
    assert.equal(socket.destroyed, false);
    connections.sweep();
    await once(socket, 'close');
    assert.deepEqual([connections.size, client.received()], [0, 'no']);
  });
});

describe('connections', () => {
  it('are all cut when it has to be', async () => {
    const { port, connections } = await checkServer(() => new Promise(() => undefined));
    const [mute, waits] = [await openConnection(port), await openConnection(port)];
    waits.socket.write('GET /http/web/1/ HTTP/1.1\r\n\r\n');
    while (connections.size < 2) await new Promise((resolve) => setImmediate(resolve));
    connections.cut();
    await Promise.all([mute.closed, waits.closed]);
    assert.equal(connections.size, 0);
  });
});
