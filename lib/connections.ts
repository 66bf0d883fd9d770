// The connections of the HTTP listeners: which are idle, which have not spoken yet, which wait for an answer.
// Node's own keep-alive timer is off, because it costs a timer for each request; one sweep for all does its work.
// One room, though a long one: each of its rules reads what the others have noted of a connection.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Flood } from './flood.ts';
import type { Listened } from './listen.ts';
import { OpenConnections } from './open-connections.ts';

/** Connections without a request for so many sweeps are closed. */
const IDLE_SWEEPS = 12;

interface Connection {
  /** Requests whose answer is not out yet. */
  pending: number;
  /** Whether it has made a request. */
  spoken: boolean;
  /** The request that was made last, for as long as it may still have a body. */
  request?: IncomingMessage;
  /** What to end it with, once its answers are out: it said something that was refused. */
  last?: Buffer;
  /** The number of the sweep at which it was last in use. */
  seen: number;
  /** Bytes that had gone out at the last sweep. */
  written: number;
}

/** What is asked of connections, and who hears of it where that is too much. */
export interface Limits {
  /** How many are open at once; beyond it the longest silent is closed. */
  readonly most: number;
  /** Is called where that has happened. */
  readonly crowded: () => void;
  /** Is called where one was closed that sent too many requests without waiting for answers, with the client's address. */
  readonly flooded: (address: string) => void;
}

const UNLIMITED: Limits = { most: Infinity, crowded: () => undefined, flooded: () => undefined };

/** The open connections of all of a daemon's HTTP listeners. */
export class Connections implements Listened {
  /** In the order of their silence for as long as more than half of those that may be are open. */
  readonly #open = new OpenConnections<Connection>();
  /** One function for all connections, with the socket as `this`: HAProxy makes a new connection for each check. */
  readonly #forget: (this: Socket) => void;
  readonly #limits: Limits;
  readonly #flood = new Flood();
  #sweep = 0;
  #accepted = 0;
  #closedForRoom = 0;
  #closing = false;

  constructor(limits: Limits = UNLIMITED) {
    this.#limits = limits;
    const open = this.#open;
    this.#forget = function forget() {
      open.delete(this);
    };
  }

  /** How many have come so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many were closed to make room for others. */
  get closedForRoom(): number {
    return this.#closedForRoom;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  get open(): Socket[] {
    return [...this.#open].map(([socket]) => socket);
  }

  /** Takes a new connection in. */
  add(socket: Socket): void {
    this.#accepted += 1;
    if (this.#open.size >= this.#limits.most) this.#makeRoom();
    this.#open.add(socket, { pending: 0, spoken: false, seen: this.#sweep, written: 0 });
    socket.on('close', this.#forget);
    this.#flood.add(socket);
  }

  #makeRoom(): void {
    const longestSilent = this.#open.longestSilent;
    if (longestSilent === undefined) return;
    this.#closedForRoom += 1;
    this.#drop(longestSilent);
    this.#limits.crowded();
  }

  /** Its event comes later, and more connections and requests in the same turn. */
  #drop(socket: Socket): void {
    this.#open.delete(socket);
    socket.destroy();
  }

  /** A request has come. Gives whether it is to be answered. */
  take(request: IncomingMessage): boolean {
    const connection = this.#open.get(request.socket);
    if (connection === undefined) return false;
    connection.spoken = true;
    connection.request = request;
    connection.seen = this.#sweep;
    // Only where the order may soon matter: it costs each check 2 %.
    if (2 * this.#open.size > this.#limits.most) this.#open.touch(request.socket);
    if (connection.pending < this.#flood.mostPending) return true;
    this.flood(request.socket);
    return false;
  }

  /** Whether an answer is to be the last one on its connection: nobody is served any more, and no other answer is still to come there. */
  isLast(socket: Socket): boolean {
    return this.#closing && (this.#open.get(socket)?.pending ?? 0) <= 1;
  }

  /** Closes a connection that sends more than it may without waiting for answers. */
  flood(socket: Socket): void {
    this.#limits.flooded(socket.remoteAddress ?? 'somebody');
    this.#drop(socket);
    this.#flood.begin(this.open);
  }

  /** A request has come whose answer is not given at once, or stands behind one that is not. */
  defer(socket: Socket, response: ServerResponse): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.pending += 1;
    this.#open.wait(socket);
    response.once('close', () => {
      connection.pending -= 1;
      connection.seen = this.#sweep;
      if (connection.pending > 0) return;
      this.#open.rest(socket);
      if (connection.last !== undefined) socket.end(connection.last);
      else if (this.#closing) socket.destroySoon();
    });
  }

  /**
   * Ends a connection that said what is no request. The answers that are still to come on it go out first. Where what it said is
   * a broken body, its request has an answer, and there is nothing more to say.
   *
   * @param last the bytes to end with
   */
  refuse(socket: Socket, last: Buffer): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.last !== undefined) return;
    // Node's HTTP listens for its errors no longer, and an error that nobody listens for ends the process.
    socket.on('error', () => socket.destroy());
    const isBody = connection.request?.complete === false;
    connection.last = isBody ? Buffer.alloc(0) : last;
    // Whoever reads the body waits for no more of it.
    if (isBody) connection.request?.emit('aborted');
    if (connection.pending === 0) socket.end(connection.last);
  }

  /** To be called every few seconds: closes those that have been idle, or have not read, for twelve calls, and those that were refused before the last one. */
  sweep(): void {
    this.#sweep += 1;
    this.#flood.sweep();
    for (const [socket, connection] of this.#open) {
      const { pending, last, request } = connection;
      if (request?.complete === true) delete connection.request;
      const answerWaits = socket.writableLength > 0;
      if (answerWaits && socket.bytesWritten !== connection.written) connection.seen = this.#sweep;
      connection.written = socket.bytesWritten;
      // One that waits for an answer is not idle, unless an answer waits for it to read.
      if (pending > 0 && !answerWaits) continue;
      if (this.#sweep - connection.seen > (last === undefined ? IDLE_SWEEPS : 1)) socket.destroy();
    }
  }

  /**
   * Lets go of everyone who is connected: idle connections at once, those that wait for an answer with it, and those that have not spoken yet
   * after a moment, because their request may be on its way.
   *
   * @param patience milliseconds for connections that have not spoken
   */
  close(patience: number): void {
    this.#closing = true;
    for (const [socket, { pending, spoken }] of this.#open) if (pending === 0 && spoken) socket.destroySoon();
    // Those alone: whoever comes later has a patience of its own.
    const here = [...this.#open];
    setTimeout(() => {
      for (const [socket, { pending }] of here) if (pending === 0) socket.destroySoon();
    }, patience).unref();
  }

  /** Ends every connection now, whatever it waits for. */
  cut(): void {
    for (const [socket] of this.#open) socket.destroy();
  }
}
