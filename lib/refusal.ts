// Who and what is refused before it is a check: clients that are not to be answered, methods, and what Node's HTTP parser cannot read.
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';
import type { Log } from './log.ts';
import { rawResponse } from './response.ts';
import { ownReply, type Reply } from './verdict.ts';
import { plainAddress, quoteBytes } from './route.ts';

/** Node's error for `clientError`, with the bytes that the parser had before it. */
export type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer; readonly bytesParsed?: number; readonly reason?: string };

/** A request that was none: what the client is told, and a hint for the log where a setting of HAProxy's is the cause. */
export interface ParserRefusal {
  readonly reply: Reply;
  readonly hint?: string;
}

/** What refusing works with. */
export interface Refusing {
  /** Whether the client of an address is answered. */
  readonly isAllowed: (address: string) => boolean;
  readonly connections: Connections;
  readonly log: Log;
  /** What has been said of clients that speak another protocol: each hint is said once. */
  readonly hints: Set<string>;
}

/** The methods of checks, as Allow has them (RFC 9110 section 10.2.1). */
export const CHECK_METHODS = 'GET, HEAD, OPTIONS';
/** The same of a spool that can be written to over HTTP. */
export const SPOOL_METHODS = 'GET, HEAD, OPTIONS, POST';
/** The same of pages. */
export const PAGE_METHODS = 'GET, HEAD';

/** The first bytes of what is not HTTP/1 but often meets this port, by the HAProxy setting that causes it. */
const FOREIGN = [
  { what: 'TLS', start: Buffer.from([0x16, 0x03]), setting: 'remove check-ssl (or ssl without no-check-ssl) from the server line' },
  { what: 'HTTP/2', start: Buffer.from('PRI * HTTP/2.0'), setting: 'remove check-proto h2 (or proto h2) from the server line' },
  { what: 'a PROXY header', start: Buffer.from('PROXY '), setting: 'remove check-send-proxy (or name the port of the check: port 3333)' },
  { what: 'a PROXY header', start: Buffer.from('\r\n\r\n\0\r\nQUIT\n'), setting: 'remove check-send-proxy (or name the port of the check: port 3333)' },
] as const;

/** What to answer to bytes that are no request; undefined where the client is simply gone. */
export function refusalOf(error: ParserError): ParserRefusal | undefined {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return { reply: ownReply(400, 'the request did not come in time') };
  if (error.code === 'HPE_HEADER_OVERFLOW') return { reply: ownReply(400, 'request line and headers are more than 16 KiB') };
  const bytes = error.rawPacket;
  if (bytes === undefined) return undefined;
  const foreign = FOREIGN.find(({ start }) => bytes.subarray(0, start.length).equals(start));
  if (foreign === undefined) return { reply: ownReply(400, `no HTTP request: ${error.reason ?? error.message} in ${quoteBytes(lineAt(bytes, error.bytesParsed ?? 0))}`) };
  const reply = ownReply(400, `${foreign.what} on a port that speaks plain HTTP/1`);
  return { reply, hint: `a balancer speaks ${foreign.what} on this port, which speaks plain HTTP/1; in HAProxy, ${foreign.setting}` };
}

/** The line in which the parser stopped, without what one of credentials holds. */
function lineAt(bytes: Buffer, at: number): string {
  const start = bytes.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
  const end = bytes.indexOf('\n', start);
  return bytes.toString('latin1', start, end < 0 ? bytes.length : end).trimEnd().replace(/^((?:proxy-)?authorization\s*:).*/i, '$1 ...');
}

/** Refuses a CONNECT: this is no proxy. */
export function refuseConnect({ connections, isAllowed }: Refusing, socket: Socket): void {
  const address = socket.remoteAddress ?? '';
  if (!isAllowed(address)) return connections.refuse(socket, rawResponse(ownReply(403, notAllowed(address))));
  connections.refuse(socket, rawResponse(badMethod('CONNECT', CHECK_METHODS), { Allow: CHECK_METHODS }));
}

/** Refuses what Node's HTTP parser cannot read; where a setting of a balancer's is the cause, the log says so, once. */
export function refuseBytes({ connections, hints, log, isAllowed }: Refusing, error: ParserError, socket: Socket): void {
  const address = socket.remoteAddress ?? '';
  const refusal: ParserRefusal | undefined = isAllowed(address) ? refusalOf(error) : { reply: ownReply(403, notAllowed(address)) };
  // HAProxy ends every check with a reset: no error, and nothing to answer to.
  if (refusal === undefined || !socket.writable) return void socket.destroy();
  connections.refuse(socket, rawResponse(refusal.reply, {}, error.rawPacket?.toString('latin1', 0, 5) === 'HEAD '));
  if (refusal.hint === undefined || hints.has(refusal.hint)) return;
  hints.add(refusal.hint);
  log.sayCommon({ priority: 'notice', message: `${address === '' ? 'somebody' : plainAddress(address)}: ${refusal.hint}` });
}

/** The answer to a method that is not for this path. */
export function badMethod(method: string, allowed: string): Reply {
  return ownReply(405, `method ${method} is not allowed here: ${allowed}`);
}

/** What a client is told that is not to be answered. */
export function notAllowed(address: string): string {
  return `client ${plainAddress(address)} is in none of the networks of --allow-client`;
}
