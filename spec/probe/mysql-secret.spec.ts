// Whoever listens on a login port can ask for the password with a key of its own, and then repeat it.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { errorPacket, greeting, newNonce, OK, packet } from '../support/mysql-peer.ts';
import { CACHING, loginTo, NATIVE, packetsOf } from '../support/mysql-wire.ts';
import { closed, probed } from '../support/probing.ts';
import { tcpService, type Service } from '../support/service.ts';

const PEM = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }) as string;

/** A service that says each of these when it was told something, the first at once; and what it was told. */
async function talking(says: readonly Buffer[]): Promise<Service & { readonly received: () => Buffer }> {
  let received = Buffer.alloc(0);
  const service = await tcpService((socket) => {
    let turn = 0;
    const speak = (): void => {
      for (; turn <= packetsOf(received).length && turn < says.length; turn += 1) socket.write(says[turn] ?? '');
    };
    speak();
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      speak();
    });
    socket.on('end', () => socket.end());
  });
  return { ...service, received: () => received };
}

/** The ways in which a text may stand among bytes. */
function disguises(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64')];
}

describe('a MySQL that repeats the password', () => {
  const native = greeting(newNonce(), NATIVE);
  for (const password of ['hunter2-of-mysql', 'h\u00fcnter \u4e8c']) {
    const full = [greeting(newNonce(), CACHING), packet(2, [1, 4]), packet(4, [1], PEM)];
    const PLACES: readonly (readonly [string, readonly Buffer[]])[] = [
      ['as its version', [greeting(newNonce(), NATIVE, password), packet(2, OK)]],
      ['behind the version for old replicas', [greeting(newNonce(), NATIVE, `5.5.5-${password}`), packet(2, OK)]],
      ['as its plugin', [greeting(newNonce(), password), packet(2, OK)]],
      ['in place of a greeting', [errorPacket(0, 1129, `no ${password}`)]],
      ['as a packet', [packet(0, password)]],
      ['as an answer to the login', [native, packet(2, password)]],
      ['in its refusal', [native, errorPacket(2, 1045, `no ${password}`, '28000')]],
      ['as the method that it wants', [native, packet(2, [0xfe], `${password}\0`, newNonce(), [0])]],
      ['as a key', [...full.slice(0, 2), packet(4, [1], password)]],
      ['when it was told it', [...full, errorPacket(6, 1045, `no ${password}`, '28000')]],
      ['in another packet when it was told it', [...full, packet(6, password)]],
      ...[270, 285, 290, 295, 299].map((at) => [`${at} characters from its start`, [native, errorPacket(2, 1, `${'x'.repeat(at)}${password}`, '28000')]] as const),
    ];
    for (const [where, says] of PLACES) {
      it(`${password} ${where}, gets nowhere with it, and is never told it in clear text`, async () => {
        const service = await talking(says);
        const { phrase, reason, body } = await probed(loginTo(service.port, password), service.port);
        await closed(service);
        const text = Buffer.from(body, 'latin1').toString();
        for (const said of [phrase, reason, text]) {
          for (const secret of disguises(password)) assert.ok(!said.includes(secret), said);
          assert.ok(!said.includes(password.slice(0, 6)), said);
        }
        assert.ok(!service.received().includes(password));
      });
    }
  }
});
