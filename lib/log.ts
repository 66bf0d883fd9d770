// The daemon's log. Writing never makes anybody wait: one write is under way, a bounded queue stands behind it, the rest is counted.
import { constants, fstatSync, openSync, write } from 'node:fs';
import type { Clock } from './clock.ts';
import { isoTime, oneLine } from './mark.ts';

/** Lines that may wait for a reader who is slow. */
const QUEUE_LINES = 1000;
const LINES_PER_SECOND = 100;
/** Characters of a line; a check's path alone can have 16 000. */
const LINE_LENGTH = 2000;

/** A log of one line for each thing that happened, on a file descriptor. */
export class Log {
  readonly #fd: number;
  readonly #clock: Clock;
  #queue: string[] = [];
  #writing = false;
  #second = 0;
  #linesInSecond = 0;
  #leftOut = 0;
  #whenEmpty: (() => void) | undefined;

  /** @param fd the file descriptor to write to, 2 for stderr */
  constructor(fd: number, clock: Clock) {
    this.#fd = nonBlocking(fd);
    this.#clock = clock;
  }

  /** Writes one line with the time before it, or counts it as left out where there are too many. */
  line(text: string): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#linesInSecond = 0;
    }
    if (this.#linesInSecond >= LINES_PER_SECOND || this.#queue.length >= QUEUE_LINES) {
      if (this.#leftOut === 0) this.#sayLeftOutSoon();
      this.#leftOut += 1;
      return;
    }
    this.#linesInSecond += 1;
    this.#put(text);
  }

  /** Writes an error that is a bug of ours, with its stack, line for line. */
  bug(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const text of stack.split('\n')) this.line(`bug: ${text}`);
  }

  /** Resolves when all that was said is written, or after so many milliseconds. */
  async flush(patience: number): Promise<void> {
    this.#sayLeftOut();
    if (!this.#writing) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      setTimeout(resolve, patience).unref();
    });
  }

  #put(text: string): void {
    this.#sayLeftOut();
    this.#queue.push(`${isoTime(this.#clock.time())} ${oneLine(text.slice(0, LINE_LENGTH))}\n`);
    if (!this.#writing) this.#write();
  }

  /** Also where no other line follows; but not into a queue that is full, which would grow by a line a second. */
  #sayLeftOutSoon(): void {
    setTimeout(() => (this.#queue.length < QUEUE_LINES ? this.#sayLeftOut() : this.#sayLeftOutSoon()), 1000).unref();
  }

  #sayLeftOut(): void {
    if (this.#leftOut === 0) return;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#put(`${leftOut} lines left out: more than ${LINES_PER_SECOND} a second, or a reader that does not read`);
  }

  #write(): void {
    const lines = Buffer.from(this.#queue.join(''), 'utf8');
    this.#queue = [];
    this.#writing = true;
    this.#writeOn(lines);
  }

  #writeOn(bytes: Buffer): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      // A reader that is slow for a moment (a pipe that does not block); every other error means that nobody reads this any more.
      if (error?.code === 'EAGAIN') return void setTimeout(() => this.#writeOn(bytes), 20);
      if (error === null && written < bytes.length) return this.#writeOn(bytes.subarray(written));
      if (this.#queue.length > 0) return this.#write();
      this.#writing = false;
      this.#whenEmpty?.();
    });
  }
}

/**
 * A pipe anew, without blocking; anything else as it is. A write that waits for a reader who does not read holds a thread, and
 * the process could not even end. The pipe as it was given is left alone: others may share it.
 */
function nonBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
