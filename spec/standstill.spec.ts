// A daemon that stands still for a while: stopped by a signal, as a machine that swaps or a cgroup that is frozen stops it.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openConnection, type Connection } from './support/connection.ts';
import { temporaryFolder } from './support/folder.ts';
import { serving, type ServingHactl } from './support/hactl.ts';
import { ask, exchange } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';

async function started(...words: readonly string[]): Promise<ServingHactl> {
  const daemon = await serving(['--spool-root', temporaryFolder(), ...words]);
  after(async () => {
    daemon.child.kill('SIGCONT');
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  });
  return daemon;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function standStill({ child }: ServingHactl, milliseconds: number): Promise<void> {
  child.kill('SIGSTOP');
  await delay(milliseconds);
  child.kill('SIGCONT');
}

/** Milliseconds that the agent gives for a line. */
const LINE_PATIENCE = 500;

/** A connection that the daemon has taken, and that has time left for its line, as the daemon is stopped. Where that took too long, it is tried again. */
async function stoppedBehindConnection({ child }: ServingHactl, agentPort: number): Promise<Connection> {
  for (;;) {
    const began = performance.now();
    const connection = await openConnection(agentPort);
    // By its answer the daemon has taken the other connection, too.
    await exchange(agentPort, 'web\n');
    child.kill('SIGSTOP');
    if (performance.now() - began < LINE_PATIENCE) return connection;
    child.kill('SIGCONT');
  }
}

describe('a daemon that stands still', () => {
  it('does not take a service for down whose answer came meanwhile, though the deadline has passed', async () => {
    const daemon = await started('--timeout', '0.5');
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const service = await httpService((_request, response) => {
      asked();
      setTimeout(() => response.end('fine'), 200);
    });
    const answer = ask(daemon.port, `/http/web/${service.port}/`);
    await isAsked;
    await standStill(daemon, 1_000);
    const { status, body } = await answer;
    assert.deepEqual([status, body], [200, 'fine']);
  });

  it('takes one for down that has not answered at all', async () => {
    const daemon = await started('--timeout', '0.5');
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const service = await httpService(() => asked());
    const answer = ask(daemon.port, `/http/web/${service.port}/`);
    await isAsked;
    await standStill(daemon, 1_000);
    const { status, phrase } = await answer;
    assert.deepEqual([status, phrase.startsWith('timed out after 0.5 s')], [503, true]);
  });

  it('gives no verdict that has become too old meanwhile', async () => {
    const daemon = await started('--cache-time', '1');
    let isUp = true;
    const service = await httpService((_request, response) => {
      response.statusCode = isUp ? 200 : 500;
      response.end();
    });
    assert.equal((await ask(daemon.port, `/http/web/${service.port}/`)).status, 200);
    daemon.child.kill('SIGSTOP');
    isUp = false;
    await delay(1_100);
    const answer = ask(daemon.port, `/http/web/${service.port}/`);
    daemon.child.kill('SIGCONT');
    assert.equal((await answer).status, 500);
  });

  it('answers everybody who came meanwhile', async () => {
    const daemon = await started();
    daemon.child.kill('SIGSTOP');
    const answers = Array.from({ length: 200 }, () => ask(daemon.port, '/spool/web/0'));
    await delay(1_000);
    daemon.child.kill('SIGCONT');
    assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([200]));
  });

  it('reads what the agent was asked meanwhile, though its time for that is over', async () => {
    const agentPort = await freePort();
    const daemon = await started('--agent-port', String(agentPort));
    const { socket, closed } = await stoppedBehindConnection(daemon, agentPort);
    socket.write('web\n');
    await delay(1_000);
    daemon.child.kill('SIGCONT');
    assert.equal(await closed, 'up 100%\n');
  });
});
