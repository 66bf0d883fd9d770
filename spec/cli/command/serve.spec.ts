import assert from 'node:assert/strict';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../../lib/version.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl, ready, serving, startHactl, type ServingHactl } from '../../support/hactl.ts';
import { ask, exchange, parseResponse } from '../../support/request.ts';
import { freePort, httpService, tcpService } from '../../support/service.ts';
import { openFolder, ordinaryUser } from '../../support/user.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /gm;

/** Ends a daemon and gives what it has logged between its ready line and its last, without the times. */
async function logOf({ child, ended, stderr }: ServingHactl): Promise<string[]> {
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  const lines = stderr().replaceAll(TIME, '').trimEnd().split('\n');
  assert.equal(lines.at(-1), 'SIGTERM: no new connections; checks under way get their verdict');
  return lines.slice(lines.findIndex((line) => line.includes(' is ready on ')) + 1, -1);
}

describe('hactl serve, when it starts,', { timeout: 30_000 }, () => {
  it('says where it listens and which spool it has, in one line with the time', async () => {
    const spool = join(temporaryFolder(), 'a', 'spool');
    const daemon = await serving(['--spool-root', spool]);
    assert.match(daemon.stderr(), TIME);
    assert.equal(daemon.stderr().replace(TIME, ''), `hacheck ${VERSION} is ready on http://127.0.0.1:${daemon.port}, spool ${spool}\n`);
    assert.equal(statSync(spool).mode & 0o777, 0o755);
    assert.deepEqual(await logOf(daemon), []);
  });

  it('listens on every port that is named, by flags or by the variable', async () => {
    const ports = [await freePort(), await freePort()];
    const env = { HACHECK_SPOOL_ROOT: temporaryFolder(), HACHECK_BIND_ADDRESS: '127.0.0.1' };
    const ways = [startHactl(['serve', '-p', String(ports[0]), '--port', String(ports[1])], { env }), undefined] as const;
    for (const way of ways) {
      const daemon = await ready(way ?? startHactl(['serve'], { env: { ...env, HACHECK_PORT: ports.join(',') } }));
      assert.ok(daemon.stderr().includes(` is ready on http://127.0.0.1:${ports[0]}, http://127.0.0.1:${ports[1]}, spool `), daemon.stderr());
      for (const port of ports) assert.equal((await ask(port, '/spool/web/0')).status, 200);
      await logOf(daemon);
    }
  });

  it('says where its agent answers, behind where HTTP does', async () => {
    const [agentPort, spool] = [await freePort(), temporaryFolder()];
    const ways: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [[['--agent-port', String(agentPort)], {}], [[], { HACHECK_AGENT_PORT: String(agentPort) }]];
    for (const [words, env] of ways) {
      const daemon = await serving([...words, '--spool-root', spool], { env });
      assert.equal(daemon.stderr().replace(TIME, ''), `hacheck ${VERSION} is ready on http://127.0.0.1:${daemon.port}, agent 127.0.0.1:${agentPort}, spool ${spool}\n`);
      assert.equal(await exchange(agentPort, 'web\n'), 'up 100%\n');
      assert.deepEqual(await logOf(daemon), []);
    }
  });

  it('warns of what does nothing without an agent, and starts', async () => {
    const daemon = await serving(['--agent-admin', '--marks-on', 'agent', '--spool-root', temporaryFolder()]);
    assert.deepEqual(daemon.stderr().replaceAll(TIME, '').split('\n').slice(0, -2), [
      '--agent-admin does nothing without --agent-port',
      '--marks-on agent without --agent-port: only spool checks are told of a mark',
    ]);
    await logOf(daemon);
  });

  it('takes a free port with -p 0, also against its variable', async () => {
    const daemon = await serving([], { env: { HACHECK_PORT: '1', HACHECK_SPOOL_ROOT: temporaryFolder() } });
    assert.ok(daemon.port > 1);
    assert.equal((await ask(daemon.port, '/spool/web/0')).status, 200);
    await logOf(daemon);
  });

  it('listens on IPv4 and IPv6 where no address is named', async () => {
    const hasIpv6 = Object.values(networkInterfaces()).flat().some((address) => address?.family === 'IPv6');
    const daemon = await ready(startHactl(['serve', '-p', '0', '--spool-root', temporaryFolder()]));
    for (const host of hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
      const text = await exchange(daemon.port, 'GET /spool/web/0 HTTP/1.0\r\n\r\n', host);
      assert.equal(parseResponse(text).status, 200, host);
    }
    await logOf(daemon);
  });

  it('warns of variables that it does not know, with the nearest right name, and starts', async () => {
    const env = { HACHECK_CASH_TIME: '3', HACHECK_SERVICE_HOST: '10.0.0.1', HACHECK_SPOOLROOT: '/x', HACHECK_SPOOL_ROOT: temporaryFolder(), OTHER_PORT: '1' };
    const daemon = await serving([], { env });
    assert.deepEqual(daemon.stderr().replaceAll(TIME, '').split('\n').slice(0, -2), [
      "HACHECK_CASH_TIME is no variable of hacheck's: did you mean 'HACHECK_CACHE_TIME'?",
      "HACHECK_SERVICE_HOST is no variable of hacheck's",
      "HACHECK_SPOOLROOT is no variable of hacheck's: did you mean 'HACHECK_SPOOL_ROOT'?",
    ]);
    await logOf(daemon);
  });
});

