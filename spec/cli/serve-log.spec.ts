// What `hactl serve` says on stderr: to machines, to journald, and on SIGHUP.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../lib/version.ts';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL, ready, serving, startHactl, type ServingHactl } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService, tcpService } from '../support/service.ts';

/** Starts hactl as systemd does: JOURNAL_STREAM names its stderr. */
function journaled(...words: readonly string[]): ChildProcess {
  const script = 'JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec "$0" "$@"';
  return spawn('sh', ['-c', script, process.execPath, HACTL, ...words]);
}

function underJournald(...words: readonly string[]): Promise<ServingHactl> {
  return ready(journaled('serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', temporaryFolder(), ...words));
}

/** What it says where it ends without having been ready, and its exit code. */
async function failed(child: ChildProcess): Promise<readonly [code: number | null, lines: readonly string[]]> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, said.trimEnd().split('\n')];
}

async function linesOf({ child, ended, stderr }: ServingHactl): Promise<string[]> {
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  return stderr().trimEnd().split('\n');
}

describe('hactl serve --log json', { timeout: 30_000 }, () => {
  it('writes objects with time, priority, message, and the fields of what happened', async () => {
    const daemon = await serving(['-v', '--log', 'json', '--cache-time', '0', '--spool-root', temporaryFolder()]);
    let status = 200;
    const service = await httpService((_request, response) => response.writeHead(status).end());
    for (status of [200, 500]) await ask(daemon.port, `/http/web/${service.port}/`);
    const entries = (await linesOf(daemon)).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(entries[0]?.['message'], `hacheck ${VERSION} is ready on http://127.0.0.1:${daemon.port}, spool ${daemon.stderr().match(/spool ([^"]+)/)?.[1] ?? ''}`);
    for (const { time } of entries) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const [change] = entries.filter(({ event }) => event === 'change');
    assert.deepEqual(
      { ...change, time: '', message: '', after: typeof change?.['after'] },
      { time: '', priority: 'warning', message: '', event: 'change', check: `http/web/${service.port}`, service: 'web', from: 'up', to: 'down', after: 'number', reason: '500 Internal Server Error' },
    );
    const checks = entries.filter(({ event }) => event === 'check');
    assert.deepEqual(checks.map(({ priority, client, via, method, path, status: told, state, cache }) => [priority, client, via, method, path, told, state, cache]), [
      ['debug', '127.0.0.1', 'http', 'GET', `/http/web/${service.port}/`, 200, 'up', 'hacheck; fwd=miss'],
      ['debug', '127.0.0.1', 'http', 'GET', `/http/web/${service.port}/`, 500, 'down', 'hacheck; fwd=miss'],
    ]);
  });
});

describe('hactl serve under journald', { timeout: 30_000 }, () => {
  it('writes no times, and priorities by which downs and failures alone are warnings', async () => {
    const spool = temporaryFolder();
    const daemon = await underJournald('-v', '--spool-root', spool, '--agent-admin');
    const port = await freePort();
    await ask(daemon.port, '/spool/web/0');
    writeFileSync(join(spool, 'web'), '{"state": "drain", "reason": "r"}');
    await ask(daemon.port, '/spool/web/0');
    await ask(daemon.port, `/tcp/db/${port}`);
    writeFileSync(join(spool, 'web'), '');
    await ask(daemon.port, '/spool/web/0');
    const lines = await linesOf(daemon);
    assert.ok(lines.every((line) => /^<[3-7]>[^0-9<{]/.test(line) || line.startsWith('<7>127.0.0.1 ')), lines.join('\n'));
    assert.deepEqual(lines.filter((line) => line < '<5').map((line) => line.replace(/after \d+ s/, 'after N s')), [
      `<4>tcp/db/${port} is down: connect ECONNREFUSED 127.0.0.1:${port}`,
      '<4>spool/web/0 drain -> down after N s: down',
    ]);
    assert.match(lines.find((line) => line.includes('-> drain')) ?? '', /^<5>spool\/web\/0 up -> drain after \d+ s: drained: r$/);
  });

  it('writes priorities before the objects, too', async () => {
    const lines = await linesOf(await underJournald('--log', 'json'));
    for (const line of lines) assert.deepEqual(Object.keys(JSON.parse(line.replace(/^<6>/, '')) as object).slice(0, 3), ['time', 'priority', 'message']);
  });

  it('writes times where JOURNAL_STREAM is that of somebody else', async () => {
    const daemon = await serving(['--spool-root', temporaryFolder()], { env: { JOURNAL_STREAM: '1:1' } });
    for (const line of await linesOf(daemon)) assert.match(line, /^\d{4}-/);
  });
});

describe('hactl serve that does not start', { timeout: 30_000 }, () => {
  it('tells journald why as an error, behind what it had to say before', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    const [code, lines] = await failed(journaled('serve', '-p', String(port), '-B', '127.0.0.1', '--agent-admin', '--spool-root', temporaryFolder()));
    assert.equal(code, 3);
    assert.equal(lines[0], '<5>--agent-admin does nothing without --agent-port');
    assert.match(lines[1] ?? '', new RegExp(`^<3>cannot listen on 127\\.0\\.0\\.1 port ${port}: it is in use`));
    assert.equal(lines.length, 2);
  });

  it('tells it so also where the command line is what is wrong', async () => {
    assert.deepEqual(await failed(journaled('serve', '--cache-time', '16')), [2, ['<3>--cache-time: bad number "16": 0 to 15 seconds (see hactl help serve)']]);
    const [code, [line = '']] = await failed(journaled('serve', '--log=json', '--cache-time', '16'));
    assert.deepEqual([code, (JSON.parse(line.replace(/^<3>/, '')) as { priority: unknown }).priority], [2, 'error']);
  });

  it('writes an object where machines read the log, by flag or by variable, and to a person a line as every command', async () => {
    const wrong = ['serve', '--token-file', '/dev/null/x', '--remote-spool', '--spool-root', temporaryFolder()];
    const message = '--token-file: /dev/null/x cannot be read: ENOTDIR';
    for (const [words, env] of [[['--log', 'json'], {}], [[], { HACHECK_LOG: 'json' }]] as const) {
      const [code, [line = '']] = await failed(startHactl([...wrong, ...words], { env }));
      assert.deepEqual([code, { ...(JSON.parse(line) as object), time: '' }], [3, { time: '', priority: 'error', message }]);
    }
    for (const env of [{}, { HACHECK_LOG: 'text' }]) assert.deepEqual(await failed(startHactl(wrong, { env })), [3, [`hactl: ${message}`]]);
    assert.deepEqual(await failed(startHactl([...wrong, '--log', 'text'], { env: { HACHECK_LOG: 'json' } })), [3, [`hactl: ${message}`]]);
  });
});

