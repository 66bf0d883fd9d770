// hactl check with a login to MySQL: who is told what.
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { proofOf } from '../../../lib/probe/mysql-password.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl, type Run } from '../../support/hactl.ts';
import { errorPacket, mysqlPeer, OK, parseResponse, type Peer } from '../../support/mysql-peer.ts';
import { NATIVE } from '../../support/mysql-wire.ts';
import { ask } from '../../support/request.ts';
import { secretFile } from '../../support/secret-file.ts';

const PASSWORD = 'hunter2-of-mysql';

/** A server that lets one user in, and tells others their password. */
function peerOf(user: string, password: string): Promise<Peer> {
  return mysqlPeer(NATIVE, async (client, { sequence, body }) => {
    const response = parseResponse(body);
    const isRight = response.user === user && response.proof.equals(proofOf(NATIVE, password, client.nonce) ?? Buffer.alloc(0));
    client.say(sequence + 1, isRight ? OK : errorPacket(0, 1045, `Access denied for user '${response.user}', not ${PASSWORD}`, '28000').subarray(4));
  });
}

async function check(port: number, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const run = await hactl(['check', `mysql/db/${port}`, '--spool-root', join(temporaryFolder(), 'spool'), ...words], { env });
  assert.ok(!`${run.stdout}${run.stderr}`.includes(PASSWORD), 'the password is said');
  return run;
}

describe('hactl check mysql', () => {
  it('logs in as --mysql-user with the password of --mysql-password-file to --mysql-login-port', async () => {
    const { port } = await peerOf('hc', PASSWORD);
    const { code, stdout, stderr } = await check(port, ['--mysql-user=hc', '--mysql-password-file', secretFile(`${PASSWORD}\n`), `--mysql-login-port=${port}`]);
    assert.match(stdout, new RegExp(`^8\\.0\\.36 \\(127\\.0\\.0\\.1:${port}, \\d+\\.\\d ms\\)\n$`));
    assert.deepEqual([code, stderr], [0, 'HTTP/1.1 200 OK\n']);
  });

  it('takes them from the environment, too, and several ports and ranges', async () => {
    const { port } = await peerOf('hc', PASSWORD);
    const env = { HACHECK_MYSQL_USER: 'hc', HACHECK_MYSQL_PASSWORD_FILE: secretFile(PASSWORD), HACHECK_MYSQL_LOGIN_PORT: `1,${port - 1}-${port}` };
    assert.equal((await check(port, [], env)).code, 0);
  });

  it('logs in without a password where there is no file', async () => {
    const { port, received } = await peerOf('hc', '');
    assert.equal((await check(port, ['--mysql-user=hc', `--mysql-login-port=${port}`])).code, 0);
    assert.ok(received().includes('hc\0'));
  });

  it('is down for a wrong password, in the words of the server', async () => {
    const { port } = await peerOf('hc', 'another');
    const { code, stdout, stderr } = await check(port, ['--mysql-user=hc', '--mysql-password-file', secretFile(PASSWORD), `--mysql-login-port=${port}`]);
    assert.match(stdout, /^1045 Access denied for user 'hc', not \*\*\* \(/);
    assert.match(stderr, /^HTTP\/1\.1 503 1045 Access denied for user 'hc', not \*\*\* \(/);
    assert.equal(code, 1);
  });

  const ELSEWHERE = [['3306 alone if none is named', []], ['the ports that are named', ['--mysql-login-port=1-1024', '--mysql-login-port=3306']]] as const;
  for (const [where, words] of ELSEWHERE) {
    it(`tells the user to ${where}, and to others nothing`, async () => {
      const { port, received } = await peerOf('hc', PASSWORD);
      assert.equal((await check(port, ['--mysql-user=hc', '--mysql-password-file', secretFile(PASSWORD), ...words])).code, 0);
      assert.equal(received().length, 0);
    });
  }

  it('says who can read the file, and logs in all the same', async () => {
    const { port } = await peerOf('hc', PASSWORD);
    const file = secretFile(PASSWORD);
    chmodSync(file, 0o644);
    const { code, stderr } = await check(port, ['--mysql-user=hc', '--mysql-password-file', file, `--mysql-login-port=${port}`]);
    assert.ok(stderr.includes(`--mysql-password-file: everybody on this host can read ${file}: chmod o-r ${file}\n`), stderr);
    assert.equal(code, 0);
  });

  for (const [what, path, problem] of [['empty', secretFile('\n'), 'is empty'], ['missing', '/nowhere/secret', 'cannot be read: ENOENT']] as const) {
    it(`asks nobody where the file is ${what}, and says which`, async () => {
      const { port, connections } = await peerOf('hc', PASSWORD);
      const { code, stdout, stderr } = await check(port, ['--mysql-user=hc', '--mysql-password-file', path, `--mysql-login-port=${port}`]);
      assert.deepEqual([code, stdout], [3, '']);
      assert.ok(stderr.includes(`--mysql-password-file: ${path} ${problem}`) && stderr.indexOf('\n') === stderr.length - 1, stderr);
      assert.equal(connections(), 0);
    });
  }
});

describe('a daemon that logs in to MySQL', () => {
  it('says the password nowhere, though the server repeats it', async () => {
    const { port: mysql } = await peerOf('hc', 'another');
    const login = { user: 'hc', passwordFile: secretFile(PASSWORD), ports: [{ first: mysql, last: mysql }] };
    const { port, log } = await testedDaemon({ logins: { mysql: login, redis: { ...login, user: undefined, passwordFile: undefined } }, verbose: true });
    const texts = [];
    for (const path of [`/mysql/db/${mysql}`, '/status', '/balancers']) texts.push((await ask(port, path)).text);
    assert.match(texts[0] ?? '', /1045 Access denied for user 'hc', not \*\*\*/);
    for (const text of [...texts, await log()]) assert.ok(!text.includes(PASSWORD), text);
  });
});
