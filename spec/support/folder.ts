// Folders that a spec may fill.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Makes an empty folder that goes when the specs around the call have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-spec-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}