describe('SIGHUP', { timeout: 30_000 }, () => {
  it('says that there is nothing to read again', async () => {
    const daemon = await serving(['--token-file=/dev/null', '--spool-root', temporaryFolder()]);
    daemon.child.kill('SIGHUP');
    await daemon.said('SIGHUP: no token and no password to read again; options stay as they were at the start\n');
    assert.equal((await ask(daemon.port, '/spool/web/0')).status, 200);
    await linesOf(daemon);
  });

  it('reads tokens and passwords again, and says what is wrong with them now', async () => {
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'first\n', { mode: 0o600 });
    const daemon = await serving(['--remote-spool', '--spool-root', temporaryFolder()], { env: { HACHECK_TOKEN_FILE: token } });
    writeFileSync(token, 'second\n');
    daemon.child.kill('SIGHUP');
    await daemon.said('SIGHUP: read again: HACHECK_TOKEN_FILE; options');
    chmodSync(token, 0o644);
    daemon.child.kill('SIGHUP');
    await daemon.said(`HACHECK_TOKEN_FILE: everybody on this host can read ${token}`);
    writeFileSync(token, '');
    daemon.child.kill('SIGHUP');
    await daemon.said(`SIGHUP: HACHECK_TOKEN_FILE: ${token} is empty`);
    assert.ok(!/first|second/.test((await linesOf(daemon)).join('\n')));
  });

  it('says of a credential of systemd that its copy is as old as the daemon', async () => {
    const [credentials, other] = [temporaryFolder(), temporaryFolder()];
    const [token, password] = [join(credentials, 'token'), join(other, 'redis')];
    for (const path of [token, password]) writeFileSync(path, 'secret\n', { mode: 0o600 });
    const words = ['--remote-spool', '--token-file', token, '--redis-password-file', password, '--spool-root', temporaryFolder()];
    const daemon = await serving(words, { env: { CREDENTIALS_DIRECTORY: credentials } });
    daemon.child.kill('SIGHUP');
    await daemon.said('SIGHUP: read again: --redis-password-file, --token-file; options stay as they were at the start\n');
    await daemon.said(`${token} is a copy that systemd made at the start: for a new secret, systemctl restart hacheck\n`);
    assert.ok(!(await linesOf(daemon)).some((line) => line.includes(`${password} is`)));
  });

  it('of a terminal that closes is the end', async () => {
    const words = `${process.execPath} ${HACTL} serve -p 0 -B 127.0.0.1 --spool-root ${temporaryFolder()}`;
    // script(1) gives it a terminal, as both stdin and stderr, and says what it wrote.
    const script = spawn('script', ['-qec', `sh -c 'echo pid $$; exec ${words}'`, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let said = '';
    script.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (!said.includes(', spool ')) await new Promise((resolve) => script.stdout.once('data', resolve));
    const ended = new Promise((resolve) => script.once('exit', resolve));
    process.kill(Number(/pid (\d+)/.exec(said)?.[1]), 'SIGHUP');
    assert.equal(await ended, 0);
    assert.match(said, /SIGHUP: no new connections/);
    assert.doesNotMatch(said, /to read again/);
  });
});
