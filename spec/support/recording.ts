// A service that keeps what it is asked, byte for byte, and says where it was asked.
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { started, type Service } from './service.ts';

/** Such a service. */
export interface RecordingService extends Service {
  /** The heads of the requests so far, one character a byte, without the empty line behind them. */
  readonly heads: readonly string[];
  /** The header lines of the last request. */
  readonly lines: () => readonly string[];
}

/** Starts one, which answers each request with 200 and `host:port`; it ends with the specs around the call. */
export async function recordingService(host = '127.0.0.1', port = 0): Promise<RecordingService> {
  const heads: string[] = [];
  const server = createServer((socket) => readHead(socket, (head) => {
    heads.push(head);
    const body = `${host}:${socket.localPort}`;
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }));
  const service = await started(server, host, port);
  return { ...service, heads, lines: () => heads.at(-1)?.split('\r\n').slice(1) ?? [] };
}

function readHead(socket: Socket, take: (head: string) => void): void {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (text.endsWith('\r\n\r\n')) take(text.slice(0, -4));
  });
}
