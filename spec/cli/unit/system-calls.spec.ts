// The unit's filter of system calls, over a daemon that serves: strace answers each call that is not allowed as the kernel would, with EPERM.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { NODE_FLAGS, serviceUnit } from '../../../cli/unit/service.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, ready } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { ask, exchange } from '../../support/request.ts';
import { freePort, httpService } from '../../support/service.ts';
import { lackingStrace } from '../../support/strace.ts';

const PROTOCOLS = ['spool', 'http', 'https', 'tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy'];
const PAGES = ['/', '/status', '/metrics', '/balancers', '/recent', '/status/count'];

/** The system calls of a group of systemd's, and of those that it names. */
function callsOf(group: string): string[] {
  const listed = execFileSync('systemd-analyze', ['--no-pager', 'syscall-filter', group], { encoding: 'utf8' });
  const names = listed.split('\n').slice(1).map((line) => line.trim()).filter((name) => name !== '' && !name.startsWith('#'));
  return names.flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));
}

/** The calls that the unit allows. */
function allowedCalls(): string[] {
  const [allowed = '', denied = ''] = [...serviceUnit({ node: '/usr/bin/node', program: HACTL }).matchAll(/^SystemCallFilter=(.*)$/gm)].map(([, groups]) => groups);
  const refused = new Set(denied.slice(1).split(' ').flatMap(callsOf));
  return allowed.split(' ').flatMap(callsOf).filter((call) => !refused.has(call));
}

describe("a daemon under the unit's filter of system calls", { skip: lacking('systemd-analyze') || lackingStrace(), timeout: 60_000 }, () => {
  it('answers every protocol and page and the agent, reads its secrets again, and ends as it should', async () => {
    const [folder, agentPort] = [temporaryFolder(), await freePort()];
    const service = await httpService((_request, response) => void response.end('fine'));
    const refused = `!${allowedCalls().map((call) => `?${call}`).join(',')}`;
    const serve = [...NODE_FLAGS, HACTL, 'serve', '-p', '0', '-B', '127.0.0.1', '--agent-port', String(agentPort), '--spool-root', folder, '--timeout', '0.5'];
    const trace = join(folder, '.trace');
    // strace sees the execve that starts the program, which the kernel lets through before there is a filter.
    const child = spawn('strace', ['-f', '-qq', '-o', trace, '-e', `trace=${refused}`, '-e', `inject=${refused}:error=EPERM`, process.execPath, ...serve], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
    after(() => void child.kill('SIGKILL'));
    const daemon = await ready(child);
    const { pid } = JSON.parse((await ask(daemon.port, '/status')).body) as { pid: number };
    for (const protocol of PROTOCOLS) assert.ok([200, 503].includes((await ask(daemon.port, `/${protocol}/web/${service.port}/`)).status), protocol);
    assert.equal((await ask(daemon.port, `/http/web/${service.port}/`)).status, 200);
    for (const page of PAGES) assert.equal((await ask(daemon.port, page, { headers: ['Accept: */*'] })).status, 200, page);
    assert.equal(await exchange(agentPort, 'web\n'), 'up 100%\n');
    process.kill(pid, 'SIGHUP');
    await daemon.said('SIGHUP');
    process.kill(pid, 'SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
    const asked = new Set(readFileSync(trace, 'utf8').split('\n').map((line) => /^\d+ +(\w+)\(/.exec(line)?.[1]).filter((call) => call !== undefined));
    // V8 asks for it, and does without.
    asked.delete('pkey_alloc');
    assert.deepEqual([...asked], []);
  });
});
