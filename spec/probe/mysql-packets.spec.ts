// Each byte that a login takes and gives, where servers differ.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mysqlProbe } from '../../lib/probe/mysql.ts';
import { proofOf } from '../../lib/probe/mysql-password.ts';
import { NO_LOGINS } from '../support/daemon.ts';
import { cachingLogin, greeting, mysqlPeer, newNonce, OK, packet, parseResponse, type Packet, type Peer } from '../support/mysql-peer.ts';
import { CACHING, loginTo, NATIVE, packetsOf, words } from '../support/mysql-wire.ts';
import { closed, probed } from '../support/probing.ts';
import { tcpService } from '../support/service.ts';

const PASSWORD = 'a password of more than twenty bytes';

/** What a login writes to a server that greets like this, and then lets everybody in. */
async function heard(first: Buffer): Promise<readonly Packet[]> {
  const chunks: Buffer[] = [];
  const service = await tcpService((socket) => {
    socket.write(first);
    socket.once('data', () => socket.write(packet(2, OK)));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => socket.end());
  });
  assert.match(words(await probed(loginTo(service.port, PASSWORD), service.port)), /^up: /);
  await closed(service);
  return packetsOf(Buffer.concat(chunks));
}

describe('a mysql check that logs in', () => {
  const switching = (isKept: boolean): Promise<Peer> =>
    mysqlPeer(NATIVE, async (client, { sequence }) => {
      const nonce = newNonce();
      client.say(sequence + 1, [0xfe], `${CACHING}\0`, nonce, [0]);
      const again = await client.hear();
      if (again !== undefined) await cachingLogin(client, { sequence: again.sequence, proof: again.body, nonce }, PASSWORD, isKept);
    });
  const NUMBERS = [
    ['the proof is enough', (): Promise<Peer> => mysqlPeer(NATIVE, async (client, { sequence }) => client.say(sequence + 1, OK)), [1, 0]],
    ['the server switches', () => switching(true), [1, 3, 0]],
    ['the server switches, and wants the password in full', () => switching(false), [1, 3, 5, 7, 0]],
  ] as const;
  for (const [when, start, numbers] of NUMBERS) {
    it(`numbers its packets one behind the server's, and COM_QUIT anew, when ${when}`, async () => {
      const peer = await start();
      assert.equal(words(await probed(loginTo(peer.port, PASSWORD), peer.port)), 'up: 8.0.36');
      await closed(peer);
      const packets = packetsOf(peer.received());
      assert.deepEqual(packets.map(({ sequence }) => sequence), numbers);
      assert.deepEqual([...(packets.at(-1)?.body ?? [])], [1]);
    });
  }

  it('goes on counting from 0 behind 255', async () => {
    const first = greeting(newNonce(), NATIVE);
    first[3] = 255;
    assert.equal((await heard(first))[0]?.sequence, 0);
  });

  it('says what it can: a long password, protocol 4.1, the proof behind its length, and the plugin', async () => {
    const [response] = await heard(greeting(newNonce(), NATIVE));
    const body = response?.body ?? Buffer.alloc(0);
    // CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH; no TLS, no database, no LOCAL INFILE.
    assert.equal(body.readUInt32LE(0), 0x1 + 0x200 + 0x8000 + 0x80000);
    assert.ok(body.readUInt32LE(4) >= 1024, 'packets of a size that answers fit in');
    assert.deepEqual(body.subarray(9, 32), Buffer.alloc(23));
    const { user, proof, plugin } = parseResponse(body);
    assert.deepEqual([user, proof.length, plugin], ['hc', 20, NATIVE]);
    assert.equal(body.length, 32 + 3 + 1 + 20 + NATIVE.length + 1);
  });
});

describe('the greeting of a MySQL', () => {
  /** Protocol::HandshakeV10 with what differs from server to server: the length that it says its nonce has, and what stands behind the first 20 bytes of it. */
  const greets = (nonce: Buffer, length: number, rest: readonly (string | readonly number[])[]): Buffer => {
    const flags = [0xff, 0xf7, 0x21, 0x02, 0x00, 0xff, 0x81];
    return packet(0, [10], '8.0.36\0', [1, 0, 0, 0], nonce.subarray(0, 8), [0], flags, [length], Buffer.alloc(10), nonce.subarray(8), ...rest);
  };
  const FORMS = [
    ['names a plugin', 21, [[0], `${CACHING}\0`], CACHING],
    ['says no length of its nonce', 0, [[0], `${CACHING}\0`], CACHING],
    ['says too short a length of its nonce', 8, [[0], `${CACHING}\0`], CACHING],
    ['has a longer nonce', 33, ['and a dozen.', [0], `${CACHING}\0`], CACHING],
    ['ends its plugin without a zero byte (MySQL bug 59453)', 21, [[0], CACHING], CACHING],
    ['names no plugin', 0, [[0]], NATIVE],
    ['ends with its nonce', 0, [], NATIVE],
  ] as const;
  for (const [what, length, rest, wanted] of FORMS) {
    it(`that ${what} is answered by ${wanted}, for the 20 bytes of the nonce`, async () => {
      const nonce = newNonce();
      const [response] = await heard(greets(nonce, length, rest));
      const { plugin, proof } = parseResponse(response?.body ?? Buffer.alloc(0));
      assert.deepEqual([plugin, proof], [wanted, proofOf(wanted, PASSWORD, nonce)]);
    });
  }

  const VERSIONS = [
    ['8.0.36', '8.0.36'], ['5.5.5-10.11.19-MariaDB-0+deb12u1', '10.11.19-MariaDB-0+deb12u1'], ['5.5.5', '5.5.5'], ['5.5.50-log', '5.5.50-log'],
    ['8.0.36-5.5.5-x', '8.0.36-5.5.5-x'], ['5.5.5-5.5.5-x', '5.5.5-x'], [`8.${'0'.repeat(60_000)}`, `8.${'0'.repeat(298)}...`],
  ] as const;
  for (const [version, said] of VERSIONS) {
    it(`of version ${version.slice(0, 40)} is said as ${said.slice(0, 40)}`, async () => {
      const service = await tcpService((socket) => socket.end(greeting(newNonce(), NATIVE, version)).resume());
      assert.equal(words(await probed(mysqlProbe(NO_LOGINS.mysql), service.port)), `up: ${said}`);
    });
  }
});
