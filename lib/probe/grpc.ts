// grpc: the gRPC Health Checking Protocol, grpc.health.v1.Health/Check, over HTTP/2 in clear text (gRPC over HTTP2; RFC 9113 section 3.3).
import { connect, constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { codeOf } from '../errno.ts';
import { decode } from '../fields.ts';
import { isRefusal } from '../route.ts';
import { downVerdict, upVerdict, type Verdict } from '../verdict.ts';
import { dial, reasonOf } from './dial.ts';
import { healthRequest, healthStatus } from './grpc-health.ts';
import { healthService } from './query.ts';
import type { Probe } from './target.ts';

/** The values of grpc-status, by number (gRPC status codes). */
const CODES = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
];
const HEADERS = { ':method': 'POST', ':path': '/grpc.health.v1.Health/Check', te: 'trailers', 'content-type': 'application/grpc' };
/** Bytes of an answer, of which seven are to be expected. */
const MOST_BYTES = 4096;
/** Characters that are kept of what a service said. */
const SAID_LENGTH = 300;

const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/;

/** What a service answered, from its first byte to its last, or why it did not. */
type Answer = { readonly headers: IncomingHttpHeaders; readonly trailers: IncomingHttpHeaders; readonly body: Buffer } | { readonly failure: string };

/** Up when the service that the query names, or the server as a whole where it names none, is SERVING, and the call has succeeded. */
export const probeGrpc: Probe = async (target, signal) => {
  const began = performance.now();
  const service = healthService(target.query);
  if (isRefusal(service)) return downVerdict(service.refused);
  const dialled = await dial(target, signal);
  if ('failure' in dialled) return downVerdict(dialled.failure);
  const answer = await call(dialled.socket, healthRequest(service), signal);
  return verdictOf(answer, `(${dialled.address}, ${(performance.now() - began).toFixed(1)} ms)`);
};

function verdictOf(answer: Answer, where: string): Verdict {
  const failure = 'failure' in answer ? answer.failure : failureOf(answer);
  if (failure !== undefined || 'failure' in answer) return downVerdict(`${failure} ${where}`);
  const status = healthStatus(answer.body);
  if (status === undefined) return downVerdict(`no gRPC health: ${answer.body.toString('hex', 0, 20)} ${where}`);
  return status === 'SERVING' ? upVerdict(`${status} ${where}`) : downVerdict(`${status} ${where}`);
}

/** Why a call has failed; undefined where it has not. An answer without a body has its status in the headers (Trailers-Only). */
function failureOf({ headers, trailers, body }: Exclude<Answer, { failure: string }>): string | undefined {
  const type = String(headers['content-type'] ?? 'none').slice(0, 60);
  if (Number(headers[':status']) !== 200 || !CONTENT_TYPE.test(type)) return `no gRPC: HTTP status ${headers[':status']}, content type ${type}`;
  const all = body.length === 0 ? { ...headers, ...trailers } : trailers;
  if (all['grpc-status'] === undefined) return 'no gRPC: the call ended without grpc-status';
  const code = String(all['grpc-status']);
  if (code === '0') return undefined;
  const message = String(all['grpc-message'] ?? '');
  return [CODES[Number(code)] ?? `grpc-status ${code.slice(0, 20)}`, (decode(message) ?? message).slice(0, SAID_LENGTH)].filter((part) => part !== '').join(': ');
}

/** Makes the call and waits for its end. The connection is closed then. */
function call(socket: Socket, message: Buffer, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const session = connect('http://localhost', { createConnection: () => socket });
    const settle = (answer: Answer): void => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
      session.destroy();
      socket.destroy();
    };
    const abort = (): void => settle({ failure: `${reasonOf(signal)} waiting for an answer` });
    signal.addEventListener('abort', abort);
    session.on('error', (error) => settle({ failure: describe(error) }));
    // One that hangs up at once is no error to Node.
    session.on('close', () => settle({ failure: 'closed the connection without an answer' }));
    // Whoever does not speak HTTP/2 is told nothing of what a client has asked for.
    session.once('remoteSettings', () => hear(session.request(HEADERS), settle).end(message));
    if (signal.aborted) abort();
  });
}

/** Collects the answer; hands it over when the stream has closed. */
function hear(stream: ClientHttp2Stream, settle: (answer: Answer) => void): ClientHttp2Stream {
  let headers: IncomingHttpHeaders | undefined;
  let trailers: IncomingHttpHeaders = {};
  let body = Buffer.alloc(0);
  let hasEnded = false;
  stream.on('response', (found) => (headers = found));
  stream.on('trailers', (found) => (trailers = found));
  stream.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length > MOST_BYTES) settle({ failure: 'no gRPC health: an answer without an end' });
  });
  stream.on('end', () => (hasEnded = true));
  stream.on('error', (error) => settle({ failure: describe(error) }));
  stream.on('close', () => {
    if (headers === undefined) settle({ failure: 'closed the call without an answer' });
    else settle(hasEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR ? { headers, trailers, body } : { failure: 'cut its answer short' });
  });
  return stream;
}

function describe(error: Error): string {
  const code = codeOf(error);
  return code.startsWith('ERR_HTTP2') ? `no HTTP/2: ${error.message}` : code;
}
