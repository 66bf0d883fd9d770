// How a password is proved to MySQL without being sent (MySQL internals: Native Authentication, Caching SHA-256 Pluggable Authentication).
import { constants, createHash, publicEncrypt } from 'node:crypto';

/** What each method answers to a nonce. */
const PROOFS: ReadonlyMap<string, (password: Buffer, nonce: Buffer) => Buffer> = new Map([
  ['mysql_native_password', (password: Buffer, nonce: Buffer) => xor(hash('sha1', password), hash('sha1', nonce, hash('sha1', hash('sha1', password))))],
  ['caching_sha2_password', (password: Buffer, nonce: Buffer) => xor(hash('sha256', password), hash('sha256', hash('sha256', hash('sha256', password)), nonce))],
]);

/** The proof of a password for a nonce, empty for an empty one; undefined for a method that is not spoken here. */
export function proofOf(method: string, password: string, nonce: Buffer): Buffer | undefined {
  const prove = PROOFS.get(method);
  if (prove === undefined || password === '') return prove === undefined ? undefined : Buffer.alloc(0);
  return prove(Buffer.from(password), nonce);
}

/**
 * The password for a server that has no hash of it at hand: masked by the nonce, and encrypted for the server alone
 * (RSAES-OAEP with SHA-1, RFC 8017 section 7.1).
 *
 * @param key the server's public key, in PEM
 * @returns undefined where the key is none
 */
export function encrypted(password: string, nonce: Buffer, key: string): Buffer | undefined {
  const plain = Buffer.from(`${password}\0`);
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, xor(plain, nonce));
  } catch {
    return undefined;
  }
}

function hash(algorithm: 'sha1' | 'sha256', ...parts: readonly Buffer[]): Buffer {
  return createHash(algorithm).update(Buffer.concat(parts)).digest();
}

/** Bytes masked with others, over and over where those are fewer. */
function xor(bytes: Buffer, mask: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (mask[at % mask.length] ?? 0)));
}
