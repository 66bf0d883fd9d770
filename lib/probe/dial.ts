// Opens the connection that a probe then talks over.
import { connect, type Socket } from 'node:net';
import { codeOf } from '../errno.ts';
import { formatPlace } from '../route.ts';
import type { Target } from './target.ts';

/** What a probe talks over, or why there is none. */
export type Dialled = { readonly socket: Socket; readonly address: string } | { readonly failure: string };

/** What a host can be short of, by the system's name for it (connect(2), socket(2)). */
const LACKS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'no local port is left (net.ipv4.ip_local_port_range)',
  EMFILE: 'no file descriptor is left (LimitNOFILE=, ulimit -n)',
  ENFILE: 'the host has no file descriptor left (fs.file-max)',
  ENOBUFS: 'the host has no memory left for sockets',
  ENOMEM: 'the host has no memory left',
};
/** The loopback addresses, in the order in which they are tried: ::1 only where 127.0.0.1 refuses. */
const LOOPBACK = ['127.0.0.1', '::1'] as const;

/**
 * Connects to the service: on loopback, or at the address that the target names.
 *
 * @param signal the probe's deadline until there is a socket; from then on its taker must watch it
 * @returns the open socket, paused, and its address as text (`127.0.0.1:8080`); otherwise what the address, or 127.0.0.1, said
 */
export async function dial({ address, port }: Pick<Target, 'address' | 'port'>, signal: AbortSignal): Promise<Dialled> {
  if (address !== undefined) return dialAddress(address, port, signal);
  const [first, second] = LOOPBACK;
  const dialled = await dialAddress(first, port, signal);
  if (!('failure' in dialled) || !dialled.failure.includes('ECONNREFUSED')) return dialled;
  const otherwise = await dialAddress(second, port, signal);
  // Where the deadline passed meanwhile, that is the cause; otherwise what the first address said.
  return 'failure' in otherwise && !signal.aborted ? dialled : otherwise;
}

function dialAddress(host: string, port: number, signal: AbortSignal): Promise<Dialled> {
  const address = formatPlace(host, port);
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const settle = (dialled: Dialled): void => {
      signal.removeEventListener('abort', abort);
      resolve(dialled);
    };
    const abort = (): void => {
      settle({ failure: `${reasonOf(signal)} connecting to ${address}` });
      socket.destroy();
    };
    signal.addEventListener('abort', abort);
    socket.once('connect', () => {
      if (socket.localPort !== port || socket.localAddress !== host) return settle({ socket, address });
      // Where nobody listens, the kernel may have given this socket the very port it calls, and so connected it to itself.
      // A reset, so that the port is not kept from its service by TIME_WAIT.
      socket.resetAndDestroy();
      settle({ failure: `connect ECONNREFUSED ${address}` });
    });
    // Stays on for the socket's life: an error that nobody listens for would end the process.
    socket.on('error', (error) => settle({ failure: causeOf(error, address) }));
    if (signal.aborted) abort();
  });
}

/** What the system said; and what this host lacks, where it is not the service that failed. */
function causeOf(error: Error, address: string): string {
  const code = codeOf(error);
  const lack = LACKS[code];
  return lack === undefined ? error.message : `connect ${code} ${address}: ${lack}`;
}

/** What an aborted signal says: how long the probe waited. */
export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : 'timed out';
}
