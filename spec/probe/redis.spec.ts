import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { redisProbe } from '../../lib/probe/redis.ts';
import type { Probe } from '../../lib/probe/target.ts';
import { NO_LOGINS } from '../support/daemon.ts';
import { comesTrue } from '../support/process.ts';
import { endedAt, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { startRedis, startSentinel } from '../support/redis.ts';
import { secretFile } from '../support/secret-file.ts';

const skip = lacking('redis-server', 'redis-sentinel');
const PROBE = redisProbe(NO_LOGINS.redis);

async function said(port: number, query = '', probe = PROBE): Promise<string> {
  return words(await probed(probe, port, { query }));
}

function login(port: number, passwordFile: string, user?: string): Probe {
  return redisProbe({ user, passwordFile, ports: [{ first: port, last: port }] });
}

describe('redis, asked of a Redis', { skip }, async () => {
  if (skip !== false) return;
  const { port, tell } = await startRedis();

  it('is up where PING is answered, and says the time that it took', async () => {
    const { body } = await probed(PROBE, port);
    assert.match(body, new RegExp(`^PONG \\(127\\.0\\.0\\.1:${port}, \\d+\\.\\d ms\\)\n$`));
  });

  const QUERIES: readonly (readonly [string, RegExp])[] = [
    ['?role=master', /^up: PONG, role is master$/],
    ['role=master', /^up: PONG, role is master$/],
    ['?role=master&loading=0&redis_mode=standalone', /^up: PONG, role is master, loading is 0, redis_mode is standalone$/],
    ['?%72ole=m%61ster', /^up: PONG, role is master$/],
    ['?role=slave', /^down: role is master, not slave$/],
    ['?role=Master', /^down: role is master, not Master$/],
    ['?role=', /^down: role is master, not empty$/],
    ['?role=master&loading=1', /^down: loading is 0, not 1$/],
    ['?rolle=master', /^down: INFO has no field rolle$/],
    ['?# Server=', /^down: INFO has no field # Server$/],
    ['?%23%20Server=', /^down: INFO has no field # Server$/],
    ['?', /^up: PONG$/],
    ['?&', /^up: PONG$/],
  ];
  for (const [query, wanted] of QUERIES) it(`answers ${query}`, async () => assert.match(await said(port, query), wanted));

  it('compares a value with = and , in it', async () => {
    tell('SET', 'key', 'value');
    const [, value = ''] = /^db0:(.*)\r$/m.exec(`${tell('INFO', 'keyspace').replaceAll('\n', '\r\n')}`) ?? [];
    assert.match(value, /^keys=1,expires=0/);
    assert.equal(await said(port, `?db0=${encodeURIComponent(value)}`), `up: PONG, db0 is ${value}`);
  });

  it('is up with a password where none is wanted', async () => assert.equal(await said(port, '?role=master', login(port, secretFile('hunter2'))), 'up: PONG, role is master'));
});

describe('redis, asked of one that wants to know who is there', { skip }, async () => {
  if (skip !== false) return;
  const { port, tell } = await startRedis(['--requirepass', 'hunter2']);
  tell('-a', 'hunter2', '--no-auth-warning', 'ACL', 'SETUSER', 'checker', 'on', '>se cret\u00e4', '+ping', '+auth');

  const LOGINS: readonly (readonly [string, Probe, string, RegExp])[] = [
    ['nobody', PROBE, '', /^down: NOAUTH Authentication required\.$/],
    ['nobody, for a field', PROBE, '?role=master', /^down: NOAUTH/],
    ['the password', login(port, secretFile('hunter2\n')), '?role=master', /^up: PONG, role is master$/],
    ['another password', login(port, secretFile('hunter3')), '', /^down: WRONGPASS invalid username-password pair or user is disabled\.$/],
    ['two line ends behind the password', login(port, secretFile('hunter2\n\n')), '', /^down: the password file holds more than a line/],
    ['a user of its own', login(port, secretFile('se cret\u00e4'), 'checker'), '', /^up: PONG$/],
    ['a user who may not ask for fields', login(port, secretFile('se cret\u00e4'), 'checker'), '?role=master', /^down: NOPERM this user has no permissions to run the 'info' command/],
    ['an unknown user', login(port, secretFile('hunter2'), 'who'), '', /^down: WRONGPASS/],
    ['a port that is not named for the password', redisProbe({ user: undefined, passwordFile: secretFile('hunter2'), ports: [{ first: 6379, last: 6379 }] }), '', /^down: NOAUTH/],
  ];
  for (const [who, probe, query, wanted] of LOGINS) it(`answers ${who}`, async () => assert.match(await said(port, query, probe), wanted));

  it('reads the password anew at each login', async () => {
    const file = secretFile('hunter2');
    const probe = login(port, file);
    assert.equal(await said(port, '', probe), 'up: PONG');
    writeFileSync(file, 'hunter3');
    assert.match(await said(port, '', probe), /^down: WRONGPASS/);
    writeFileSync(file, '');
    assert.match(await said(port, '', probe), /^down: the password file is empty: write the secret into it, on one line/);
  });
});

describe('redis, asked of one that does not serve', { skip }, async () => {
  if (skip !== false) return;

  it('is down while it loads, and up when it has', async () => {
    const first = await startRedis(['--enable-debug-command', 'yes']);
    first.tell('DEBUG', 'POPULATE', '12000');
    first.tell('SAVE');
    first.tell('CONFIG', 'SET', 'appendonly', 'no');
    const slow = ['--enable-debug-command', 'yes', '--key-load-delay', '200', '--loading-process-events-interval-bytes', '1024', '--dbfilename', 'dump.rdb'];
    const { port, tell } = await startRedis(slow, first.folder);
    assert.equal(await said(port), 'down: LOADING Redis is loading the dataset in memory');
    assert.match(await said(port, '?loading=1'), /^down: LOADING/);
    tell('CONFIG', 'SET', 'key-load-delay', '0');
    await comesTrue(async () => (await said(port)) === 'up: PONG');
  });

  it('is down where a replica has lost its master and may not serve old data', async () => {
    const { port } = await startRedis(['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no']);
    assert.equal(await said(port), "down: MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");
  });

  it('is down where it may not be asked', async () => {
    const { port, tell } = await startRedis();
    tell('ACL', 'SETUSER', 'default', '-ping');
    assert.match(await said(port), /^down: NOPERM this user has no permissions to run the 'ping' command/);
  });

  it('is down where it takes no more clients', async () => {
    const { port } = await startRedis(['--maxclients', '1']);
    let socket = connect(port, '127.0.0.1');
    // Until the connection that looked whether it listens is forgotten.
    await comesTrue(async () => {
      socket.destroy();
      socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write('PING\r\n');
      return (await Promise.race([once(socket, 'data'), once(socket, 'close')])).join('') === '+PONG\r\n';
    });
    assert.equal(await said(port), 'down: ERR max number of clients reached');
    socket.destroy();
  });

  it('is down while it is stopped, and when it has ended', async () => {
    const { port, signal, ended } = await startRedis();
    signal('SIGSTOP');
    const verdict = await probed(PROBE, port, { deadline: 300 });
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for an answer');
    endedAt(300, verdict);
    signal('SIGCONT');
    signal('SIGTERM');
    await ended;
    assert.equal(await said(port), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});

describe('redis, asked of a master, its replica and their sentinel', { skip }, async () => {
  if (skip !== false) return;

  it('knows the replica from the master, and sees it promoted', async () => {
    const master = await startRedis();
    const replica = await startRedis(['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0']);
    assert.equal(await said(replica.port, '?role=master'), 'down: role is slave, not master');
    await comesTrue(async () => (await said(replica.port, '?role=slave&master_link_status=up')).startsWith('up'));
    replica.tell('REPLICAOF', 'NO', 'ONE');
    assert.equal(await said(replica.port, '?role=master'), 'up: PONG, role is master');
  });

  it('knows a sentinel, and the masters that it watches', async () => {
    const master = await startRedis();
    const sentinel = await startSentinel(master.port);
    assert.equal(await said(sentinel.port, '?redis_mode=sentinel&sentinel_masters=1'), 'up: PONG, redis_mode is sentinel, sentinel_masters is 1');
    assert.equal(await said(sentinel.port, '?role=master'), 'down: INFO has no field role');
    const watched = `name=main,status=ok,address=127.0.0.1:${master.port},slaves=0,sentinels=1`;
    assert.equal(await said(sentinel.port, `?master0=${encodeURIComponent(watched)}`), `up: PONG, master0 is ${watched}`);
    master.signal('SIGKILL');
    await comesTrue(async () => !(await said(sentinel.port, `?master0=${encodeURIComponent(watched)}`)).startsWith('up'));
  });
});
