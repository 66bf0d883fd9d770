// The README's HAProxy chapter: each configuration is taken out of it, and does what the text beside it says.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONFIGURATIONS } from '../cli/haproxy.ts';
import { becomes } from './support/becomes.ts';
import { hactl } from './support/hactl.ts';
import { complaintsOf, startHaproxy, type Haproxy } from './support/haproxy.ts';
import { lacking } from './support/programs.ts';
import { blocks, newHost, README, type Host } from './support/readme.ts';
import { freePort } from './support/service.ts';

const [simple = '', drains = '', agent = ''] = blocks('haproxy');
const TIMES = 'inter 2s fastinter 500ms';
const REASON = '--reason "kernel upgrade"';

/** An HAProxy in front of this host alone: web2 is another one's. */
function started(host: Host, lines: string): Promise<Haproxy> {
  return startHaproxy(host.here(lines.replace(/^ *server web2 .*$/m, '')).replace(TIMES, 'inter 200ms').replace('agent-inter 1s', 'agent-inter 200ms'));
}

async function cells(haproxy: Haproxy, ...names: string[]): Promise<(string | undefined)[]> {
  const row = await haproxy.server('web', 'web1');
  return names.map((name) => row[name]);
}

/** A text of the README's, which is to stand there. */
function stated(text: string): string {
  assert.ok(README.includes(text), `the README does not say ${text}`);
  return text;
}

describe('the HAProxy chapter of the README', { skip: lacking('haproxy') }, () => {
  it('has the configurations that hactl help haproxy prints', async () => {
    assert.deepEqual(blocks('haproxy'), CONFIGURATIONS.map(({ lines }) => lines));
    const { stdout } = await hactl(['help', 'haproxy']);
    for (const { lines, serve, effect } of CONFIGURATIONS) assert.ok(stdout.includes(`, with: ${serve}\n${effect.map((line) => `# ${line}\n`).join('')}${lines}`), stdout);
    for (const { serve } of CONFIGURATIONS) stated(`\`${serve}\``);
  });

  it('has what haproxy -c accepts without a warning, also as hactl help haproxy prints it', async () => {
    for (const lines of [simple, drains, agent]) assert.equal(complaintsOf(lines), '');
    const { stdout } = await hactl(['help', 'haproxy']);
    for (const section of stdout.split(/^(?=# \w.*hactl serve)/m)) assert.equal(complaintsOf(section), '');
    for (const lines of [simple, drains, agent]) assert.ok(lines.includes(TIMES));
  });

  it('shows a down, a failure and a drain with the simple one', { timeout: 60_000 }, async () => {
    const host = await newHost();
    const haproxy = await started(host, simple);
    await host.run(`hactl down web ${REASON}`);
    await haproxy.said('Server web/web1 is DOWN');
    await haproxy.said(stated('reason: Layer7 wrong status, code: 503, info: "down by ops: kernel upgrade"'));
    await becomes(haproxy, 'web/web1', { status: 'DOWN', last_chk: 'down by ops: kernel upgrade' });
    assert.equal((await host.run('hactl up web --wait')).code, 0);
    assert.deepEqual(await cells(haproxy, 'status'), ['UP']);
    await host.run(`hactl drain web ${REASON}`);
    await haproxy.said('code: 404, info: "drained by ops: kernel upgrade"');
    assert.deepEqual(await cells(haproxy, 'status'), ['DOWN']);
  });

  it('shows why the service fails', { timeout: 60_000 }, async () => {
    const host = await newHost();
    const haproxy = await started(host, simple.replace('/http/web/8080/', '/http/web/1/'));
    await haproxy.said(`DOWN, reason: Layer7 wrong status, code: 503, ${stated('info: "connect ECONNREFUSED 127.0.0.1:8080"').replace('8080', '1')}`);
  });

  it('drains with its reason with the second one, and --wait comes back', { timeout: 60_000 }, async () => {
    const host = await newHost();
    const haproxy = await started(host, drains);
    assert.deepEqual(await host.run(`hactl drain web --wait ${REASON}`).then(({ code, stderr }) => [code, stderr]), [0, '']);
    assert.match(String(await cells(haproxy, 'status')), /^NOLB/);
    await haproxy.said(`Server web/web1 ${stated('is stopping')}`);
    await haproxy.said(stated('info: "drained by ops: kernel upgrade"'));
    assert.equal((await host.run('hactl up web --wait')).code, 0);
    assert.deepEqual(await cells(haproxy, 'status'), ['UP']);
  });

  it('drains with http-check disable-on-404 in an older HAProxy', { timeout: 60_000 }, async () => {
    const host = await newHost();
    const haproxy = await started(host, drains.replace(/^.*expect.*\n.*expect.*$/m, `  ${stated('http-check disable-on-404')}`));
    assert.equal((await host.run(`hactl drain web --wait ${REASON}`)).code, 0);
    assert.match(String(await cells(haproxy, 'status')), /^NOLB/);
  });

  it('tells a down from a failure with the third one', { timeout: 60_000 }, async () => {
    const host = await newHost({ agentPort: await freePort(), marksOn: 'agent', cacheTime: 0, failureCacheTime: 0 });
    const haproxy = await started(host, agent);
    assert.equal((await host.run(`hactl down web --wait ${REASON}`)).code, 0);
    await haproxy.said(stated('info: "via agent : down (down by ops: kernel upgrade)"'));
    // An asterisk stands before it while a check is under way.
    await becomes(haproxy, 'web/web1', { status: stated('DOWN (agent)'), check_status: /^(?:\* )?L7OK$/ });
    assert.equal((await host.run('hactl up web --wait')).code, 0);
    assert.equal((await host.run(`hactl drain web --wait ${REASON}`)).code, 0);
    // While an agent check is under way, its words are not there.
    await becomes(haproxy, 'web/web1', { weight: '0', last_agt: stated('via agent : up (drained by ops: kernel upgrade)') });
    assert.equal((await host.run('hactl up web --wait')).code, 0);
    assert.deepEqual(await cells(haproxy, 'status', 'weight'), ['UP', '100']);
  });
});
