// A connection that a spec keeps open, for what a balancer does besides asking once.
import { connect, type Socket } from 'node:net';
import { after } from 'node:test';

/** A connection to a port of 127.0.0.1, and what has come over it. */
export interface Connection {
  readonly socket: Socket;
  /** Everything that has come so far (latin1). */
  readonly received: () => string;
  /** Resolves with everything that has come, once this has come so many times; rejects where the other side ends before. */
  readonly until: (text: string, times?: number) => Promise<string>;
  /** Resolves with everything that has come when the connection is closed, also by a reset; rejects where nothing comes for twenty seconds. */
  readonly closed: Promise<string>;
}

const PATIENCE = 20_000;

/** Opens a connection that goes when the specs around the call have ended. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1' });
  after(() => socket.destroy());
  let text = '';
  let over = false;
  const looks: (() => void)[] = [];
  const look = (): void => {
    for (const each of looks.splice(0)) each();
  };
  let isLeft = false;
  socket.setTimeout(PATIENCE, () => {
    isLeft = true;
    socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    look();
  });
  // A reset closes it, too.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve, reject) =>
    socket.once('close', () => {
      over = true;
      look();
      if (isLeft) reject(new Error(`still open after ${PATIENCE / 1000} s: ${JSON.stringify(text)}`));
      else resolve(text);
    }));
  // Most do not wait for it.
  closed.catch(() => undefined);
  const until = (wanted: string, times = 1): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (text.split(wanted).length > times) return resolve(text);
        if (over) return reject(new Error(`closed before ${JSON.stringify(wanted)} came: ${JSON.stringify(text)}`));
        looks.push(check);
      };
      check();
    });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return { socket, received: () => text, until, closed };
}
