import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { mysqlProbe } from '../../lib/probe/mysql.ts';
import type { Probe } from '../../lib/probe/target.ts';
import { NO_LOGINS } from '../support/daemon.ts';
import { startMariadb } from '../support/mariadb.ts';
import { comesTrue } from '../support/process.ts';
import { endedAt, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { secretFile } from '../support/secret-file.ts';
import { freePort } from '../support/service.ts';

const skip = lacking('mariadbd', 'mariadb');
const VERSION = /^\d+\.\d+\.\d+-MariaDB\S*/;

/** Opens so many connections that say nothing; resolves when the server has greeted each, or refused it. */
async function occupy(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve).once('close', resolve))));
  return sockets;
}

describe('mysql, asked of a MariaDB', { skip }, async () => {
  if (skip !== false) return;
  const { port, sql, log } = await startMariadb();
  sql(`create user hc@'127.0.0.1' identified by 'hunter2'; create user bare@'127.0.0.1';
    install soname 'auth_ed25519'; create user ed@'127.0.0.1' identified via ed25519 using password('x');
    create user old@'127.0.0.1' identified via mysql_old_password`);
  const ports = [{ first: port, last: port }];
  const login = (user: string, password?: string): Probe => mysqlProbe({ user, passwordFile: password === undefined ? undefined : secretFile(password), ports });
  const aborted = (): number => Number(sql("show global status like 'Aborted_connects'").split('\t')[1]);

  it('is up by its greeting, whose version it says', async () => {
    const verdict = await probed(mysqlProbe(NO_LOGINS.mysql), port);
    assert.match(verdict.reason, new RegExp(`${VERSION.source} \\(127\\.0\\.0\\.1:${port}, \\d+\\.\\d ms\\)$`));
    assert.deepEqual([verdict.state, verdict.status, verdict.body], ['up', 200, `${verdict.reason}\n`]);
  });

  it('is up where it lets the user in', async () => {
    for (const probe of [login('hc', 'hunter2'), login('hc', 'hunter2\n'), login('bare')]) assert.match(words(await probed(probe, port)), /^up: \d+\.\d+\.\d+-MariaDB/);
  });

  const REFUSED: readonly (readonly [string, Probe, RegExp])[] = [
    ['a wrong password', login('hc', 'wrong'), /^down: 1045 Access denied for user 'hc'@'\S+' \(using password: YES\)$/],
    ['a user without the password that it has', login('hc'), /^down: 1045 Access denied for user 'hc'@'\S+' \(using password: NO\)$/],
    ['a password where there is none', login('bare', 'x'), /^down: 1045 Access denied/],
    ['an unknown user', login('nobody', 'x'), /^down: 1045 Access denied for user 'nobody'@/],
    ['a plugin that is not spoken', login('ed', 'x'), /^down: wants a login by client_ed25519, which hacheck does not speak$/],
    ['the password of MySQL 4.0', login('old', 'x'), /^down: 1275 Server is running in --secure-auth mode/],
  ];
  for (const [what, probe, wanted] of REFUSED) it(`is down for ${what}, in the server's words`, async () => assert.match(words(await probed(probe, port)), wanted));

  it('counts a login for nothing, and a greeting alone for an aborted connection', async () => {
    const lines = (): number => log().split('Aborted connection').length;
    const before = { aborted: aborted(), lines: lines() };
    await probed(login('hc', 'hunter2'), port);
    await probed(mysqlProbe(NO_LOGINS.mysql), port);
    await comesTrue(() => aborted() > before.aborted && lines() > before.lines);
    assert.deepEqual({ aborted: aborted(), lines: lines() }, { aborted: before.aborted + 1, lines: before.lines + 1 });
  });

  it('reads the password anew at each login', async () => {
    const file = secretFile('hunter2');
    const probe = mysqlProbe({ user: 'hc', passwordFile: file, ports });
    assert.match(words(await probed(probe, port)), /^up/);
    sql("set password for hc@'127.0.0.1' = password('hunter3')");
    assert.match(words(await probed(probe, port)), /^down: 1045/);
    writeFileSync(file, 'hunter3\n');
    assert.match(words(await probed(probe, port)), /^up/);
    sql("set password for hc@'127.0.0.1' = password('hunter2')");
  });

  it('does without a login on a port that is not named for one, and elsewhere than on loopback', async () => {
    const wrong = secretFile('wrong');
    const probe = mysqlProbe({ user: 'hc', passwordFile: wrong, ports: [{ first: 3306, last: 3306 }] });
    assert.match(words(await probed(probe, port)), /^up/);
    assert.match(words(await probed(mysqlProbe({ user: 'hc', passwordFile: wrong, ports }), port, { address: '127.0.0.1' })), /^down: 1045/);
  });
});

describe('a MariaDB that does not serve', { skip }, async () => {
  if (skip !== false) return;
  const probe = mysqlProbe(NO_LOGINS.mysql);

  it('is down with too many connections, in its words', async () => {
    const { port } = await startMariadb(['--max-connections=10']);
    const sockets: Socket[] = [];
    // The connection that looked whether it listens may still hold a place.
    await comesTrue(async () => {
      sockets.push(...(await occupy(port, 12)));
      return words(await probed(probe, port)) === 'down: 1040 Too many connections';
    });
    for (const socket of sockets) socket.destroy();
  });

  it('is down while it is stopped, and when it has ended', async () => {
    const { port, signal, ended } = await startMariadb();
    signal('SIGSTOP');
    const verdict = await probed(probe, port, { deadline: 300 });
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for an answer');
    endedAt(300, verdict);
    signal('SIGCONT');
    signal('SIGTERM');
    await ended;
    assert.equal(words(await probed(probe, port)), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('is down before it has started', async () => {
    const port = await freePort();
    assert.equal(words(await probed(probe, port)), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});
