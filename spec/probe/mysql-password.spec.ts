import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { describe, it } from 'node:test';
import { encrypted, proofOf } from '../../lib/probe/mysql-password.ts';
import { CACHING, NATIVE } from '../support/mysql-wire.ts';

const NONCE = Buffer.from('abcdefghijklmnopqrst');

describe('proofOf', () => {
  // What the client of MariaDB 10.11.19 answered to this nonce.
  const VECTORS = [
    [NATIVE, 'secret', '8817c50fa779daef010ee7577825b0847df9842e'],
    [NATIVE, 'hunter2 \u00e4', 'bff13c98fa64e5809a0b507a9a4543c2a057c3f9'],
    [NATIVE, 'a password of more than twenty bytes', '704b30108465779d4d49c10e2e44f56ec0a24df0'],
    [NATIVE, '', ''],
    [CACHING, 'secret', 'c76e2898612a4cf042c77fa8c4702c4c64c0c2c557c53c4d75595aaa6abae809'],
    [CACHING, 'hunter2 \u00e4', '7a1ddc70a7fb025c14f8e627d3e218dd739c5f9f485e5dd3ceffd7ecf3311060'],
    [CACHING, 'a password of more than twenty bytes', '83c4fc56b3735d3dcac611201f9034eeeb9ef01281b25cfb798c7beeb1904d27'],
    [CACHING, '', ''],
  ] as const;
  for (const [method, password, proof] of VECTORS) {
    it(`proves ${JSON.stringify(password)} by ${method} as MariaDB's client does`, () => assert.equal(proofOf(method, password, NONCE)?.toString('hex'), proof));
  }

  it('proves nothing by a method that it does not speak, be the password empty or not', () => {
    for (const method of ['client_ed25519', 'mysql_clear_password', 'mysql_old_password', 'sha256_password', 'MYSQL_NATIVE_PASSWORD', '']) {
      for (const password of ['secret', '']) assert.equal(proofOf(method, password, NONCE), undefined, method);
    }
  });
});

describe('encrypted', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const PEM = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const decrypt = (sent: Buffer | undefined): Buffer =>
    privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, sent ?? Buffer.alloc(0));
  /** The nonce over and over, byte by byte: what is left of the mask is the password. */
  const unmask = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ NONCE.readUInt8(at % NONCE.length)));

  for (const password of ['secret', 'hunter2 \u00e4', 'of exactly 19 bytes', 'of exactly 20 bytes.', 'a password of more than twenty bytes, and of two nonces', '']) {
    it(`holds ${JSON.stringify(password)}, its zero byte behind it, masked by the nonce`, () => {
      assert.equal(unmask(decrypt(encrypted(password, NONCE, PEM))).toString(), `${password}\0`);
    });
  }

  it('is another each time', () => {
    assert.notDeepEqual(encrypted('secret', NONCE, PEM), encrypted('secret', NONCE, PEM));
  });

  const pemOf = (type: 'ec' | 'ed25519' | 'rsa-pss'): string => {
    const options = { spki: { type: 'spki', format: 'pem' } } as const;
    if (type === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(options.spki) as string;
    if (type === 'ed25519') return generateKeyPairSync('ed25519').publicKey.export(options.spki) as string;
    return generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey.export(options.spki) as string;
  };
  const NO_KEYS: readonly (readonly [string, string])[] = [
    ['nothing', ''], ['a zero byte', '\0'], ['nonsense', 'nonsense'], ['PEM without a key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['half a key', PEM.slice(0, PEM.length / 2)], ['a key on an elliptic curve', pemOf('ec')], ['a key that only signs', pemOf('ed25519')], ['an RSA key that only signs', pemOf('rsa-pss')],
    ['a key with a passphrase', privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string],
  ];
  for (const [what, key] of NO_KEYS) it(`is nothing for ${what}`, () => assert.equal(encrypted('secret', NONCE, key), undefined));

  it('is nothing for a password that the key is too short for', () => {
    // RFC 8017 section 7.1.1: the key's bytes less 42, and the zero byte.
    assert.notEqual(encrypted('x'.repeat(128 - 42 - 1), NONCE, PEM), undefined);
    assert.equal(encrypted('x'.repeat(128 - 42), NONCE, PEM), undefined);
  });
});
