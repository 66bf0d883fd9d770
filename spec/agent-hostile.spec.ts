import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { openConnection } from './support/connection.ts';
import { gatedService } from './support/gate.ts';
import { httpService } from './support/service.ts';
import { within } from './support/probing.ts';

const UP = 'up 100%\n';
const MEGABYTE = 1024 * 1024;
/** Milliseconds after which the agent lets go of whoever has its answer, and what a busy machine may add. */
const LINGER = 1_000;
const LATE = 10_000;

/** Resolves when the agent has closed a connection on its side, too: what is written then is answered with a reset. */
async function letGo(socket: Socket, closed: Promise<unknown>): Promise<void> {
  const prod = setInterval(() => socket.write('x'), 50);
  try {
    await within(LATE, 'the agent holds the connection', closed);
  } finally {
    clearInterval(prod);
  }
}

/** A connection that stays open on this side when the other side has ended. */
function lopsided(port: number): Socket {
  return connect({ port, host: '127.0.0.1', allowHalfOpen: true });
}

describe('the agent survives', { concurrency: true }, () => {
  it('a megabyte without a newline, and asks nothing that was not said to its end', async () => {
    const { agentPort, send } = await testedAgent();
    const service = await httpService((_request, response) => void response.end('fine'));
    for (const start of ['x', '/', `/http/web/${service.port}/`]) {
      const { socket, closed } = await openConnection(agentPort);
      socket.write(start.padEnd(MEGABYTE, 'a'));
      assert.match(await closed, /^#no such check: [\x20-\x7e]{1,85}\n$/, start);
    }
    assert.equal(service.connections(), 0);
    assert.equal(await send('web\n'), UP);
  });

  it('a line of more than 16 KiB, which no path of HTTP may be either', async () => {
    const { send } = await testedAgent();
    const service = await httpService((_request, response) => void response.end('fine'));
    assert.match(await send(`/http/web/${service.port}/${'a'.repeat(20_000)}\n`), /^#no such check: [\x20-\x7e]{1,85}\n$/);
    assert.equal(service.connections(), 0);
    assert.equal(await send(`/http/web/${service.port}/${'a'.repeat(8_000)}\n`), UP);
  });

  it('a reset at once, and one after the line', async () => {
    const { agentPort, send, log, rows } = await testedAgent();
    for (const line of ['', 'we', 'web\n', 'web\n', 'no check\n']) {
      for (let times = 0; times < 20; times += 1) {
        const { socket, closed } = await openConnection(agentPort);
        if (line !== '') socket.write(line);
        socket.resetAndDestroy();
        await closed;
      }
    }
    assert.equal(await send('web\n'), UP);
    assert.doesNotMatch(await log(), /RESET|bug/);
    assert.deepEqual((await rows()).map(({ address }) => address), ['127.0.0.1']);
  });

  it('a reset while a slow probe runs, whose verdict is kept for the next one', async () => {
    const { agentPort, send, log, rows } = await testedAgent();
    const { service, waiting, open } = await gatedService();
    const line = `/http/web/${service.port}/\n`;
    const gone = await openConnection(agentPort);
    gone.socket.write(line);
    await waiting(1);
    gone.socket.resetAndDestroy();
    await gone.closed;
    const next = send(line);
    // Its answer on a connection of its own shows that the reset has arrived, too.
    await send('api\n');
    open();
    assert.deepEqual([await next, await send(line), service.connections()], [UP, UP, 1]);
    // Whoever has hung up was told nothing.
    assert.deepEqual((await rows()).map((row) => [row.service, row.count, row.running]), [['api', 1, 1], ['web', 3, 2]]);
    assert.equal(await log(), '');
  });

  it('whoever says no end of things, and lets go of them', async () => {
    const { agentPort, send } = await testedAgent();
    const connection = await openConnection(agentPort);
    const { socket } = connection;
    const pour = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'web\n')));
    };
    socket.on('drain', pour);
    pour();
    await within(LATE, 'it is still listened to', connection.closed);
    assert.equal(await send('web\n'), UP);
  });

  it('whoever does not close, and lets go of them a second after their answer', async () => {
    const { agentPort, daemon } = await testedAgent();
    const socket = lopsided(agentPort);
    socket.on('error', () => undefined);
    const ended = new Promise((resolve) => socket.once('end', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    const began = performance.now();
    socket.write('web\n');
    await ended;
    await letGo(socket, closed);
    assert.ok(performance.now() - began >= LINGER - 5, 'it was given its time');
    await within(2_000, 'something is still open', daemon.stop());
  });

  it('whoever does not read', async () => {
    const { agentPort, daemon, send } = await testedAgent();
    const socket = lopsided(agentPort);
    socket.pause();
    socket.on('error', () => undefined);
    socket.write('web\n');
    assert.equal(await send('web\n'), UP);
    await within(LATE, 'the agent waits for somebody who does not read', daemon.stop());
    socket.destroy();
  });

  it('a thousand who come at once, and are told the same', async () => {
    const { send, agentPort, rows } = await testedAgent();
    const { service, waiting, open } = await gatedService();
    const line = `/http/web/${service.port}/\n`;
    const silent = await Promise.all(Array.from({ length: 50 }, () => openConnection(agentPort)));
    const answers = Promise.all(Array.from({ length: 1_000 }, () => send(line)));
    await waiting(1);
    open();
    assert.deepEqual(await answers, Array(1_000).fill(UP));
    assert.equal(service.connections(), 1);
    assert.deepEqual((await rows()).map(({ service: name, count, told }) => [name, count, told]), [['web', 1_000, 'up']]);
    for (const { closed } of silent) assert.match(await closed, /^#no such check: /);
  });
});
