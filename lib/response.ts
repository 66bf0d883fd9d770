// A Reply as an HTTP response. This is the one writer of responses.
import type { ServerResponse } from 'node:http';
import type { Found } from './cache.ts';
import type { Reply } from './verdict.ts';

const TEXT = 'text/plain; charset=utf-8';
/** Up to this size an ASCII body is written in one piece with its headers. */
const INLINE_BYTES = 4096;
/** A body that goes out in one packet with its headers, on any network. */
const ONE_PACKET = 900;

interface Rendered {
  readonly headers: string[];
  readonly body: string | Buffer;
  readonly ttl: number | undefined;
}

/** What a response says besides the reply: headers, name by value. */
export type Headers = Readonly<Record<string, string>>;

/** Writes responses; keeps those of hits ready until their verdict goes or their ttl changes. */
export class Responder {
  readonly #ready = new WeakMap<Reply, Rendered>();

  /** Answers a check that no probe was asked for, or a page. */
  send(response: ServerResponse, reply: Reply, headers?: Headers): void {
    write(response, reply, render(reply, headers));
  }

  /** Answers a check with the verdict of a probe. */
  sendFound(response: ServerResponse, found: Found<Reply>): void {
    const reply = found.value;
    if (found.ttl === undefined) return this.send(response, reply, { 'Cache-Status': cacheStatus(found) });
    let rendered = this.#ready.get(reply);
    if (rendered?.ttl !== found.ttl) {
      rendered = { ...render(reply, { 'Cache-Status': cacheStatus(found) }), ttl: found.ttl };
      this.#ready.set(reply, rendered);
    }
    write(response, reply, rendered);
  }

  /** Answers with a constant reply, whose response is made once. */
  sendConstant(response: ServerResponse, reply: Reply): void {
    let rendered = this.#ready.get(reply);
    if (rendered === undefined) this.#ready.set(reply, (rendered = render(reply)));
    write(response, reply, rendered);
  }
}

function write(response: ServerResponse, reply: Reply, { headers, body }: Rendered): void {
  const { socket } = response;
  // Nagle's algorithm would hold back the last packet of several until the balancer has acknowledged the others.
  if (body.length > ONE_PACKET) socket?.setNoDelay(true);
  if (socket === null || socket.writableLength > 0) {
    // An earlier answer on this connection is not out yet (pipelining): this one waits behind it.
    response.writeHead(reply.status, reply.phrase, headers);
    response.end(body, 'latin1');
    return;
  }
  // Corked by hand, headers and body go out in one write(2); end() with a body makes a writev(2) of them and an empty string.
  // Where something here throws, the end of the 500 uncorks it.
  socket.cork();
  response.writeHead(reply.status, reply.phrase, headers);
  response.write(body, 'latin1');
  socket.uncork();
  response.end();
}

function render(reply: Reply, headers: Headers = {}): Rendered {
  const { status, body } = reply;
  const bare = status === 204 || status === 304;
  const all = { ...headersOf(reply), ...headers };
  if (bare) delete all['Content-Length'];
  return { headers: Object.entries(all).flat(), body: bare ? '' : inlined(body), ttl: undefined };
}

function headersOf({ status, reason, body }: Reply): Record<string, string> {
  const headers = { 'Content-Type': TEXT, 'X-Content-Type-Options': 'nosniff', 'Content-Length': String(body.length) };
  return status < 400 ? headers : { ...headers, 'X-Hacheck-Reason': reason };
}

function inlined(body: Buffer): string | Buffer {
  return body.length <= INLINE_BYTES ? body.toString('latin1') : body;
}

/** The Cache-Status field (RFC 9211) of a check for which a probe was asked. */
export function cacheStatus({ ttl, fwd, collapsed, stored }: Found<unknown>): string {
  if (ttl !== undefined) return `hacheck; hit; ttl=${ttl}`;
  return `hacheck; fwd=${fwd}${collapsed === true ? '; collapsed' : ''}${stored === true ? '; stored' : ''}`;
}

/** A reply as bytes for a socket that Node's HTTP has given up on; the connection ends with it. For HEAD it goes out without its body. */
export function rawResponse(reply: Reply, headers: Headers = {}, isHead = false): Buffer {
  const all = { Date: new Date().toUTCString(), Connection: 'close', ...headersOf(reply), ...headers };
  const lines = [`HTTP/1.1 ${reply.status} ${reply.phrase}`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return isHead ? head : Buffer.concat([head, reply.body]);
}
