// PgBouncer in a PostgreSQL's place: it says everything under one SQLSTATE.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { probePostgres } from '../../lib/probe/postgres.ts';
import { openConnection } from '../support/connection.ts';
import { probed, words } from '../support/probing.ts';
import { startServer, userOf } from '../support/process.ts';
import { lacking } from '../support/programs.ts';
import { freePort } from '../support/service.ts';
import { openFolder } from '../support/user.ts';

/** Two clients at most, and no server behind it. */
async function pooler(auth: string): Promise<number> {
  const [folder, port] = [openFolder(), await freePort()];
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o644 });
    return join(folder, name);
  };
  const lines = [
    '[databases]', 'postgres = host=127.0.0.1 port=1', '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'max_client_conn = 2',
    `auth_type = ${auth}`, `auth_file = ${file('users', '"somebody" "x"\n')}`, `auth_hba_file = ${file('hba', 'host all all 127.0.0.1/32 reject\n')}`,
  ];
  // It runs as root for nobody.
  await startServer('pgbouncer', [file('ini', `${lines.join('\n')}\n`)], { cwd: '/', ...userOf('nobody') }).said('process up');
  return port;
}

describe('postgres, at a PgBouncer', { skip: lacking('pgbouncer') }, () => {
  it('that wants a password is up, and one that is full is down', async () => {
    const port = await pooler('md5');
    assert.equal(words(await probed(probePostgres, port)), 'up: asks for a password (MD5)');
    const clients = await Promise.all([openConnection(port), openConnection(port)]);
    const start = Buffer.from('\0\0\0\x22\0\x03\0\0user\0a\0database\0postgres\0\0', 'latin1');
    for (const { socket, until } of clients) {
      socket.write(start);
      await until('R');
    }
    assert.equal(words(await probed(probePostgres, port)), 'down: 08P01 no more connections allowed (max_client_conn)');
  });

  for (const [auth, said] of [['trust', 'up: 08P01 "trust" authentication failed'], ['hba', 'up: 08P01 login rejected'], ['any', 'down: 08P01 bouncer config error']] as const) {
    it(`with the users of "${auth}", says ${said}`, async () => assert.equal(words(await probed(probePostgres, await pooler(auth))), said));
  }
});
