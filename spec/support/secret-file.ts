// Files that hold secrets.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** A file with a password or a token, that nobody else can read. */
export function secretFile(contents: string): string {
  const file = join(temporaryFolder(), 'secret');
  writeFileSync(file, contents, { mode: 0o600 });
  return file;
}
