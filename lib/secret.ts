// Passwords and tokens in files of their own: a command line and an environment can be read by others.
import { readFileSync, statSync } from 'node:fs';
import { codeOf } from './errno.ts';

/** A file that should hold a secret, and does not; the message names it and says what is wrong. */
export class SecretError extends Error {}

/** The permission bit with which others may read a file (inode(7), S_IROTH). */
const OTHERS_READ = 0o004;

/**
 * Reads a password or a token. One line end behind it is no part of it.
 *
 * @throws SecretError where the file cannot be read, is empty or blank
 */
export function readSecret(path: string): string {
  const secret = contentsOf(path).replace(/\r?\n$/, '');
  if (secret.trim() === '') throw new SecretError(`${path} is empty: write the secret into it, on one line`);
  return secret;
}

function contentsOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SecretError(`${path} cannot be read: ${codeOf(error)}`);
  }
}

/** Whether everybody on this host may read a file. */
export function isOpenToOthers(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS_READ) !== 0;
}

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
export async function isSameSecret(one: string, other: string): Promise<boolean> {
  // Loaded when it is first needed, which in most daemons is never: it takes a megabyte.
  const { createHash, timingSafeEqual } = await import('node:crypto');
  const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
  // Of equal length, which timingSafeEqual wants.
  return timingSafeEqual(digestOf(one), digestOf(other));
}

/** A text in which somebody else may have repeated a secret, without it. */
export function withoutSecret(text: string, secret: string): string {
  return secret === '' ? text : text.replaceAll(secret, '***');
}
