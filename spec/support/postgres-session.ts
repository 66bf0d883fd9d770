// Sessions of a PostgreSQL whose users need no password.
import { connect, type Socket } from 'node:net';

/** A session that waits for queries, and the server's process that serves it. */
export interface PostgresSession {
  readonly socket: Socket;
  readonly pid: number;
}

/** BackendKeyData (PostgreSQL manual, 55.7): its type, its length, and the process. */
const KEY = 'K\0\0\0\x0c';
/** ReadyForQuery, idle. */
const READY = 'Z\0\0\0\x05I';

/** Opens a session of the user postgres; resolves when the server waits for its queries. */
export async function openPostgresSession(port: number): Promise<PostgresSession> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const names = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.from([0, 0, 0, 8 + names.length, 0, 3, 0, 0]);
  socket.write(Buffer.concat([head, names]));
  let heard = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => ((heard += chunk.toString('latin1')).endsWith(READY) ? resolve() : undefined));
    socket.on('close', () => reject(new Error(`no session: ${heard}`)));
  });
  return { socket, pid: Buffer.from(heard, 'latin1').readUInt32BE(heard.indexOf(KEY) + KEY.length) };
}
