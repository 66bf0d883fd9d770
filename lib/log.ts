// The daemon's log. Writing never makes anybody wait: one write is under way, a bounded queue stands behind it, the rest is counted.
import type { Clock } from './clock.ts';
import { graver, textLine, type Entry, type Fields, type Format, type Priority } from './log-line.ts';
import { outputTo, type Output } from './log-output.ts';

/** Lines that may wait for a reader who is slow. */
const QUEUE_LINES = 1000;
const LINES_PER_SECOND = 100;
/** Of these, so many for what anybody can bring about by asking. */
const COMMON_LINES_PER_SECOND = 80;

/** A log of one line for each thing that happened, on a file descriptor. */
export class Log {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #format: Format;
  #queue: string[] = [];
  #writing = false;
  #second = 0;
  #linesInSecond = 0;
  /** Not said yet. */
  #unsaid = 0;
  /** How much that mattered which mattered most among them. */
  #gravest: Priority = 'debug';
  /** How many the lines speak of that wait to be written. */
  #said = 0;
  #willSay = false;
  #leftOut = 0;
  #bugs = 0;
  #whenEmpty: (() => void) | undefined;

  /** @param fd the file descriptor to write to, 2 for stderr */
  constructor(fd: number, clock: Clock, format = textLine) {
    this.#output = outputTo(fd);
    this.#clock = clock;
    this.#format = format;
  }

  /** Writes one line, or counts it as left out where there are too many. */
  say(priority: Priority, message: string, fields?: Fields): void {
    this.#sayWithin(LINES_PER_SECOND, { priority, message, ...(fields === undefined ? {} : { fields }) });
  }

  /** The same for what anybody can bring about by asking: some lines a second are left for the rest. */
  sayCommon(entry: Entry): void {
    this.#sayWithin(COMMON_LINES_PER_SECOND, entry);
  }

  /** Writes an error that is a bug of ours, with its stack, line for line. */
  bug(error: unknown): void {
    this.#bugs += 1;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const text of stack.split('\n')) this.say('error', `bug: ${text}`);
  }

  /** How many bugs there were so far. */
  get bugs(): number {
    return this.#bugs;
  }

  /** How many lines were left out so far. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether a write is under way that may never come back, and for which exit(3) would wait. */
  get stuck(): boolean {
    return this.#writing && this.#output.blocks;
  }

  /** Resolves when all that was said is written, or after so many milliseconds. */
  async flush(patience: number): Promise<void> {
    this.#sayLeftOut();
    if (!this.#writing) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      setTimeout(resolve, patience);
    });
  }

  #sayWithin(most: number, entry: Entry): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#linesInSecond = 0;
      if (this.#queue.length < QUEUE_LINES) this.#sayLeftOut();
    }
    if (this.#linesInSecond >= most || this.#queue.length >= QUEUE_LINES) {
      this.#sayLeftOutSoon();
      this.#leftOut += 1;
      this.#saySometime(1, entry.priority);
      return;
    }
    this.#linesInSecond += 1;
    this.#put(entry);
  }

  #put(entry: Entry): void {
    this.#queue.push(`${this.#format(this.#clock.time(), entry)}\n`);
    if (!this.#writing) this.#write();
  }

  /** Also where no other line follows; but not into a queue that is full, which would grow by a line a second. */
  #sayLeftOutSoon(): void {
    if (this.#willSay) return;
    this.#willSay = true;
    setTimeout(() => {
      this.#willSay = false;
      if (this.#queue.length < QUEUE_LINES) this.#sayLeftOut();
      else this.#sayLeftOutSoon();
    }, 1000).unref();
  }

  #saySometime(count: number, gravest: Priority): void {
    this.#unsaid += count;
    this.#gravest = graver(this.#gravest, gravest);
  }

  #sayLeftOut(): void {
    if (this.#unsaid === 0) return;
    const [count, priority] = [this.#unsaid, this.#gravest];
    [this.#unsaid, this.#gravest] = [0, 'debug'];
    this.#said += count;
    this.#put({ priority, message: `${count} lines left out: more than ${LINES_PER_SECOND} a second, a reader that does not read, or no room for them`, fields: { event: 'left out', count } });
  }

  #write(): void {
    const lines = Buffer.from(this.#queue.join(''), 'utf8');
    const said = this.#said;
    [this.#queue, this.#said, this.#writing] = [[], 0, true];
    this.#output.write(lines, (lost) => {
      this.#leftOut += lost;
      if (lost > 0) this.#saySometime(lost + said, 'warning');
      if (this.#queue.length > 0) return this.#write();
      this.#writing = false;
      this.#whenEmpty?.();
    });
  }
}
