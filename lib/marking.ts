// Making and removing marks: the writing side of the spool, for hactl. Atomic and durable, whatever happens in between.
import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from './errno.ts';
import { bareMark, formatMark, isCurrent, parseMark, type Mark } from './mark.ts';
import { readMark, type Unreadable } from './spool.ts';

/** What an operator wants: the state, and why, by whom, until when and, where that is not now, since when (Unix seconds). */
export type Wanted = Pick<Mark, 'state' | 'reason' | 'by' | 'expiration'> & { readonly creation?: number };

/**
 * Makes a mark, or replaces one, atomically and durably: after a crash at any instant there is the old mark or the new one.
 * One that stands in the same state for the same reason keeps who made it and, unless another is given, its creation time, and takes the new expiration.
 *
 * @param time Unix seconds, the creation time of a new mark
 * @returns `full` where the disk was: a down is made all the same, without its contents; a drain is not, for an empty mark is a down
 * @throws the system's error; nothing is changed then, unless it is the folder that could not be brought to the disk (`EIO`)
 */
export function writeMark(root: string, name: string, wanted: Wanted, time: number): { mark: Mark; full: boolean } {
  makeSpool(root);
  const mark = continued(readMark(root, name), { name, creation: time, ...wanted }, wanted.creation, time);
  try {
    replaceFile(root, name, formatMark(mark));
    return { mark, full: false };
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error)) || mark.state !== 'down') throw error;
  }
  emptyFile(root, name);
  return { mark: bareMark(name), full: true };
}

function continued(standing: Mark | Unreadable | undefined, fresh: Mark, given: number | undefined, time: number): Mark {
  const wanted = parseMark(fresh.name, Buffer.from(formatMark(fresh)));
  if (standing === undefined || 'unreadable' in standing || !isCurrent(standing, time)) return wanted;
  if (standing.state !== wanted.state || standing.reason !== wanted.reason || standing.creation === undefined) return wanted;
  return { ...wanted, creation: given ?? standing.creation, by: standing.by };
}

function replaceFile(root: string, name: string, contents: string): void {
  // Two writers never share a name: the pid tells processes apart, the clock a process from one that had its pid before.
  const draft = `${root}/.hactl-${process.pid}-${process.hrtime.bigint()}`;
  const path = `${root}/${name}`;
  try {
    writeDurably(draft, contents);
    changeDurably(root, () => fs.renameSync(draft, path));
  } catch (error) {
    discard(draft);
    // What could not be written is the mark, not its draft.
    throw error instanceof Error ? Object.assign(error, { path, dest: undefined }) : error;
  }
}

function discard(draft: string): void {
  try {
    fs.unlinkSync(draft);
  } catch {
    // It was never made, or cannot be removed: what went wrong before that matters more.
  }
}

function writeDurably(path: string, contents: string): void {
  const fd = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL, 0o644);
  try {
    fs.fchmodSync(fd, 0o644);
    fs.writeFileSync(fd, contents);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Needs no space where an empty file needs none; where no file can be made at all, one that is there is emptied, which is a down, too. */
function emptyFile(root: string, name: string): void {
  try {
    replaceFile(root, name, '');
  } catch (full) {
    if (!truncated(`${root}/${name}`)) throw full;
  }
}

function truncated(path: string): boolean {
  const { O_WRONLY, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    const fd = fs.openSync(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK);
    syncAndClose(fd);
    return true;
  } catch {
    return false;
  }
}

/**
 * Removes a mark, durably.
 *
 * @returns whether there was one
 * @throws the system's error
 */
export function removeMark(root: string, name: string): boolean {
  try {
    changeDurably(root, () => fs.unlinkSync(`${root}/${name}`));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Makes the spool where it is missing, readable for a daemon without rights whatever the umask says.
 *
 * @throws the system's error
 */
export function makeSpool(root: string): void {
  if (isFolder(root)) return;
  const before = process.umask(0o022);
  try {
    makeFolders(resolve(root));
  } finally {
    process.umask(before);
  }
}

/** A folder, and those above it that are missing. Node's own `recursive` never ends where a parent is there and the system says that it is not (ENOENT), as in /proc. */
function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  makeFolders(dirname(folder));
  changeDurably(dirname(folder), () => makeFolder(folder));
}

/** Somebody else may make it at the same moment. */
function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, 0o755);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch (error) {
    // Not by `throwIfNoEntry`, to which a path through a file (ENOTDIR) is no entry, too, from Node 22 on.
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Looks whether marks can be made in the spool.
 *
 * @throws the system's error where they cannot
 */
export function assertWritable(root: string): void {
  fs.accessSync(root, fs.constants.W_OK | fs.constants.X_OK);
}

/** Changes a folder's entries and brings them to the disk. The folder is opened first: where that is not allowed, nothing is changed. */
function changeDurably(folder: string, change: () => void): void {
  const fd = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    change();
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function syncAndClose(fd: number): void {
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
