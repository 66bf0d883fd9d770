// Where the log goes, written to without waiting: whoever does not read it holds up nobody, and not the end of the process either.
import { constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';

/** Where bytes go. */
export interface Output {
  /** Writes whole lines, some day, and then calls back with how many of them could not be written: nobody reads them, or there is no room. */
  readonly write: (lines: Buffer, written: (lost: number) => void) => void;
  /** Whether a write may stand still in its thread, for which exit(3) would wait. */
  readonly blocks: boolean;
}

/** Milliseconds until a reader who is slow is tried again. */
const AGAIN = 20;

/**
 * Makes the output of a file descriptor.
 *
 * A write that blocks holds one of Node's four threads, and the process could not even end (exit(3) waits for its threads). So a
 * pipe or a terminal is opened anew without blocking: the one that was given is left alone, for others may share it. One of another
 * user cannot be opened anew, and goes on blocking. Nor can a socket (journald's); Node's own takes it over.
 */
export function outputTo(fd: number): Output {
  const kind = kindOf(fd);
  if (kind === 'socket') return socketOutput(new Socket({ fd, readable: false, writable: true }));
  const own = kind === 'stream' ? reopened(fd) : undefined;
  return { write: descriptorWriter(own ?? fd), blocks: own === undefined };
}

function descriptorWriter(fd: number): Output['write'] {
  const writeAll: Output['write'] = (bytes, written) =>
    write(fd, bytes, 0, bytes.length, null, (error, count) => {
      if (error?.code === 'EAGAIN') return void setTimeout(() => writeAll(bytes, written), AGAIN);
      if (error === null && count < bytes.length) return writeAll(bytes.subarray(count), written);
      written(error === null ? 0 : linesIn(bytes));
    });
  return writeAll;
}

function socketOutput(socket: Socket): Output {
  // The log keeps no process alive, and one that nobody takes any more is no error.
  socket.unref();
  socket.on('error', () => undefined);
  return { write: (bytes, written) => void socket.write(bytes, (error) => written(error instanceof Error ? linesIn(bytes) : 0)), blocks: false };
}

const LINE_END = 0x0a;

function linesIn(bytes: Buffer): number {
  return bytes.reduce((count, byte) => (byte === LINE_END ? count + 1 : count), 0);
}

/** A stream is a pipe or a terminal. */
function kindOf(fd: number): 'stream' | 'socket' | 'other' {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isCharacterDevice() ? 'stream' : stats.isSocket() ? 'socket' : 'other';
  } catch {
    return 'other';
  }
}

function reopened(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/** Whether a file descriptor goes to journald: `JOURNAL_STREAM` names its device and inode, and is inherited by those whose stderr is another (systemd.exec(5)). */
export function isJournal(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
