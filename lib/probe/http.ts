// http: one GET of HTTP/1.1 (RFC 9110, RFC 9112) on a connection of its own; the answer's status is the verdict.
import { request, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf } from '../errno.ts';
import { formatPlace } from '../route.ts';
import { BODY_BYTES, downVerdict, serviceVerdict, type Verdict } from '../verdict.ts';
import { VERSION } from '../version.ts';
import { dial, reasonOf } from './dial.ts';
import type { Probe, Target } from './target.ts';

/** Answers of 1xx before the one that counts; a server makes one or two. */
const MOST_INTERIM = 100;
/** Pieces of a body that are kept before they are made one: a piece can be a byte, and takes hundreds. */
const MOST_PIECES = 64;

/** What a service answered, with what its body came to, or why it did not. */
export type HttpAnswer<T> = { readonly status: number; readonly phrase: string; readonly body: T } | { readonly failure: string };

/** What makes something of a body while it comes. */
export interface BodyReader<T> {
  /** Takes what has come; whether that is enough. */
  take(chunk: Buffer): boolean;
  /** What the body comes to, once it has ended or is enough. */
  end(): T;
}

/** Up when the service answers with a status from 200 to 399; a redirect is an answer and is not followed. */
export const probeHttp: Probe = async (target, signal) => {
  const dialled = await dial(target, signal);
  return 'failure' in dialled ? downVerdict(dialled.failure) : probeOver(dialled.socket, dialled.address, target, signal);
};

/** The same over an open socket, in clear text or TLS. */
export async function probeOver(socket: Socket, address: string, target: Target, signal: AbortSignal): Promise<Verdict> {
  const answer = await exchange(socket, address, { path: `/${target.query}`, headers: headersOf(target) }, firstBytes(BODY_BYTES), signal);
  return 'failure' in answer ? downVerdict(answer.failure) : serviceVerdict(answer.status, answer.phrase, answer.body);
}

/** Those of every probe, and those that the target names, which take their place; a name that it has several times goes out as often. */
export function headersOf({ address, port, headers }: Target): OutgoingHttpHeaders {
  // Without a prototype, which has names of its own.
  const named = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of headers) named[name] = [...(named[name] ?? []), value];
  return { Host: formatPlace(address ?? 'localhost', port), 'User-Agent': `hacheck/${VERSION}`, ...named, Connection: 'close' };
}

/**
 * Sends a GET over an open socket and waits for the answer, or for as much of its body as is enough. The socket is closed then.
 *
 * @param address the service's, for the words of a failure
 * @param reader of the body
 * @throws what the reader throws
 */
export function exchange<T>(socket: Socket, address: string, options: Pick<RequestOptions, 'path' | 'headers'>, reader: BodyReader<T>, signal: AbortSignal): Promise<HttpAnswer<T>> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      setHost: false,
      ...options,
    });
    let answer: IncomingMessage | undefined;
    const settle = (outcome: HttpAnswer<T>): void => {
      signal.removeEventListener('abort', abort);
      resolve(outcome);
      outgoing.destroy();
      socket.destroy();
    };
    // An exception in a listener would end the process: a bug in a reader costs those who wait for it.
    const read = (reading: () => void): void => {
      try {
        reading();
      } catch (error) {
        reject(error);
        settle({ failure: 'a bug in hacheck' });
      }
    };
    const abort = (): void => settle({ failure: `${reasonOf(signal)} waiting for the ${answer === undefined ? 'headers' : 'body'} of ${address}` });
    signal.addEventListener('abort', abort);
    outgoing.on('error', (error) => {
      // What follows a complete answer does not matter (RFC 9112 section 6.3): the answer's end is under way.
      if (answer?.complete !== true) settle({ failure: describe(error, address) });
    });
    // An answer of 101 that nobody asked for (RFC 9110 section 15.2.2): the connection no longer speaks HTTP.
    const switched = (): void => settle({ failure: `${address} switched protocols unasked (101)` });
    outgoing.on('upgrade', switched);
    let interim = 0;
    outgoing.on('information', () => {
      if ((interim += 1) > MOST_INTERIM) settle({ failure: `no answer from ${address}: more than ${MOST_INTERIM} that are to be followed by one (1xx)` });
    });
    outgoing.on('response', (response) => {
      answer = response;
      const { statusCode: status = 0, statusMessage: phrase = '' } = response;
      // Node's parser takes other versions, too. It does not tell RTSP/1.0 and the like from HTTP/1.0.
      if (response.httpVersionMajor !== 1) return settle({ failure: `no HTTP/1 from ${address}: version ${response.httpVersion}` });
      if (status === 101) return switched();
      const end = (): void => read(() => settle({ status, phrase, body: reader.end() }));
      response.on('error', () => settle({ failure: `${address} cut its answer short` }));
      // These have no body, whatever their headers say (RFC 9112 section 6.3). Node 18 would wait for one.
      if (status === 204 || status === 304) return end();
      response.on('data', (chunk: Buffer) => read(() => (reader.take(chunk) ? end() : undefined)));
      response.on('end', end);
    });
    outgoing.end();
    if (signal.aborted) abort();
  });
}

/** Keeps so many bytes of a body. */
export function firstBytes(most: number): BodyReader<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  return {
    take: (chunk) => {
      pieces.push(chunk);
      size += chunk.length;
      if (pieces.length === MOST_PIECES) pieces = [Buffer.concat(pieces)];
      return size >= most;
    },
    end: () => Buffer.concat(pieces, Math.min(size, most)),
  };
}

function describe(error: Error & { reason?: unknown }, address: string): string {
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return `no HTTP from ${address}: ${String(error.reason ?? error.message)}`;
  if (error.message === 'socket hang up') return `${address} closed the connection without an answer`;
  return `${code} from ${address}`;
}
