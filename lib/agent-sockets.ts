// The connections of the agent's listeners.
import type { Socket } from 'node:net';
import type { Listened } from './listen.ts';

/** The open connections of the agent's listeners. Each ends by itself, soon. */
export class AgentSockets implements Listened {
  readonly #open = new Set<Socket>();
  readonly #most: number;
  readonly #crowded: () => void;
  #accepted = 0;
  #closedForRoom = 0;

  /**
   * @param most that are open at once; beyond it the oldest is closed, which has had its time
   * @param crowded is called where that has happened
   */
  constructor(most = Infinity, crowded = (): void => undefined) {
    this.#most = most;
    this.#crowded = crowded;
  }

  get accepted(): number {
    return this.#accepted;
  }

  get closedForRoom(): number {
    return this.#closedForRoom;
  }

  get size(): number {
    return this.#open.size;
  }

  get open(): Socket[] {
    return [...this.#open];
  }

  /** Takes a new connection in. */
  add(socket: Socket): void {
    this.#accepted += 1;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    if (this.#open.size > this.#most) this.#makeRoom();
  }

  #makeRoom(): void {
    for (const oldest of this.#open) {
      this.#open.delete(oldest);
      this.#closedForRoom += 1;
      oldest.destroy();
      return this.#crowded();
    }
  }

  close(): void {
    // Whoever has connected is answered within half a second and a probe's time.
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
