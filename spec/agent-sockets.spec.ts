import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { AgentSockets } from '../lib/agent-sockets.ts';
import { openConnection } from './support/connection.ts';
import { started } from './support/service.ts';

describe("the agent's connections", () => {
  it('are so many at most: the oldest goes for a new one, and that is said', async () => {
    let said = 0;
    const sockets = new AgentSockets(2, () => (said += 1));
    const server = createServer((socket) => sockets.add(socket));
    const { port } = await started(server);
    const [first, second] = [await openConnection(port), await openConnection(port)];
    assert.deepEqual([sockets.size, sockets.closedForRoom, said], [2, 0, 0]);
    const third = await openConnection(port);
    await first.closed;
    assert.deepEqual([sockets.size, sockets.accepted, sockets.closedForRoom, said], [2, 3, 1, 1]);
    assert.deepEqual([second, third].map(({ socket }) => socket.closed), [false, false]);
    second.socket.destroy();
    while (sockets.size === 2) await new Promise((resolve) => setImmediate(resolve));
    await openConnection(port);
    assert.deepEqual([sockets.closedForRoom, said], [1, 1]);
  });
});
