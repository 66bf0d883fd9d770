// A restart that no balancer sees: the sockets stay open between two daemons, held as systemd holds them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openConnection } from './support/connection.ts';
import { heldSockets } from './support/held-sockets.ts';
import { lacking } from './support/programs.ts';
import { ask, exchange } from './support/request.ts';
import { httpService } from './support/service.ts';
import { startStream } from './support/stream.ts';

const RESTARTS = 5;
/** Milliseconds of a check that takes its time: many times what a restart takes on a busy machine. */
const SLOW = 6_000;

/** A check over HTTP that is up. */
async function assertUp(port: number, path: string): Promise<void> {
  const { status } = await ask(port, path);
  assert.equal(status, 200);
}

async function assertAgentUp(port: number): Promise<void> {
  assert.equal(await exchange(port, 'web\n'), 'up 100%\n');
}

describe('a restart on sockets that somebody else holds', { skip: lacking('systemd-socket-activate'), timeout: 120_000 }, () => {
  it('is seen by nobody: not one check of a constant stream is refused or cut, over HTTP and by the agent', async () => {
    const { ports: [http = 0, agent = 0], restart, pid } = await heldSockets(['http', 'agent']);
    const service = await httpService((_request, response) => void response.end('fine'));
    const stream = startStream([() => assertUp(http, '/spool/web/0'), () => assertUp(http, `/http/web/${service.port}/`), () => assertAgentUp(agent)]);
    const pids = new Set([await pid()]);
    for (let times = 0; times < RESTARTS; times += 1) {
      await restart();
      pids.add(await pid());
    }
    const { times, failures } = await stream.stop();
    assert.deepEqual(failures, []);
    assert.equal(pids.size, RESTARTS + 1);
    assert.ok(times.length > 300, `${times.length} checks`);
  });

  for (const way of ['over HTTP', 'by the agent']) {
    it(`makes nobody wait for a check ${way} that takes its time, nor for a connection that says nothing`, async () => {
      const { ports: [http = 0, agent = 0], pid, restart } = await heldSockets(['http', 'agent']);
      const slow = await httpService((_request, response) => void setTimeout(() => response.end('fine'), SLOW));
      const [before, mute] = [await pid(), await openConnection(http)];
      const check = `/http/slow/${slow.port}/`;
      const answer = way === 'over HTTP' ? assertUp(http, check) : exchange(agent, `${check}\n`).then((words) => assert.equal(words, 'up 100%\n'));
      while (slow.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
      const stream = startStream([() => assertUp(http, '/spool/web/0'), () => assertAgentUp(agent)]);
      await Promise.all([answer, restart()]);
      const { failures, times } = await stream.stop();
      assert.equal(await mute.closed, '');
      assert.deepEqual(failures, []);
      assert.ok(Math.max(...times) < SLOW / 2, `one waited ${Math.max(...times)} ms`);
      assert.notEqual(await pid(), before);
    });
  }

  it('gives whoever has connected and not spoken yet a second to do so', async () => {
    const { ports: [http = 0, agent = 0], restart } = await heldSockets(['http', 'agent']);
    const clients = [await openConnection(http), await openConnection(agent)] as const;
    // They are accepted when an answer has come on one that was opened after them.
    await Promise.all([assertUp(http, '/spool/web/0'), assertAgentUp(agent)]);
    const restarted = restart();
    await new Promise((resolve) => setTimeout(resolve, 300));
    clients[0].socket.write('GET /spool/web/0 HTTP/1.1\r\n\r\n');
    clients[1].socket.write('web\n');
    const [answer, words] = await Promise.all(clients.map(({ closed }) => closed));
    assert.match(answer ?? '', /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n/);
    assert.equal(words, 'up 100%\n');
    await restarted;
  });
});
