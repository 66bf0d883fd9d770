// Bytes from another address of loopback than 127.0.0.1, as other hosts send them.
import { connect } from 'node:net';

const PATIENCE = 20_000;

/** Sends bytes from an address and reads (latin1) until the other side ends. */
export function exchangeFrom(from: string, port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: from.includes(':') ? '::1' : '127.0.0.1', localAddress: from }, () => socket.write(bytes));
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`nothing from port ${port} for ${PATIENCE} ms`)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}
