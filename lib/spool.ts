// The spool: a folder with one file for each thing that an operator has taken out. The daemon reads what hactl writes.
// Everything is synchronous: a mark is on a local disk, and looking for one that is not there costs about a microsecond.
import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from './errno.ts';
import { MARK_BYTES, bareMark, formatMark, isCurrent, parseMark, type Mark } from './mark.ts';
import { formatMarkName, parseMarkName } from './route.ts';

/** A spool that exists and cannot be searched: nothing is known, so nothing is up. */
export interface Unreadable {
  /** The system's name for the cause: `EACCES`, `ENOTDIR`, … */
  readonly unreadable: string;
}

/** What an operator wants: the state, and why, by whom and until when (Unix seconds). */
export type Wanted = Pick<Mark, 'state' | 'reason' | 'by' | 'expiration'>;

const NO_ENTRY = { throwIfNoEntry: false } as const;
/** Without blocking, should a pipe have taken the file's place since it was looked at. */
const READ = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/**
 * The mark that decides, of those with these names: a down beats a drain, among equals the first wins. Undefined where none counts.
 * Nothing is remembered between calls.
 *
 * @param now tells the Unix time in seconds: a mark that has expired is none
 */
export function decidingMark(root: string, names: readonly string[], now: () => number): Mark | Unreadable | undefined {
  let deciding: Mark | undefined;
  for (const name of names) {
    const found = readMark(root, name);
    if (found === undefined) continue;
    if ('unreadable' in found) return found;
    if (!isCurrent(found, now())) continue;
    if (found.state === 'down') return found;
    deciding ??= found;
  }
  return deciding;
}

/**
 * Reads one mark, also an expired one. Only `ENOENT` means that there is none; a mark that exists and cannot be read is a down
 * that says why.
 */
export function readMark(root: string, name: string): Mark | Unreadable | undefined {
  const path = `${root}/${name}`;
  try {
    const seen = fs.lstatSync(path, NO_ENTRY);
    return seen === undefined ? undefined : readFile(root, name, seen);
  } catch (error) {
    return { unreadable: codeOf(error) };
  }
}

function readFile(root: string, name: string, seen: fs.Stats): Mark | Unreadable | undefined {
  const path = `${root}/${name}`;
  try {
    const target = seen.isSymbolicLink() ? fs.statSync(path) : seen;
    if (!target.isFile()) return bareMark(name, `the mark is no file but a ${kindOf(target)}`);
    return parseMark(name, readStart(path));
  } catch (error) {
    const code = codeOf(error);
    // Removed or replaced between the two looks, unless it is a link whose target is missing: that one stands.
    if (code === 'ENOENT' && fs.lstatSync(path, NO_ENTRY)?.isSymbolicLink() !== true) return readMark(root, name);
    return bareMark(name, `the mark cannot be read: ${code}`);
  }
}

function readStart(path: string): Buffer {
  const fd = fs.openSync(path, READ);
  try {
    const bytes = Buffer.allocUnsafe(MARK_BYTES);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, MARK_BYTES, 0));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Every mark in the spool that counts at a time (Unix seconds), sorted by name, and the names of the files that are no marks.
 * A missing spool is an empty one.
 *
 * @throws the system's error where the spool cannot be read
 */
export function listMarks(root: string, time: number): { marks: Mark[]; strays: string[] } {
  const marks: Mark[] = [];
  const strays: string[] = [];
  for (const name of namesIn(root)) {
    if (name.startsWith('.')) continue;
    const parsed = parseMarkName(name);
    if ('refused' in parsed || formatMarkName(parsed) !== name) {
      strays.push(name);
      continue;
    }
    const found = readMark(root, name);
    if (found !== undefined && 'unreadable' in found) throw spoolError(found.unreadable, root);
    if (found !== undefined && isCurrent(found, time)) marks.push(found);
  }
  return { marks, strays };
}

function namesIn(root: string): string[] {
  try {
    return fs.readdirSync(root).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Makes a mark, or replaces one, atomically and durably: after a crash at any instant there is the old mark or the new one.
 * One that stands in the same state for the same reason keeps its creation time and who made it, and takes the new expiration.
 *
 * @param time Unix seconds, the creation time of a new mark
 * @returns `full` where the disk was: a down is made all the same, without its contents; a drain is not, for an empty mark is a down
 * @throws the system's error; nothing is changed then
 */
export function writeMark(root: string, name: string, wanted: Wanted, time: number): { mark: Mark; full: boolean } {
  makeSpool(root);
  const mark = continued(readMark(root, name), { name, creation: time, ...wanted }, time);
  try {
    replaceFile(root, name, formatMark(mark));
    return { mark, full: false };
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error)) || mark.state !== 'down') throw error;
  }
  emptyFile(root, name);
  return { mark: bareMark(name), full: true };
}

function continued(standing: Mark | Unreadable | undefined, fresh: Mark, time: number): Mark {
  const wanted = parseMark(fresh.name, Buffer.from(formatMark(fresh)));
  if (standing === undefined || 'unreadable' in standing || !isCurrent(standing, time)) return wanted;
  if (standing.state !== wanted.state || standing.reason !== wanted.reason || standing.creation === undefined) return wanted;
  return { ...wanted, creation: standing.creation, by: standing.by };
}

function replaceFile(root: string, name: string, contents: string): void {
  // Two writers never share a name: the pid tells processes apart, the clock a process from one that had its pid before.
  const draft = `${root}/.hactl-${process.pid}-${process.hrtime.bigint()}`;
  const path = `${root}/${name}`;
  try {
    writeDurably(draft, contents);
    fs.renameSync(draft, path);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    // What could not be written is the mark, not its draft.
    throw error instanceof Error ? Object.assign(error, { path, dest: undefined }) : error;
  }
  syncFolder(root);
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
    sync(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK);
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
    fs.unlinkSync(`${root}/${name}`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  syncFolder(root);
  return true;
}

/**
 * Makes the spool where it is missing, readable for a daemon without rights whatever the umask says.
 *
 * @throws the system's error
 */
export function makeSpool(root: string): void {
  const before = process.umask(0o022);
  try {
    const made = fs.mkdirSync(resolve(root), { recursive: true, mode: 0o755 });
    if (made === undefined) return;
    for (let folder = resolve(root); folder.length >= made.length; folder = dirname(folder)) syncFolder(dirname(folder));
  } finally {
    process.umask(before);
  }
}

/**
 * Looks whether the spool can be read and searched.
 *
 * @throws the system's error where it cannot
 */
export function probeSpool(root: string): void {
  fs.readdirSync(root);
  const found = readMark(root, 'all');
  if (found !== undefined && 'unreadable' in found) throw spoolError(found.unreadable, root);
}

function syncFolder(root: string): void {
  sync(root, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
}

function sync(path: string, flags: number): void {
  const fd = fs.openSync(path, flags);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function spoolError(code: string, root: string): Error {
  return Object.assign(new Error(`${code}: spool unreadable, '${root}'`), { code, path: root });
}

function kindOf(stats: fs.Stats): string {
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}
