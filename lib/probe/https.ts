// https: as http, over TLS. The certificate is not verified: the service is dialled by an address, on loopback unless headers choose another, and by no name
// that one could hold. It is told localhost for one (SNI), whatever Host says.
import type { Socket } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { codeOf } from '../errno.ts';
import { downVerdict } from '../verdict.ts';
import { dial, reasonOf } from './dial.ts';
import { probeOver } from './http.ts';
import type { Probe } from './target.ts';

/** Up when the service answers over TLS with a status from 200 to 399. */
export const probeHttps: Probe = async (target, signal) => {
  const dialled = await dial(target, signal);
  if ('failure' in dialled) return downVerdict(dialled.failure);
  const secured = await secure(dialled.socket, dialled.address, signal);
  return 'failure' in secured ? downVerdict(secured.failure) : probeOver(secured.socket, dialled.address, target, signal);
};

function secure(socket: Socket, address: string, signal: AbortSignal): Promise<{ socket: TLSSocket } | { failure: string }> {
  return new Promise((resolve) => {
    // With no authorities at all: reading Node's own takes tens of milliseconds, and nothing is verified.
    const secured = connect({ socket, servername: 'localhost', rejectUnauthorized: false, secureContext: createSecureContext({ ca: [] }) });
    const settle = (outcome: { socket: TLSSocket } | { failure: string }): void => {
      signal.removeEventListener('abort', abort);
      resolve(outcome);
      if ('failure' in outcome) secured.destroy();
    };
    const abort = (): void => settle({ failure: `${reasonOf(signal)} waiting for TLS of ${address}` });
    signal.addEventListener('abort', abort);
    secured.once('secureConnect', () => settle({ socket: secured }));
    // Stays on for the socket's life, as in dial.ts.
    secured.on('error', (error: Error & { reason?: unknown }) => settle({ failure: `no TLS with ${address}: ${String(error.reason ?? codeOf(error))}` }));
    if (signal.aborted) abort();
  });
}
