// The connections of the HTTP listeners: which are idle, which have not spoken yet, which wait for an answer.
// Node's own keep-alive timer is off, because it costs a timer for each request; one sweep for all does its work.
import type { Socket } from 'node:net';

/** Connections without a request for so many sweeps are closed. */
const IDLE_SWEEPS = 12;

interface Connection {
  /** Requests whose answer is still to come. */
  pending: number;
  /** Whether it has made a request. */
  spoken: boolean;
  /** Whether what it said was refused, so that nothing more is read. */
  refused: boolean;
  /** The number of the sweep at which it was last in use. */
  seen: number;
}

export class Connections {
  readonly #open = new Map<Socket, Connection>();
  /** One function for all connections, with the socket as `this`: HAProxy makes a new connection for each check. */
  readonly #forget: (this: Socket) => void;
  #sweep = 0;
  #closing = false;

  constructor() {
    const open = this.#open;
    this.#forget = function forget() {
      open.delete(this);
    };
  }

  /** Whether answers are to be the last ones on their connections. */
  get closing(): boolean {
    return this.#closing;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes a new connection in. */
  add(socket: Socket): void {
    this.#open.set(socket, { pending: 0, spoken: false, refused: false, seen: this.#sweep });
    socket.on('close', this.#forget);
  }

  /** A request has come whose answer is given at once. */
  touch(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.spoken = true;
    connection.seen = this.#sweep;
  }

  /** A request's answer is still to come. */
  wait(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.pending += 1;
  }

  /** A request that had to wait has its answer. */
  answered(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.pending -= 1;
    connection.seen = this.#sweep;
    if (connection.refused && connection.pending === 0) socket.destroySoon();
  }

  /**
   * Ends a connection whose request was refused before it was one. Answers that others wait for on it are given first.
   *
   * @param last the bytes to end with
   */
  refuse(socket: Socket, last: Buffer): void {
    const connection = this.#open.get(socket);
    if (connection?.refused === true) return;
    if (connection !== undefined) connection.refused = true;
    if (connection !== undefined && connection.pending > 0) return;
    socket.end(last);
  }

  /** To be called every few seconds: closes those that have been idle for twelve calls, and those that were refused before the last one. */
  sweep(): void {
    this.#sweep += 1;
    for (const [socket, { pending, refused, seen }] of this.#open) {
      if (pending > 0) continue;
      if (this.#sweep - seen > (refused ? 1 : IDLE_SWEEPS)) socket.destroy();
    }
  }

  /**
   * Lets go of everyone: idle connections at once, those that wait for an answer with it, and those that have not spoken yet
   * after a moment, because their request may be on its way.
   *
   * @param patience milliseconds for connections that have not spoken
   */
  close(patience: number): void {
    this.#closing = true;
    for (const [socket, { pending, spoken }] of this.#open) if (pending === 0 && spoken) socket.destroySoon();
    setTimeout(() => {
      for (const [socket, { pending }] of this.#open) if (pending === 0) socket.destroySoon();
    }, patience).unref();
  }

  /** Ends every connection now, whatever it waits for. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}
