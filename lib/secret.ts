// Passwords and tokens in files of their own: a command line and an environment can be read by others.
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { codeOf } from './errno.ts';

/** A file that should hold a secret, and does not. */
export class SecretError extends Error {
  /** What is wrong with it: `cannot be read: ENOENT`. The message names the file, too. */
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.problem = problem;
  }
}

/** The permission bit with which others may read a file (inode(7), S_IROTH). */
const OTHERS_READ = 0o004;

/** Bytes of a secret's file. */
const MOST_BYTES = 4096;
/** Control characters, and what stands for bytes that are no UTF-8. */
const UNFIT = /[\p{Cc}\ufffd]/u;

/**
 * Reads a password or a token. One line end behind it is no part of it.
 *
 * @throws SecretError where the file cannot be read, or holds something else than one line of text
 */
export function readSecret(path: string): string {
  const secret = contentsOf(path).replace(/\r?\n$/, '');
  if (secret.trim() === '') throw new SecretError(path, 'is empty: write the secret into it, on one line');
  if (UNFIT.test(secret)) throw new SecretError(path, 'holds more than a line of text in UTF-8: a secret has no line ends and no control characters');
  return secret;
}

function contentsOf(path: string): string {
  try {
    // Without blocking, should it be a pipe.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) throw new SecretError(path, 'cannot be read: it is no file');
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, MOST_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw error instanceof SecretError ? error : new SecretError(path, `cannot be read: ${codeOf(error)}`);
  }
}

/** Whether everybody on this host may read a file. */
export function isOpenToOthers(path: string): boolean {
  try {
    return (statSync(path).mode & OTHERS_READ) !== 0;
  } catch {
    // It was there a moment ago; whoever reads it next says what is wrong with it.
    return false;
  }
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
