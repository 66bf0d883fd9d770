import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { ask, exchange } from './support/request.ts';
import { freePort, tcpService } from './support/service.ts';

const UP = 'up 100%\n';
const TIME = /^\S+Z /gm;

describe('an agent check', () => {
  it('is a row of its own among the balancers', async () => {
    const clock = new HandClock();
    const { port, send, rows, spoolRoot } = await testedAgent({}, clock);
    await ask(port, '/spool/web/0');
    await send('web\n');
    clock.advance(2);
    writeFileSync(join(spoolRoot, 'web'), '{"state": "drain"}');
    await send('/spool/web/0\n');
    const nothing = { node: null, name: null, state: null, weight: null, total: null, sessions: null, queue: null, target: null, user_agent: null, probed_address: null, probed_port: null };
    const time = clock.time();
    assert.deepEqual(await rows(), [
      { ...nothing, address: '127.0.0.1', service: 'web', port: 0, via: 'agent', last: time, count: 2, interval: 2, told: 'drain', since: time, running: 1 },
      { ...nothing, address: '127.0.0.1', service: 'web', port: 0, via: 'http', last: time - 2, count: 1, interval: null, told: 'up', since: time - 2, running: 1 },
    ]);
  });

  it('is none where it is no check', async () => {
    const { send, rows } = await testedAgent();
    for (const line of ['\n', 'no check\n', '/http/web\n', 'web:0x1\n']) await send(line);
    assert.deepEqual(await rows(), []);
  });

  it('has a line in the log with --verbose', async () => {
    const { send, log, spoolRoot } = await testedAgent({ verbose: true });
    writeFileSync(join(spoolRoot, 'api'), '{"by": "ops"}');
    for (const line of ['web\n', 'api:80\r\n']) await send(line);
    assert.deepEqual((await log()).replace(TIME, '').trimEnd().split('\n'), ['127.0.0.1 agent web up 100%', 'spool/api/80 is down: down by ops', '127.0.0.1 agent api:80 down #down by ops']);
  });

  it('is said in the log where it is no check, each once, since HAProxy shows nothing of it', async () => {
    const { send, log } = await testedAgent({ verbose: true });
    for (const line of ['/http/web\n', '\n', '/http/web\r\n', '', '/http/\x1b[2J\n']) await send(line);
    const causes = ['"/http/web"', 'nothing was sent; in HAProxy: agent-send "web\\n"', '"/http/?[2J"'];
    assert.equal((await log()).replace(TIME, ''), causes.map((cause) => `127.0.0.1: agent check: no such check: ${cause}\n`).join(''));
  });

  it('is said for a hundred that are none, and no more', async () => {
    const clock = new HandClock();
    const { send, log } = await testedAgent({}, clock);
    for (let at = 0; at < 150; at += 1) {
      // The log itself takes a hundred lines a second.
      clock.advance(0.1);
      await send(`/none/${at}\n`);
    }
    assert.deepEqual((await log()).match(/(?<="\/none\/)\d+/g), Array.from({ length: 100 }, (_, at) => String(at)));
  });

  it('has no line without it: the log says what changes, once for both ways', async () => {
    const { port, send, log, spoolRoot } = await testedAgent({}, new HandClock());
    const both = async (): Promise<void> => {
      await send('/spool/web/0\n');
      await ask(port, '/spool/web/0');
      await send('web\n');
    };
    await both();
    writeFileSync(join(spoolRoot, 'web'), '{"state": "drain", "by": "ops"}');
    await both();
    rmSync(join(spoolRoot, 'web'));
    await both();
    assert.deepEqual((await log()).replace(TIME, '').trimEnd().split('\n'), ['spool/web/0 up -> drain after 0 s: drained by ops', 'spool/web/0 drain -> up after 0 s: up: no mark stands']);
  });
});

describe('the port of the agent', () => {
  it('is beside those of HTTP, on the same address', async () => {
    const agentPort = await freePort();
    const { daemon, port } = await testedDaemon({ agentPort, ports: [0, await freePort()] });
    assert.deepEqual(daemon.agentAddresses, [{ address: '127.0.0.1', family: 'IPv4', port: agentPort }]);
    assert.equal(daemon.addresses.length, 2);
    assert.equal(await exchange(agentPort, 'web\n'), UP);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });

  it('is open on every address where none is named', async () => {
    const { agentPort } = await testedAgent({ bindAddress: undefined });
    assert.equal(await exchange(agentPort, 'web\n', '127.0.0.1'), UP);
  });

  it('is none where none is named', async () => assert.deepEqual((await testedDaemon()).daemon.agentAddresses, []));

  it('is in use: the daemon does not start, and leaves the ports of HTTP free', async () => {
    const taken = await tcpService((socket) => socket.destroy());
    const ports = [await freePort(), await freePort()];
    await assert.rejects(testedDaemon({ agentPort: taken.port, ports, spoolRoot: temporaryFolder() }), { code: 'EADDRINUSE', port: taken.port });
    const { port } = await testedDaemon({ ports });
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });
});
