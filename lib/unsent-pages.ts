// Pages that whoever asked for them has not read yet. Bounded: nobody has to read.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes; the largest pages have a few million. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The pages on their way: 8 MiB in all, and the newest, whatever its size. The oldest goes first, with the connections of those who read it. */
export class UnsentPages {
  /** The connections of each page's readers; the oldest page first. */
  readonly #readers = new Map<Buffer, Set<Socket>>();
  #bytes = 0;

  /** Takes note of a page that a response has been given; several may be given the same. */
  add(page: Buffer, socket: Socket, response: ServerResponse): void {
    const readers = this.#readers.get(page) ?? this.#begin(page);
    readers.add(socket);
    const end = (): void => {
      socket.removeListener('close', end);
      if (readers.delete(socket) && readers.size === 0) this.#forget(page, readers);
    };
    response.once('close', end);
    // A response that stands behind another one (pipelining) does not hear of its connection's end.
    socket.once('close', end);
  }

  #begin(page: Buffer): Set<Socket> {
    const readers = new Set<Socket>();
    this.#readers.set(page, readers);
    this.#bytes += page.length;
    for (const [oldest, slow] of this.#readers) {
      if (this.#bytes <= MAX_BYTES || oldest === page) break;
      this.#forget(oldest, slow);
      for (const socket of slow) socket.destroy();
    }
    return readers;
  }

  #forget(page: Buffer, readers: Set<Socket>): void {
    if (this.#readers.get(page) !== readers) return;
    this.#readers.delete(page);
    this.#bytes -= page.length;
  }
}
