// Whom the log names, and what for: one form of an address, however it came in, and never so much of a path that what came of it is lost.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import type { DaemonOptions } from '../lib/daemon.ts';
import { testedAgent, type TestedAgent } from './support/agent.ts';
import { openConnection } from './support/connection.ts';
import { HandClock } from './support/daemon.ts';
import { post, TOKEN } from './support/form.ts';
import { ask, exchange } from './support/request.ts';
import { secretFile } from './support/secret-file.ts';

const LONG = 'q'.repeat(3_000);
const FEW = 'q'.repeat(500 - '/http/web/1/'.length);

/** On IPv6, which takes IPv4 clients in as ::ffff:127.0.0.1. */
const listening = (options: Partial<DaemonOptions> = {}, clock?: Clock): Promise<TestedAgent> => testedAgent({ bindAddress: '::', verbose: true, ...options }, clock);

async function lines({ log }: TestedAgent): Promise<string[]> {
  return (await log()).trimEnd().split('\n').map((line) => line.replace(/^\S+ /, ''));
}

describe('the log', () => {
  it('names the client of a check over HTTP by its plain address, and says what came of a long path', async () => {
    const daemon = await listening();
    await ask(daemon.port, `/http/web/1/${LONG}`);
    const [change, check] = await lines(daemon);
    assert.match(change ?? '', /^http\/web\/1\/q+\.\.\. is down: connect ECONNREFUSED 127\.0\.0\.1:1$/);
    assert.equal(check, `127.0.0.1 GET /http/web/1/${FEW}... 503 connect ECONNREFUSED 127.0.0.1:1 (hacheck; fwd=miss; stored)`);
  });

  it('does so of the agent\'s', async () => {
    const daemon = await listening();
    await daemon.send(`/http/web/1/${LONG}\n`);
    await daemon.send('/nonsense\n');
    const [, check, refusal] = await lines(daemon);
    assert.equal(check, `127.0.0.1 agent /http/web/1/${FEW}... fail #connect ECONNREFUSED 127.0.0.1:1`);
    assert.equal(refusal, '127.0.0.1: agent check: no such check: "/nonsense"');
  });

  it('does so of who speaks another protocol', async () => {
    const daemon = await listening();
    await exchange(daemon.port, 'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n');
    assert.match((await lines(daemon))[0] ?? '', /^127\.0\.0\.1: a balancer speaks /);
  });

  it('does so of who floods', async () => {
    const daemon = await listening({ verbose: false });
    const { socket } = await openConnection(daemon.port);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined).write('GET /spool/web/0 HTTP/1.1\r\n\r\n'.repeat(2_000));
    await closed;
    assert.deepEqual(await lines(daemon), ['127.0.0.1: a connection was closed, with too many requests that did not wait for answers']);
  });

  it('keeps room for what matters, however often somebody asks while the token file cannot be read', async () => {
    const tokenFile = secretFile(TOKEN);
    const daemon = await listening({ verbose: false, tokenFile }, new HandClock());
    rmSync(tokenFile);
    for (let time = 0; time < 110; time += 1) assert.equal((await post(daemon.port, '/spool/web/0', 'status=down')).status, 503);
    writeFileSync(tokenFile, TOKEN);
    assert.equal((await post(daemon.port, '/spool/web/0', 'status=down')).status, 200);
    const said = await lines(daemon);
    assert.equal(said[0], `--token-file: ${tokenFile} cannot be read: ENOENT`);
    assert.ok(said.includes('web is down (by 127.0.0.1, over HTTP)'), said.at(-1));
  });
});
