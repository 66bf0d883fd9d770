import { describe, it } from 'node:test';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { isAskedAgain } from '../support/asked-again.ts';
import { becomes } from '../support/becomes.ts';
import { PATIENT } from '../support/checked.ts';
import { testedDaemon, type TestedDaemon } from '../support/daemon.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { operate } from '../support/operator.ts';
import { lacking } from '../support/programs.ts';
import { freePort, httpService } from '../support/service.ts';

/** A daemon with an agent, and an HAProxy whose one server, web/web1 of weight 10, asks it. */
interface Agented {
  readonly haproxy: Haproxy;
  readonly daemon: TestedDaemon;
  readonly operate: (...words: readonly string[]) => Promise<void>;
}

/**
 * @param send HAProxy's `agent-send`; PORT in it is the service's
 * @param path the service of HAProxy's checks over HTTP; another one, if not given, so that marks are the agent's affair alone
 */
async function agented(send: string, options: Partial<DaemonOptions> = {}, path = 'other'): Promise<Agented> {
  const service = await httpService((_request, response) => response.end('fine'));
  const daemon = await testedDaemon({ agentPort: 0, ...options });
  const agentPort = daemon.daemon.agentAddresses[0]?.port ?? 0;
  const haproxy = await startHaproxy(`
backend web
  option httpchk GET /http/${path}/${service.port}/
  server web1 127.0.0.1:${service.port} weight 10 check port ${daemon.port} agent-check agent-inter 100ms agent-port ${agentPort} agent-send "${send.replace('PORT', String(service.port))}"`, { defaults: PATIENT });
  await becomes(haproxy, 'web/web1', { check_status: 'L7OK' });
  return { haproxy, daemon, operate: (...words) => operate(daemon.spoolRoot, ...words) };
}

describe("HAProxy's agent check", { skip: lacking('haproxy'), concurrency: true }, () => {
  for (const send of ['web\\n', 'web:PORT\\n', '/spool/web/0\\n', '/http/web/PORT/health?full\\n', 'web', '/http/web/PORT/health']) {
    it(`follows up, drain and down of agent-send ${send}`, async () => {
      const web = await agented(send);
      await becomes(web.haproxy, 'web/web1', { status: 'UP', weight: '10', agent_status: 'L7OK', last_agt: 'via agent : up' });
      await web.operate('drain', 'web', '-r', 'kernel upgrade');
      await becomes(web.haproxy, 'web/web1', { status: 'UP', weight: '0', last_agt: 'via agent : up (drained by ops: kernel upgrade)' });
      await web.operate('down', 'web', '-r', 'kernel upgrade');
      await becomes(web.haproxy, 'web/web1', { status: 'DOWN (agent)', last_agt: 'via agent : down (down by ops: kernel upgrade)' });
      await web.haproxy.said('info: "via agent : down (down by ops: kernel upgrade)"');
      await web.operate('up', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'UP', weight: '10', check_status: 'L7OK', last_agt: 'via agent : up' });
    });
  }

  it('shows a probe that fails as such, with its cause', async () => {
    const dead = await freePort();
    const { haproxy } = await agented(`/http/web/${dead}/\\n`);
    await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)', check_status: 'L7OK', last_agt: `via agent : fail (connect ECONNREFUSED 127.0.0.1:${dead})` });
  });

  it('is down across a restart of hacheck, and comes back when the mark goes', async () => {
    const { haproxy, daemon: before, operate: ops } = await agented('web\\n');
    await ops('down', 'web');
    await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)' });
    const { port, spoolRoot } = before;
    const [agent] = before.daemon.agentAddresses;
    await before.daemon.stop();
    await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)', agent_status: 'L4CON' });
    const after = await testedDaemon({ ports: [port], agentPort: agent?.port, spoolRoot });
    await isAskedAgain(after.port, 'agent');
    await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)', last_agt: 'via agent : down (down by ops)' });
    await ops('up', 'web');
    await becomes(haproxy, 'web/web1', { status: 'UP', weight: '10', last_agt: 'via agent : up' });
  });

  it('leaves alone what somebody has drained or put into maintenance in HAProxy itself', async () => {
    const { haproxy, daemon, operate: ops } = await agented('web\\n');
    for (const [state, status] of [['drain', /^DRAIN/], ['maint', 'MAINT']] as const) {
      await haproxy.tell(`set server web/web1 state ${state}`);
      await becomes(haproxy, 'web/web1', { status });
      await isAskedAgain(daemon.port, 'agent');
      await ops('drain', 'web');
      await isAskedAgain(daemon.port, 'agent');
      await ops('up', 'web');
      await isAskedAgain(daemon.port, 'agent');
      await becomes(haproxy, 'web/web1', { status, last_agt: 'via agent : up' });
      await haproxy.tell('set server web/web1 state ready');
      await becomes(haproxy, 'web/web1', { status: 'UP', weight: '10' });
    }
  });

  it('sets the administrative state with --agent-admin, also over what was set in HAProxy itself', async () => {
    const { haproxy, operate: ops } = await agented('web\\n', { agentAdmin: true });
    await ops('drain', 'web');
    await becomes(haproxy, 'web/web1', { status: 'DRAIN (agent)' });
    await ops('down', 'web');
    await becomes(haproxy, 'web/web1', { status: 'MAINT' });
    await ops('up', 'web');
    await becomes(haproxy, 'web/web1', { status: 'UP', last_agt: 'via agent : up' });
    await haproxy.tell('set server web/web1 state drain');
    await haproxy.said('Server web/web1 enters drain state');
    await becomes(haproxy, 'web/web1', { status: 'UP', last_agt: 'via agent : up' });
  });

  for (const send of ['nonsense/web\\n', '/http/web/99999/\\n', '\\n']) {
    it(`changes no state for the nonsense of agent-send ${send}`, async () => {
      const { haproxy } = await agented(send);
      await becomes(haproxy, 'web/web1', { status: 'UP', weight: '10', agent_status: 'CHECKED' });
      await haproxy.tell('set server web/web1 weight 3');
      await haproxy.tell('set server web/web1 agent down');
      await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)' });
      await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)', agent_status: 'CHECKED' });
      await haproxy.tell('set server web/web1 agent up');
      await becomes(haproxy, 'web/web1', { status: 'UP', weight: '3', agent_status: 'CHECKED' });
    });
  }

  it('alone tells of marks with --marks-on agent, so that HTTP checks tell how the service is', async () => {
    const { haproxy, operate: ops } = await agented('web\\n', { marksOn: 'agent' }, 'web');
    await ops('down', 'web', '-r', 'kernel upgrade');
    await becomes(haproxy, 'web/web1', { status: 'DOWN (agent)', check_status: 'L7OK', check_code: '200', last_agt: 'via agent : down (down by ops: kernel upgrade)' });
    await ops('up', 'web');
    await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK', last_agt: 'via agent : up' });
  });
});
