// MySQL 8 and what else no server here can be brought to say. MariaDB's own client proves that the peer is right.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { mysqlProbe } from '../../lib/probe/mysql.ts';
import { NO_LOGINS } from '../support/daemon.ts';
import { cachingLogin, errorPacket, mysqlPeer, newNonce, OK, parseResponse, type Peer } from '../support/mysql-peer.ts';
import { closed, probed } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { secretFile } from '../support/secret-file.ts';
import { tcpService } from '../support/service.ts';

const PASSWORD = 'hunter2 \u00e4';
const CACHING = 'caching_sha2_password';

/** A server that keeps the hash of the password, or does not, and says at first or by a switch how it wants it proved. */
function cachingPeer(isKept: boolean, greets = CACHING): Promise<Peer> {
  return mysqlPeer(greets, async (client, answer) => {
    const { plugin, proof } = parseResponse(answer.body);
    if (plugin === CACHING && greets === CACHING) await cachingLogin(client, { sequence: answer.sequence, proof, nonce: client.nonce }, PASSWORD, isKept);
    else {
      const nonce = newNonce();
      client.say(answer.sequence + 1, [0xfe], `${CACHING}\0`, nonce, [0]);
      const again = await client.hear();
      if (again !== undefined) await cachingLogin(client, { sequence: again.sequence, proof: again.body, nonce }, PASSWORD, isKept);
    }
    // What MariaDB's client wants to know before it goes.
    for (let asked = await client.hear(); asked !== undefined && asked.body[0] !== 1; asked = await client.hear()) client.say(asked.sequence + 1, OK);
  });
}

async function reasonOf(peer: Peer, password: string | undefined = PASSWORD): Promise<string> {
  const file = password === '' ? undefined : secretFile(password);
  const { state, reason } = await probed(mysqlProbe({ user: 'hc', passwordFile: file, ports: [{ first: peer.port, last: peer.port }] }), peer.port);
  await closed(peer);
  return `${state}: ${reason.replace(/ \(.*\)$/, '')}`;
}

/** How MariaDB's own client fares. */
async function clientCode(port: number, password: string): Promise<number> {
  const words = ['--no-defaults', '--skip-ssl', '-h127.0.0.1', `-P${port}`, '-uhc', '-e', ''];
  const [code] = (await once(spawn('mariadb', words, { env: { PATH: process.env['PATH'], MYSQL_PWD: password }, stdio: 'ignore' }), 'close')) as [number];
  return code;
}

describe('a login by caching_sha2_password', () => {
  const PEERS: readonly (readonly [string, boolean, string])[] = [
    ['by the hash that the server keeps', true, CACHING],
    ['in full, by the server\'s public key', false, CACHING],
    ['by the hash, when the server switches to it with a new nonce', true, 'mysql_native_password'],
    ['in full, when the server switches to it with a new nonce', false, 'mysql_native_password'],
    ['by the hash, when the server greets with a plugin that nobody speaks', true, 'authentication_of_tomorrow'],
  ];
  for (const [what, isKept, greets] of PEERS) {
    it(`lets in ${what}; the password is never on the wire`, async () => {
      const peer = await cachingPeer(isKept, greets);
      assert.equal(await reasonOf(peer), 'up: 8.0.36');
      assert.equal(await reasonOf(peer, 'wrong'), "down: 1045 Access denied for user 'hc'");
      for (const password of [PASSWORD, 'wrong']) assert.ok(!peer.received().includes(Buffer.from(password)));
      // COM_QUIT ends it.
      assert.ok(peer.received().includes(Buffer.from([1, 0, 0, 0, 1])));
    });

    it(`lets MariaDB's client in ${what}, and no other`, { skip: lacking('mariadb') }, async () => {
      const { port } = await cachingPeer(isKept, greets === 'authentication_of_tomorrow' ? 'mysql_native_password' : greets);
      assert.equal(await clientCode(port, PASSWORD), 0);
      assert.notEqual(await clientCode(port, 'wrong'), 0);
    });
  }

  it('proves an empty password by an empty proof', async () => {
    const peer = await mysqlPeer(CACHING, async (client, answer) => client.say(answer.sequence + 1, parseResponse(answer.body).proof.length === 0 ? OK : [0xff, 0, 0]));
    assert.equal(await reasonOf(peer, ''), 'up: 8.0.36');
  });
});

describe('in place of a greeting', () => {
  const ERRORS: readonly (readonly [number, string, string?])[] = [
    [1129, "Host '10.0.0.2' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'"],
    [1130, "Host '10.0.0.2' is not allowed to connect to this MariaDB server"],
    [1040, 'Too many connections'],
    [1040, 'Too many connections', '08004'],
  ];
  for (const [code, text, state] of ERRORS) {
    it(`${code}${state === undefined ? '' : ' with SQLSTATE'} is down, with the server's text`, async () => {
      const { port } = await tcpService((socket) => socket.end(errorPacket(0, code, text, state)));
      const { state: verdict, body } = await probed(mysqlProbe(NO_LOGINS.mysql), port);
      assert.equal(`${verdict}: ${body.slice(0, body.lastIndexOf(' (127.'))}`, `down: ${code} ${text}`);
    });
  }
});

describe('what a server says after the proof', () => {
  const ANSWERS: readonly (readonly [string, Parameters<typeof mysqlPeer>[1], RegExp])[] = [
    ['a switch to a plugin that is not spoken', async (client, { sequence }) => client.say(sequence + 1, [0xfe], 'auth_gssapi_client\0', newNonce(), [0]), /^down: wants a login by auth_gssapi_client, which/],
    ['a switch to a password in clear text', async (client, { sequence }) => client.say(sequence + 1, [0xfe], 'mysql_clear_password\0'), /^down: wants a login by mysql_clear_password, which/],
    ['a switch to MySQL 4.0', async (client, { sequence }) => client.say(sequence + 1, [0xfe]), /^down: wants a login by mysql_old_password, which/],
    ['an error that repeats the password', async (client, { sequence }) => client.say(sequence + 1, [0xff, 1, 0], `#28000no ${PASSWORD} here, ${'x'.repeat(285)}${PASSWORD}`), /^down: 1 no \*\*\* here/],
    ['a key that is none', async (client, { sequence }) => { client.say(sequence + 1, [1, 4]); await client.hear(); client.say(sequence + 3, [1], '-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----\n'); }, /^down: a public key that is none/],
    ['a key that nobody has asked for', async (client, { sequence }) => client.say(sequence + 1, [1], '-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----\n'), /^down: a key that nobody has asked for/],
    ['the fast path without an end', async (client, { sequence }) => { for (let at = 1; at < 20; at += 1) client.say(sequence + at, [1, 3]); }, /^down: a login without an end/],
    ['nonsense', async (client, { sequence }) => client.say(sequence + 1, 'nonsense'), /^down: no answer to a login$/],
  ];
  for (const [what, talk, wanted] of ANSWERS) {
    it(`is down for ${what}`, async () => {
      const peer = await mysqlPeer(CACHING, talk);
      assert.match(await reasonOf(peer), wanted);
      assert.ok(!peer.received().includes(Buffer.from(PASSWORD)));
      const { body } = await probed(mysqlProbe({ user: 'hc', passwordFile: secretFile(PASSWORD), ports: [{ first: peer.port, last: peer.port }] }), peer.port);
      for (const part of [PASSWORD, PASSWORD.slice(0, 6)]) assert.ok(!Buffer.from(body, 'latin1').includes(part), body);
    });
  }
});
