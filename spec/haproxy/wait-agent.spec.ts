// --wait where HAProxy learns of marks from the agent.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lacking } from '../support/programs.ts';
import { freePort } from '../support/service.ts';
import { frontOf, heldService, visit, waitingHost, WHOLE } from '../support/waiting.ts';

const LB = { node: 'lb1', source: '127.0.0.2', interval: 200 };

interface Case {
  readonly command: 'down' | 'drain';
  readonly marksOn: 'all' | 'agent';
  readonly agentAdmin: boolean;
  /** What HAProxy then shows: its state, and its weight of 100. */
  readonly shown: RegExp;
  readonly weight: string;
  /** Whether its checks over HTTP stop. */
  readonly stops: boolean;
}

const CASES: readonly Case[] = [
  { command: 'drain', marksOn: 'agent', agentAdmin: false, shown: /^UP/, weight: '0', stops: false },
  { command: 'down', marksOn: 'agent', agentAdmin: false, shown: /^DOWN \(agent\)$/, weight: '100', stops: false },
  { command: 'drain', marksOn: 'agent', agentAdmin: true, shown: /^DRAIN/, weight: '100', stops: false },
  { command: 'down', marksOn: 'agent', agentAdmin: true, shown: /^MAINT/, weight: '100', stops: true },
  { command: 'drain', marksOn: 'all', agentAdmin: false, shown: /^NOLB/, weight: '0', stops: false },
  { command: 'down', marksOn: 'all', agentAdmin: true, shown: /^MAINT/, weight: '100', stops: true },
];

async function waitsFor({ command, marksOn, agentAdmin, shown, weight, stops }: Case): Promise<void> {
  const agentPort = await freePort();
  const [host, service] = [await waitingHost({ agentPort, marksOn, agentAdmin }), await heldService()];
  const front = await frontOf(host, service, {
    ...LB,
    lines: 'http-check disable-on-404',
    words: `weight 100 agent-check agent-port ${agentPort} agent-inter 100ms agent-send "web\\n"`,
  });
  await host.until('agent checks', (rows) => rows.some(({ via, count }) => via === 'agent' && count >= 3));
  const answer = visit(front.port, '/held');
  await service.holds(1);
  const waits = host.start(`${command} web --wait`);
  await host.until('many words of the agent', (rows) => rows.some(({ via, told, running }) => via === 'agent' && told === command && running >= 30));
  if (stops) await waits.printed(', 1 connection left\n');
  assert.equal(waits.isOver(), false);
  const released = await service.release();
  const { code, stderr, at } = await waits.ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(at > released, `${at - released} ms`);
  const row = await front.haproxy.server('web', 'web1');
  assert.match(String(row['status']), shown);
  assert.equal(row['weight'], weight);
  assert.deepEqual(await answer.then(({ status, body }) => [status, body === WHOLE]), [200, true]);
  const up = await host.start('up web --wait').ended;
  assert.deepEqual([up.code, up.stderr], [0, '']);
  assert.match(await front.state(), /^UP/);
}

describe('--wait with the agent', { skip: lacking('haproxy', 'ss'), concurrency: 3 }, () => {
  for (const each of CASES) {
    const { command, marksOn, agentAdmin } = each;
    it(`${command} with --marks-on ${marksOn}${agentAdmin ? ' --agent-admin' : ''} waits for the request that runs`, { timeout: 60_000 }, () => waitsFor(each));
  }
});
