// Disks that can be full: a tmpfs of a few pages and a few files.
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A mounted disk, which the spec fills. */
export interface SmallDisk {
  readonly root: string;
  /** Takes all space; files can still be made as long as they are empty. */
  fill(): void;
  /** Takes all inodes: no file can be made at all. */
  fillInodes(): void;
  /** Gives one inode back. */
  freeInode(): void;
}

/** What a spec that mounts one passes as `skip`. */
export function lackingMount(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-mount-'));
  try {
    return mount(folder) && unmount(folder) ? false : 'LACKING mount: this machine lets us mount no tmpfs (root with CAP_SYS_ADMIN could)';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mounts an empty disk that is unmounted when the specs around the call have ended. */
export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-disk-'));
  const root = join(folder, 'spool');
  mkdirSync(root);
  if (!mount(root)) throw new Error(`cannot mount a tmpfs on ${root}`);
  after(() => {
    unmount(root);
    rmSync(folder, { recursive: true, force: true });
  });
  chmodSync(root, 0o755);
  let made = 0;
  const fillInodes = (): void => untilFull(() => {
    closeSync(openSync(join(root, `.filler-${made}`), 'wx'));
    made += 1;
  });
  const freeInode = (): void => {
    made -= 1;
    unlinkSync(join(root, `.filler-${made}`));
  };
  return { root, fill: () => fill(join(root, '.filler')), fillInodes, freeInode };
}

function mount(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=20', 'tmpfs', folder]).status === 0;
}

function unmount(folder: string): boolean {
  return spawnSync('umount', [folder]).status === 0 || spawnSync('umount', ['-l', folder]).status === 0;
}

function fill(path: string): void {
  const fd = openSync(path, 'a');
  try {
    untilFull(() => void writeSync(fd, Buffer.alloc(4096)));
  } finally {
    closeSync(fd);
  }
}

function untilFull(take: () => void): void {
  for (;;) {
    try {
      take();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
