// Folders that a spec may fill.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Makes an empty folder that goes when the specs around the call have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-spec-'));
  after(() => {
    // A spec may have closed it to its owner, too.
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return folder;
}
