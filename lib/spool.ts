// The spool: a folder with one file for each thing that an operator has taken out. Here it is looked into; marking.ts writes.
// Everything is synchronous: a mark is on a local disk, and looking for one that is not there costs about a microsecond.
import * as fs from 'node:fs';
import { codeOf } from './errno.ts';
import type { KnownMarks } from './known-marks.ts';
import { MARK_BYTES, bareMark, isCurrent, parseMark, type Mark } from './mark.ts';
import { formatMarkName, isRefusal, marksOf, parseMarkName, type MarkName } from './route.ts';

/** A spool that exists and cannot be searched: nothing is known, so nothing is up. */
export interface Unreadable {
  /** The system's name for the cause: `EACCES`, `ENOTDIR`, … */
  readonly unreadable: string;
}

/** The process, or the machine, has as many files open as it may: that says nothing of the mark. */
const NO_DESCRIPTOR: readonly string[] = ['EMFILE', 'ENFILE'];
const NO_ENTRY = { throwIfNoEntry: false } as const;
/** Without blocking, should a pipe have taken the file's place since it was looked at. */
const READ = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/**
 * The mark that decides, of those with these names: a down beats a drain, among equals the first wins. Undefined where none counts.
 * Every one is looked for anew in each call.
 *
 * @param now tells the Unix time in seconds: a mark that has expired is none
 * @param known tells what a mark said last that stands and cannot be opened for want of a descriptor
 */
export function decidingMark(root: string, names: readonly string[], now: () => number, known?: KnownMarks): Mark | Unreadable | undefined {
  let deciding: Mark | undefined;
  for (const name of names) {
    const found = readMark(root, name, known);
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
 *
 * @param known as for {@link decidingMark}
 */
export function readMark(root: string, name: string, known?: KnownMarks): Mark | Unreadable | undefined {
  const path = `${root}/${name}`;
  try {
    const seen = fs.lstatSync(path, NO_ENTRY);
    if (seen !== undefined) return readFile(root, name, seen, known);
    known?.forget(name);
    return undefined;
  } catch (error) {
    return { unreadable: codeOf(error) };
  }
}

function readFile(root: string, name: string, seen: fs.Stats, known?: KnownMarks): Mark | Unreadable | undefined {
  const path = `${root}/${name}`;
  let target = seen;
  try {
    if (seen.isSymbolicLink()) target = fs.statSync(path);
    if (!target.isFile()) return bareMark(name, `the mark is no file but a ${kindOf(target)}`);
    const { bytes, file } = readStart(path);
    const mark = parseMark(name, bytes);
    known?.note(mark, file);
    return mark;
  } catch (error) {
    const code = codeOf(error);
    const before = NO_DESCRIPTOR.includes(code) ? known?.get(name, target) : undefined;
    if (before !== undefined) return before;
    // Removed or replaced between the two looks, unless it is a link whose target is missing: that one stands.
    if (code === 'ENOENT' && fs.lstatSync(path, NO_ENTRY)?.isSymbolicLink() !== true) return readMark(root, name, known);
    return bareMark(name, `the mark cannot be read: ${code}`);
  }
}

/** The start of a file, and which file it was that was opened. */
function readStart(path: string): { readonly bytes: Buffer; readonly file: fs.Stats } {
  const fd = fs.openSync(path, READ);
  try {
    const file = fs.fstatSync(fd);
    const bytes = Buffer.allocUnsafe(Math.min(file.size, MARK_BYTES));
    return { bytes: bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, 0)), file };
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Every mark in the spool that counts at a time (Unix seconds), sorted by name, and the names of the files that are no marks.
 * A missing spool is an empty one.
 *
 * @throws the system's error where the spool cannot be read or searched
 */
export function listMarks(root: string, time: number): { marks: Mark[]; strays: string[] } {
  assertSearchable(root);
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

/**
 * The names of the marks that take out a part of what is named: every other mark for `all`, `web:8080` for `web`, `web:10.0.0.7:8080` for `web:8080`.
 *
 * @throws as {@link listMarks} does
 */
export function marksWithin(root: string, service: MarkName, time: number): string[] {
  if (service.address !== undefined) return [];
  const name = formatMarkName(service);
  return listMarks(root, time).marks.map((mark) => mark.name).filter((other) => other !== name && isWithin(other, name));
}

function isWithin(mark: string, name: string): boolean {
  const parsed = parseMarkName(mark);
  return !isRefusal(parsed) && marksOf(parsed).includes(name);
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
 * Looks whether the spool can be read and searched.
 *
 * @throws the system's error where it cannot
 */
export function assertReadable(root: string): void {
  fs.readdirSync(root);
  assertSearchable(root);
}

/** Checks search the spool, whoever may list it. */
function assertSearchable(root: string): void {
  const found = readMark(root, 'all');
  if (found !== undefined && 'unreadable' in found) throw spoolError(found.unreadable, root);
}

function spoolError(code: string, root: string): Error {
  return Object.assign(new Error(`${code}: spool unreadable, '${root}'`), { code, path: root });
}

function kindOf(stats: fs.Stats): string {
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}
