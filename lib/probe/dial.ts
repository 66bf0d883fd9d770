// Opens the connection that a probe then talks over.
import { connect, type Socket } from 'node:net';
import type { Target } from './target.ts';

/** What a probe talks over, or why there is none. */
export type Dialled = { readonly socket: Socket; readonly address: string } | { readonly failure: string };

/** The loopback addresses, in the order in which they are tried: ::1 only where 127.0.0.1 refuses. */
const LOOPBACK = ['127.0.0.1', '::1'] as const;

/**
 * Connects to the service on loopback.
 *
 * @param signal the probe's deadline; the socket is destroyed when it is aborted, also later on
 * @returns the open socket, paused, and its address as text (`127.0.0.1:8080`); otherwise what 127.0.0.1 said
 */
export async function dial({ port }: Target, signal: AbortSignal): Promise<Dialled> {
  const [first, second] = LOOPBACK;
  const dialled = await dialAddress(first, port, signal);
  if (!('failure' in dialled) || !dialled.failure.includes('ECONNREFUSED')) return dialled;
  const otherwise = await dialAddress(second, port, signal);
  return 'failure' in otherwise ? dialled : otherwise;
}

function dialAddress(host: string, port: number, signal: AbortSignal): Promise<Dialled> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const abort = (): void => {
      resolve({ failure: `${reasonOf(signal)} connecting to ${address}` });
      socket.destroy();
    };
    signal.addEventListener('abort', abort);
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('connect', () => {
      if (!isOwnEcho(socket)) return resolve({ socket, address });
      resolve({ failure: `connect ECONNREFUSED ${address}` });
      socket.destroy();
    });
    // Stays on for the socket's life: an error that nobody listens for would end the process.
    socket.on('error', (error) => resolve({ failure: error.message }));
    if (signal.aborted) abort();
  });
}

/**
 * Whether a socket is connected with itself: where nobody listens on a port that the kernel also gives to outgoing connections,
 * it now and then takes that very port for ours, and both ends are one (a simultaneous open, RFC 9293 section 3.5).
 */
function isOwnEcho({ localPort, remotePort, localAddress, remoteAddress }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}

/** What an aborted signal says: how long the probe waited. */
export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'timed out';
}
