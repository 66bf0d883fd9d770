import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { probePostgres } from '../../lib/probe/postgres.ts';
import { newPostgres } from '../support/postgres.ts';
import { answering, endedAt, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';

const skip = lacking('pg_ctlcluster');
const DEADLINE = 5_000;

async function said(port: number): Promise<string> {
  return words(await probed(probePostgres, port, { deadline: DEADLINE }));
}

/** A session of the user postgres; resolves when the server waits for its queries. */
async function openSession(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const text = 'user\0postgres\0database\0postgres\0\0';
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + text.length, 0);
  head.writeUInt32BE(196608, 4);
  socket.write(Buffer.concat([head, Buffer.from(text)]));
  let heard = '';
  // ReadyForQuery, idle.
  await new Promise<void>((resolve) => socket.on('data', (chunk: Buffer) => ((heard += chunk.toString('latin1')).endsWith('Z\0\0\0\x05I') ? resolve() : undefined)));
  return socket;
}

describe('postgres, asked of a PostgreSQL that', { skip }, async () => {
  if (skip !== false) return;
  const startPostgres = newPostgres();

  const UP: readonly (readonly [string, string, RegExp])[] = [
    ['trusts everybody', 'trust', /^up: asks for no password$/],
    ['wants a password by SCRAM', 'scram-sha-256', /^up: asks for a password \(SASL\)$/],
    ['wants a password by MD5', 'md5', /^up: asks for a password \((MD5|SASL)\)$/],
    ['wants a password in clear text', 'password', /^up: asks for a password$/],
    ['turns everybody away', 'reject', /^up: 28000 pg_hba\.conf rejects connection/],
  ];
  for (const [what, method, wanted] of UP) {
    it(`${what}, is up`, async () => {
      const { port } = await startPostgres({ access: `host all all 127.0.0.1/32 ${method}\n` });
      assert.match(await said(port), wanted);
    });
  }

  it('knows nobody by that name, is up', async () => {
    const { port } = await startPostgres({ access: 'host all postgres 127.0.0.1/32 trust\n' });
    assert.match(await said(port), /^up: 28000 no pg_hba\.conf entry for host "127\.0\.0\.1", user "hacheck"/);
  });

  it('waits for a password without a line in its log', async () => {
    const { port, log } = await startPostgres({ access: 'host all all 127.0.0.1/32 scram-sha-256\n' });
    const before = log();
    for (let times = 0; times < 3; times += 1) assert.match(await said(port), /^up/);
    assert.equal(log(), before);
  });

  it('is a hot standby, is up', async () => {
    const { port } = await startPostgres({ signalFile: 'standby.signal', ready: 'ready to accept read-only connections' });
    assert.equal(await said(port), 'up: asks for no password');
  });

  it('starts up, is down', async () => {
    const { port } = await startPostgres({ signalFile: 'recovery.signal', settings: ["restore_command = 'sleep 20'"], ready: 'database system was shut down at' });
    assert.equal(await said(port), 'down: 57P03 the database system is starting up');
  });

  it('is a standby that takes nobody, is down', async () => {
    const { port } = await startPostgres({ signalFile: 'standby.signal', settings: ['hot_standby = off'], ready: 'entering standby mode' });
    assert.match(await said(port), /^down: 57P03 the database system is (not accepting connections|starting up)$/);
  });

  it('shuts down, is down', async () => {
    const { port, signal, said: logged } = await startPostgres();
    const session = await openSession(port);
    signal('SIGTERM');
    await logged('received smart shutdown request');
    assert.equal(await said(port), 'down: 57P03 the database system is shutting down');
    session.destroy();
  });

  it('has been shut down, is down', async () => {
    const { port, signal, ended } = await startPostgres();
    signal('SIGINT');
    await ended;
    assert.equal(await said(port), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('has too many clients, is down', async () => {
    const { port } = await startPostgres({ settings: ['max_connections = 3', 'superuser_reserved_connections = 0', 'max_wal_senders = 0', 'autovacuum_max_workers = 1', 'max_worker_processes = 1'] });
    const sessions = [await openSession(port), await openSession(port), await openSession(port)];
    assert.equal(await said(port), 'down: 53300 sorry, too many clients already');
    for (const session of sessions) session.destroy();
  });

  it('is stopped, is down', async () => {
    const { port, signal } = await startPostgres();
    signal('SIGSTOP');
    const verdict = await probed(probePostgres, port, { deadline: 300 });
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for an answer');
    endedAt(300, verdict);
  });
});

/** ErrorResponse with these fields. */
function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(`${Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`).join('')}\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

describe('postgres, told an error of', () => {
  const ERRORS: readonly (readonly [string, string, 'up' | 'down'])[] = [
    ['57P02', 'the connection is going down after a crash', 'down'], ['57P01', 'terminating connection due to administrator command', 'down'],
    ['57P03', 'the database system is in recovery mode', 'down'], ['53200', 'out of memory', 'down'], ['58030', 'io error', 'down'],
    ['XX000', 'internal error', 'down'], ['XX001', 'data corrupted', 'down'],
    ['0A000', 'unsupported frontend protocol', 'up'], ['28P01', 'password authentication failed', 'up'], ['3D000', 'database "postgres" does not exist', 'up'],
    ['54000', 'a class of another', 'up'], ['F0000', 'could not load pg_hba.conf', 'down'], ['05300', '53 elsewhere', 'up'],
  ];
  for (const [state, text, verdict] of ERRORS) {
    it(`${state}, is ${verdict}`, async () => {
      // Its severity is in the server's language.
      const { port } = await answering(errorResponse({ S: 'FATAL\u00c9', V: 'FATAL', C: state, M: `${text} \u00e4` }), true);
      const { body, ...probe } = await probed(probePostgres, port);
      assert.equal(probe.state, verdict);
      assert.ok(Buffer.from(body, 'latin1').toString('utf8').startsWith(`${state} ${text} \u00e4 (`), body);
    });
  }

  for (const [what, fields] of [['no SQLSTATE', { S: 'FATAL', M: 'no' }], ['a SQLSTATE that is none', { S: 'FATAL', C: '57P0', M: 'no' }], ['nothing', {}]] as const) {
    it(`${what}, is down`, async () => {
      const { port } = await answering(errorResponse(fields), true);
      assert.match(await said(port), /^down: no PostgreSQL: (an error without SQLSTATE$|a message of 5 bytes)/);
    });
  }

  it('a server that cannot fork, in the words of an older protocol, is down and says so', async () => {
    const { port } = await answering('Ecould not fork new process for connection: Cannot allocate memory\n\0', true);
    assert.match(await said(port), /^down: an error of an older protocol: could not fork new process for connection/);
  });

  it('a code of authentication that nobody knows, is up', async () => {
    const { port } = await answering(Buffer.from('R\0\0\0\x08\0\0\0\x63', 'latin1'), true);
    assert.equal(await said(port), 'up: asks for authentication 99');
  });
});