describe('hactl serve exits 3 with one line', () => {
  it('when the port is in use', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    const run = await hactl(['serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', temporaryFolder()]);
    const stderr = `hactl: cannot listen on 127.0.0.1 port ${port}: it is in use (EADDRINUSE); see who has it with: ss -ltnp 'sport = :${port}'\n`;
    assert.deepEqual(run, { code: 3, signal: null, stdout: '', stderr });
  });

  it('when the port of the agent is in use, which it names', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    const run = await hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--agent-port', String(port), '--spool-root', temporaryFolder()]);
    const stderr = `hactl: cannot listen on 127.0.0.1 port ${port}: it is in use (EADDRINUSE); see who has it with: ss -ltnp 'sport = :${port}'\n`;
    assert.deepEqual(run, { code: 3, signal: null, stdout: '', stderr });
  });

  it('when only the second port is in use, and lets go of the first', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    const run = await hactl(['serve', '-p', '0', '-p', String(port), '-B', '127.0.0.1', '--spool-root', temporaryFolder()]);
    assert.deepEqual([run.code, run.stderr.split('\n').length], [3, 2]);
  });

  it('when the address is not of this host', async () => {
    const { code, stderr } = await hactl(['serve', '-p', '0', '-B', '192.0.2.1', '--spool-root', temporaryFolder()]);
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: cannot listen on 192\.0\.2\.1 [^\n]*EADDRNOTAVAIL[^\n]*\n$/);
  });

  it('when the spool is a file', async () => {
    const root = join(temporaryFolder(), 'file');
    writeFileSync(root, '');
    const { code, stderr } = await hactl(['serve', '-p', '0', '--spool-root', root]);
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: [^\n]*\/file: [^\n]+\n$/);
  });

  it('when it cannot read the spool', async () => {
    for (const mode of [0, 0o444, 0o111]) {
      const root = openFolder();
      chmodSync(root, mode);
      const { code, stderr } = await hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', root], ordinaryUser());
      assert.equal(code, 3, stderr);
      assert.match(stderr, /^hactl: [^\n]*EACCES[^\n]*\n$/);
      assert.ok(stderr.includes(root), stderr);
    }
  });

  it('when it may not make the spool, and says who should make it and how', async () => {
    const folder = openFolder();
    chmodSync(folder, 0o555);
    const root = join(folder, 'spool');
    const { code, stderr } = await hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', root], ordinaryUser());
    assert.deepEqual([code, existsSync(root)], [3, false]);
    assert.match(stderr, new RegExp(`^hactl: [^\\n]*sudo (install -d|mkdir)[^\\n]* ${root}[^\\n]*\\n$`));
  });
});

describe('the log of hactl serve', { timeout: 30_000 }, () => {
  it('has a line for each check of the agent with -v', async () => {
    const agentPort = await freePort();
    const daemon = await serving(['-v', '--agent-port', String(agentPort), '--agent-admin', '--spool-root', temporaryFolder()]);
    await exchange(agentPort, 'web\n');
    assert.deepEqual(await logOf(daemon), ['127.0.0.1 agent web ready up']);
  });

  it('has a line for each change of a verdict, none for a check, and none for a first one that is up', async () => {
    const daemon = await serving(['--cache-time', '0', '--spool-root', temporaryFolder()]);
    let status = 200;
    const service = await httpService((_request, response) => response.writeHead(status).end());
    const check = `http/web/${service.port}`;
    for (status of [200, 200, 503, 503, 200, 200]) assert.equal((await ask(daemon.port, `/${check}`)).status, status);
    const port = await freePort();
    for (let times = 0; times < 2; times += 1) await ask(daemon.port, `/tcp/db/${port}`);
    const lines = (await logOf(daemon)).map((line) => line.replace(/after \d+ s/, 'after N s'));
    assert.deepEqual(lines, [
      `${check} up -> down after N s: 503 Service Unavailable`,
      `${check} down -> up after N s: 200 OK`,
      `tcp/db/${port} is down: connect ECONNREFUSED 127.0.0.1:${port}`,
    ]);
  });

  it('has a line for each check with -v', async () => {
    const daemon = await serving(['-v', '--spool-root', temporaryFolder()]);
    await ask(daemon.port, '/spool/web/0');
    await ask(daemon.port, '/spool/web/0', { method: 'OPTIONS' });
    assert.deepEqual(await logOf(daemon), ['GET', 'OPTIONS'].map((method) => `127.0.0.1 ${method} /spool/web/0 200 up: no mark stands`));
  });

  it('holds the stack of an exception that nobody caught, as the last thing before the daemon exits 3', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'broken.cjs'), "process.on('SIGUSR2', () => { throw new TypeError('boom'); });");
    const { child, ended, stderr } = await serving(['--spool-root', folder], { env: { NODE_OPTIONS: `--require ${folder}/broken.cjs` } });
    child.kill('SIGUSR2');
    assert.deepEqual(await ended, [3, null]);
    assert.match(stderr(), /Z bug: TypeError: boom\n.*Z bug: {5}at .*broken\.cjs/);
  });
});
