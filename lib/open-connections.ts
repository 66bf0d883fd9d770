// The connections that are open, the longest silent first; those whose client waits for an answer apart from the others.
import type { Socket } from 'node:net';

/** Connections, with what is known of each. */
export class OpenConnections<Connection> implements Iterable<[Socket, Connection]> {
  readonly #quiet = new Map<Socket, Connection>();
  readonly #waiting = new Map<Socket, Connection>();

  /** How many there are. */
  get size(): number {
    return this.#quiet.size + this.#waiting.size;
  }

  /** What is known of one; undefined where it is not open. */
  get(socket: Socket): Connection | undefined {
    return this.#quiet.get(socket) ?? this.#waiting.get(socket);
  }

  /** Takes in one that is new. */
  add(socket: Socket, connection: Connection): void {
    this.#quiet.set(socket, connection);
  }

  /** It is open no longer, or as good as that. */
  delete(socket: Socket): void {
    if (!this.#quiet.delete(socket)) this.#waiting.delete(socket);
  }

  /** Its client waits for an answer from now on. */
  wait(socket: Socket): void {
    move(socket, this.#quiet, this.#waiting);
  }

  /** Its client waits for none any more, and has just been heard of. */
  rest(socket: Socket): void {
    move(socket, this.#waiting, this.#quiet);
  }

  /** Its client has just been heard of. */
  touch(socket: Socket): void {
    move(socket, this.#quiet, this.#quiet);
  }

  /**
   * The one to close for a newcomer: the longest silent of those that wait for an answer, or of the others, whichever are more. Those are the
   * crowd: neither clients who say nothing take the place of one who waits for a slow probe, nor clients who wait that of one who is about to ask.
   */
  get longestSilent(): Socket | undefined {
    const crowd = this.#waiting.size > this.#quiet.size ? this.#waiting : this.#quiet;
    return crowd.keys().next().value;
  }

  *[Symbol.iterator](): Iterator<[Socket, Connection]> {
    yield* this.#quiet;
    yield* this.#waiting;
  }
}

/** To the end; nothing where it is not there. */
function move<Connection>(socket: Socket, from: Map<Socket, Connection>, to: Map<Socket, Connection>): void {
  const connection = from.get(socket);
  if (connection === undefined) return;
  from.delete(socket);
  to.set(socket, connection);
}
