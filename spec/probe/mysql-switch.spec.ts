// A MariaDB whose user may come by a method that does not work over TCP, or by another: it switches, as MySQL does to a client of other habits.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { startMariadb } from '../support/mariadb.ts';
import { packetsOf, loginTo, words } from '../support/mysql-wire.ts';
import { closed, probed } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { tcpService, type Service } from '../support/service.ts';

const skip = lacking('mariadbd', 'mariadb');
const [GREETING, SWITCH, OK] = [0x0a, 0xfe, 0x00];

/** Passes everything on to a port, and keeps what came back. */
async function relay(port: number): Promise<Service & { readonly answers: () => Buffer }> {
  const chunks: Buffer[] = [];
  const service = await tcpService((socket) => {
    const onward = connect(port, '127.0.0.1').on('error', () => socket.destroy());
    onward.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.pipe(onward).pipe(socket);
  });
  return { ...service, answers: () => Buffer.concat(chunks) };
}

describe('a MariaDB that switches to another method', { skip }, async () => {
  if (skip !== false) return;
  const { port, sql } = await startMariadb();
  sql("create user hc@'127.0.0.1' identified via unix_socket or mysql_native_password using password('hunter2 \u00e4')");

  it('lets in who goes along', async () => {
    const service = await relay(port);
    assert.match(words(await probed(loginTo(service.port, 'hunter2 \u00e4'), service.port)), /^up: \d+\.\d+\.\d+-MariaDB/);
    await closed(service);
    assert.deepEqual(packetsOf(service.answers()).map(({ body }) => body[0]), [GREETING, SWITCH, OK]);
  });

  it('refuses a wrong password all the same', async () => {
    assert.match(words(await probed(loginTo(port, 'wrong'), port)), /^down: 1045 Access denied for user 'hc'@/);
  });
});
