// Clients who send requests without waiting for answers (pipelining), and too many of them.
import type { Socket } from 'node:net';
import { readInSlices } from './slices.ts';

/** Requests that may wait for their answers on one connection; it is closed beyond. A server may do that (RFC 9112 section 9.3.2). */
export const MOST_PENDING = 100;
/** The same while there is a flood. */
const FEW_PENDING = 16;
/** Sweeps after the last of them that it lasts. */
const SWEEPS = 12;

/** Whether there is a flood of requests. While there is, what is sent is read in slices, so that it costs little before its connection is closed. */
export class Flood {
  #sweepsLeft = 0;
  /** Connections that are read so, since some earlier flood: slices of slices would take more time with each, and in the end all of the stack. */
  readonly #sliced = new WeakSet<Socket>();

  /** Requests that may wait for their answers on one connection now. */
  get mostPending(): number {
    return this.#sweepsLeft > 0 ? FEW_PENDING : MOST_PENDING;
  }

  /** Somebody has sent more. */
  begin(open: Iterable<Socket>): void {
    // The others at once: they may have as much to say in this turn.
    if (this.#sweepsLeft === 0) for (const socket of open) this.#slice(socket);
    this.#sweepsLeft = SWEEPS;
  }

  /** Takes a new connection in. */
  add(socket: Socket): void {
    if (this.#sweepsLeft > 0) this.#slice(socket);
  }

  #slice(socket: Socket): void {
    if (this.#sliced.has(socket)) return;
    this.#sliced.add(socket);
    readInSlices(socket);
  }

  /** To be called every few seconds. */
  sweep(): void {
    this.#sweepsLeft = Math.max(0, this.#sweepsLeft - 1);
  }
}
