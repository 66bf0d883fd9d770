// What a peer of the postgres probe hears, and what it may answer, to the byte (PostgreSQL manual, 55.7 Message Formats).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probePostgres } from '../../lib/probe/postgres.ts';
import { closed, endedAt, probed, type Probed, reacting, unlistened, words } from '../support/probing.ts';

const DEADLINE = 250;
/** Bytes of a message's length, which counts itself. */
const LENGTH_BYTES = 4;

function message(type: string, body: Buffer, length = LENGTH_BYTES + body.length): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

/** A refusal of so many bytes: a message as long as that, with its fields. */
function refusal(length: number): Buffer {
  const fields = 'SFATAL\0C28000\0M';
  return message('E', Buffer.from(`${fields}${'x'.repeat(length - LENGTH_BYTES - fields.length - 2)}\0\0`));
}

async function answered(answer: Buffer): Promise<Probed> {
  const service = await reacting((socket) => socket.write(answer));
  const verdict = await probed(probePostgres, service.port, { deadline: DEADLINE });
  await closed(service);
  await unlistened(verdict.signal);
  return verdict;
}

describe('postgres, asked of a peer', () => {
  it('says the start-up message of protocol 3.0, and nothing else', async () => {
    const heard: Buffer[] = [];
    const service = await reacting((socket, first) => {
      heard.push(first);
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.write(message('R', Buffer.from([0, 0, 0, 0])));
    });
    assert.equal(words(await probed(probePostgres, service.port)), 'up: asks for no password');
    await closed(service);
    assert.equal(Buffer.concat(heard).toString('latin1'), '\0\0\0\x28\0\x03\0\0user\0hacheck\0database\0postgres\0\0');
  });

  const REQUESTS: readonly (readonly [number, string])[] = [[0, 'no password'], [2, 'Kerberos'], [3, 'a password'], [5, 'a password (MD5)'], [7, 'GSSAPI'], [9, 'SSPI'], [10, 'a password (SASL)']];
  for (const [code, what] of REQUESTS) {
    it(`that asks for ${what}, is up, whatever comes behind it`, async () => {
      const answer = Buffer.concat([message('R', Buffer.from([0, 0, 0, code])), message('E', Buffer.from('SFATAL\0C57P03\0Mno\0\0'))]);
      assert.equal(words(await answered(answer)), `up: asks for ${what}`);
    });
  }

  const LENGTHS: readonly (readonly [string, Buffer, RegExp])[] = [
    ['the longest refusal', refusal(30_000), /^up: 28000 x{80}/], ['one byte more', refusal(30_001), /^down: no PostgreSQL: a message of 30001 bytes\b/],
    ['a request without a code', message('R', Buffer.alloc(0)), /^down: no PostgreSQL: a message of 4 bytes\b/],
    ['a length that does not count itself', message('R', Buffer.from([0, 0, 0, 0]), 0), /^down: no PostgreSQL: a message of 0 bytes\b/],
    ['4 GB', message('R', Buffer.from([0, 0, 0, 0]), 0xffff_ffff), /^down: no PostgreSQL: a message of 4294967295 bytes\b/],
    ['2 GB', message('R', Buffer.from([0, 0, 0, 0]), 0x8000_0000), /^down: no PostgreSQL: a message of 2147483648 bytes\b/],
    ['a notice first', message('N', Buffer.from('SNOTICE\0C00000\0Mhello\0\0')), /^down: no PostgreSQL: N/],
    ['a negotiation of the version', message('v', Buffer.from([0, 3, 0, 0, 0, 0, 0, 0])), /^down: no PostgreSQL: v/],
    ['a refusal of TLS', Buffer.from('N'), /^down: no PostgreSQL: N/], ['a consent to TLS', Buffer.from('S'), /^down: no PostgreSQL: S/],
    ['a SQLSTATE in small letters', message('E', Buffer.from('SFATAL\0C57p03\0Mno\0\0')), /^down: no PostgreSQL: an error without SQLSTATE$/],
    ['a SQLSTATE of six', message('E', Buffer.from('SFATAL\0C280000\0Mno\0\0')), /^down: no PostgreSQL: an error without SQLSTATE$/],
    ['words for a terminal', message('E', Buffer.from('SFATAL\0C57P03\0Mone\r\ntwo\x1b[31m\0\0')), /^down: 57P03 one +two \[31m$/],
  ];
  for (const [what, answer, wanted] of LENGTHS) {
    it(`that says ${what}: ${wanted.source}`, async () => {
      const { body, ...verdict } = await answered(answer);
      assert.match(words({ ...verdict, body }).replace(/\.\.\.$/, ''), wanted);
      assert.match(body, /^[^\n]{1,400}\n$/);
      assert.ok(verdict.took < DEADLINE, `${verdict.took} ms`);
    });
  }

  it('that is cut within the longest refusal, is down at the deadline', async () => {
    const verdict = await answered(refusal(30_000).subarray(0, -1));
    assert.equal(words(verdict), 'down: timed out after 0.25 s waiting for an answer');
    endedAt(DEADLINE, verdict);
  });
});
