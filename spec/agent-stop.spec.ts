import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentSockets } from '../lib/agent-sockets.ts';
import { testedAgent } from './support/agent.ts';
import { openConnection } from './support/connection.ts';
import { gatedService } from './support/gate.ts';
import { within } from './support/probing.ts';
import { httpService, tcpService } from './support/service.ts';

const UP = 'up 100%\n';

async function elapsed(what: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await what;
  return performance.now() - began;
}

describe('the connections of the agent', () => {
  it('are counted and cut, whatever they wait for', async () => {
    const sockets = new AgentSockets();
    const { port, idle, connections } = await tcpService((socket) => sockets.add(socket));
    const clients = await Promise.all([openConnection(port), openConnection(port)]);
    while (connections() < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(sockets.accepted, 2);
    sockets.close();
    assert.deepEqual(clients.map(({ socket }) => socket.destroyed), [false, false]);
    sockets.cut();
    await within(5_000, 'somebody is still connected', Promise.all([idle(), ...clients.map(({ closed }) => closed)]));
    assert.equal(sockets.accepted, 2);
  });
});

describe('a daemon with an agent that stops', { concurrency: true }, () => {
  it('is gone at once where nobody is connected, and its port is closed', async () => {
    const { daemon, send } = await testedAgent();
    assert.equal(await send('web\n'), UP);
    assert.ok((await elapsed(daemon.stop())) < 500);
    await assert.rejects(send('web\n'), { code: 'ECONNREFUSED' });
  });

  it('gives checks under way their true verdict, and takes no new ones', async () => {
    const { daemon, send } = await testedAgent();
    const { service, waiting, open } = await gatedService();
    const broken = await gatedService((_request, response) => void response.writeHead(500, 'Ouch').end());
    const answers = Promise.all([send(`/http/web/${service.port}/\n`), send(`/http/api/${broken.service.port}/\n`)]);
    await Promise.all([waiting(1), broken.waiting(1)]);
    let stopped = false;
    const stop = daemon.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await assert.rejects(send('web\n'), { code: 'ECONNREFUSED' });
    assert.equal(stopped, false);
    open();
    broken.open();
    assert.deepEqual(await answers, [UP, 'fail #500 Ouch\n']);
    await stop;
  });

  it('answers who has not spoken yet', async () => {
    const { daemon, agentPort, send } = await testedAgent();
    const [speaks, silent] = [await openConnection(agentPort), await openConnection(agentPort)];
    // Both are accepted when an answer has come on one that was opened after them.
    await send('web\n');
    const stopped = daemon.stop();
    await new Promise((resolve) => setTimeout(resolve, 200));
    speaks.socket.write('web\n');
    assert.equal(await speaks.closed, UP);
    assert.match(await silent.closed, /^#no such check: nothing was sent/);
    await stopped;
  });

  it('answers twenty whose connection it had not yet accepted', async () => {
    const { daemon, agentPort } = await testedAgent();
    const service = await httpService((_request, response) => void response.end('fine'));
    const clients = await Promise.all(Array.from({ length: 20 }, () => openConnection(agentPort)));
    for (const { socket } of clients) socket.write(`/http/web/${service.port}/\n`);
    const stopped = daemon.stop();
    assert.deepEqual(await Promise.all(clients.map(({ closed }) => closed)), Array(20).fill(UP));
    await stopped;
  });

  it('waits for a probe until its deadline, whose verdict is the answer', async () => {
    const { daemon, send } = await testedAgent({ timeout: 1.5 });
    const service = await httpService(() => undefined);
    const answer = send(`/http/web/${service.port}/\n`);
    while (service.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = daemon.stop();
    assert.equal(await answer, `fail #timed out after 1.5 s waiting for the headers of 127.0.0.1:${service.port}\n`);
    await stopped;
  });
});
