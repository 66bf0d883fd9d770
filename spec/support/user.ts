// A user without rights, whoever runs the specs.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';
import { HACTL, type RunOptions } from './hactl.ts';

/** How to run hactl as somebody who is not root, from a copy that anybody can read; call it once for a group of specs. */
export function ordinaryUser(): RunOptions {
  const folder = openFolder();
  const program = join(folder, 'hactl');
  copyFileSync(HACTL, program);
  chmodSync(program, 0o755);
  return process.getuid?.() === 0 ? { program, node: reachableNode(folder), uid: 65534, cwd: '/' } : { program, cwd: '/' };
}

/** A folder that everybody may read and only its owner may write to; to its owner, too, it is closed with mode 0555. */
export function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** The Node that runs this spec, or a copy of it where it lies in a folder that is closed to others, as a home or a clone may. */
function reachableNode(folder: string): string {
  const { status } = spawnSync(process.execPath, ['-e', ''], { uid: 65534, gid: 65534, cwd: '/' });
  if (status === 0) return process.execPath;
  const copy = join(folder, 'node');
  copyFileSync(process.execPath, copy);
  chmodSync(copy, 0o755);
  return copy;
}
