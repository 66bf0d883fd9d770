// http: one GET of HTTP/1.1 (RFC 9110, RFC 9112) on a connection of its own; the answer's status is the verdict.
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf } from '../errno.ts';
import { BODY_BYTES, downVerdict, serviceVerdict, type Verdict } from '../verdict.ts';
import { VERSION } from '../version.ts';
import { dial, reasonOf } from './dial.ts';
import type { Probe, Target } from './target.ts';

/** Up when the service answers with a status from 200 to 399; a redirect is an answer and is not followed. */
export const probeHttp: Probe = async (target, signal) => {
  const dialled = await dial(target, signal);
  return 'failure' in dialled ? downVerdict(dialled.failure) : exchange(dialled.socket, dialled.address, target, signal);
};

/**
 * Sends the request over an open socket and waits for the answer, or for as much of its body as is kept.
 *
 * @param address the service's, for the words of a failure
 */
export function exchange(socket: Socket, address: string, target: Target, signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve) => {
    const outgoing = request({
      createConnection: () => socket,
      path: `/${target.query}`,
      setHost: false,
      headers: { Host: `localhost:${target.port}`, 'User-Agent': `hacheck/${VERSION}`, Connection: 'close' },
    });
    let answer: IncomingMessage | undefined;
    const settle = (verdict: Verdict): void => {
      signal.removeEventListener('abort', abort);
      resolve(verdict);
      outgoing.destroy();
      socket.destroy();
    };
    const abort = (): void => settle(downVerdict(`${reasonOf(signal)} waiting for the ${answer === undefined ? 'headers' : 'body'} of ${address}`));
    signal.addEventListener('abort', abort);
    outgoing.on('error', (error) => {
      // What follows a complete answer does not matter (RFC 9112 section 6.3): the answer's end is under way.
      if (answer?.complete !== true) settle(downVerdict(describe(error, address)));
    });
    // An answer of 101 that nobody asked for (RFC 9110 section 15.2.2): the connection no longer speaks HTTP.
    const switched = (): void => settle(downVerdict(`${address} switched protocols unasked (101)`));
    outgoing.on('upgrade', switched);
    outgoing.on('response', (response) => {
      answer = response;
      const { statusCode = 0, statusMessage = '' } = response;
      if (statusCode === 101) return switched();
      const end = (body: Buffer): void => settle(serviceVerdict(statusCode, statusMessage, body));
      response.on('error', () => settle(downVerdict(`${address} cut its answer short`)));
      // These have no body, whatever their headers say (RFC 9112 section 6.3). Node 18 would wait for one.
      if (statusCode === 204 || statusCode === 304) return end(Buffer.alloc(0));
      collect(response, end);
    });
    outgoing.end();
    if (signal.aborted) abort();
  });
}

/** Hands over the body, or its first {@link BODY_BYTES} as soon as they are there. */
function collect(answer: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => done(Buffer.concat(chunks, Math.min(size, BODY_BYTES)));
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_BYTES) finish();
  });
  answer.on('end', finish);
}

function describe(error: Error & { reason?: unknown }, address: string): string {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return `no HTTP from ${address}: ${String(error.reason ?? error.message)}`;
  if (error.message === 'socket hang up') return `${address} closed the connection without an answer`;
  return `${code} from ${address}`;
}
