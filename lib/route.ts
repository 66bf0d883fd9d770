// The text of a check or of a mark's name, and the one rule for services and ports that both obey.
import { shortened } from './line.ts';

/** What a balancer asks: how is this service, on this port? */
export interface Check {
  /** `spool`, or the name of a probe. */
  readonly protocol: string;
  readonly service: string;
  /** 1 to 65535; 0 stands for no port and is for `spool` alone. */
  readonly port: number;
  /** Everything behind the port's slash, byte for byte (one character a byte); empty where there is none. */
  readonly query: string;
  /** The names of the marks that take this service out, in their order of precedence. */
  readonly marks: readonly string[];
}

/** Why a text is not what it should be: one line that quotes it and says what is allowed. */
export interface Refusal {
  readonly refused: string;
  /** 403 for what an option forbids; otherwise it is a bad request. */
  readonly status?: 403;
}

/** Whether something was refused. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** What an operator takes out: a service, one port of it, or that port of one address. */
export interface MarkName {
  readonly service: string;
  readonly port?: number;
  readonly address?: string;
}

const SERVICE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const QUOTED_LENGTH = 60;

/**
 * Reads a check from a request's path, `/<protocol>/<service>/<port>/<query>`.
 *
 * @param path as it stood in the request line, one character a byte, as Node gives it: nothing in it is decoded. Bytes from 0x80 on
 *   in a query come through from Node 18 and from `hactl check` alone: newer parsers refuse them
 * @param protocols the protocols there are
 */
export function parseCheck(path: string, protocols: readonly string[]): Check | Refusal {
  const [before, protocol, service, port] = path.split('/', 4);
  if (before !== '' || protocol === undefined || service === undefined || port === undefined) return noSuchCheck(path);
  if (!protocols.includes(protocol)) {
    return { refused: `unknown protocol ${quoteBytes(protocol)}: it is one of ${protocols.join(', ')}` };
  }
  const refused = refuseService(service, quoteBytes) ?? (protocol === 'spool' && port === '0' ? undefined : refusePort(port, protocol, quoteBytes));
  if (refused !== undefined) return { refused };
  const query = path.slice(protocol.length + service.length + port.length + 4);
  if (/[^\x21-\xff]/.test(query)) return { refused: `bad query ${quoteBytes(query)}: white space and control characters are written as %20` };
  return { protocol, service, port: Number(port), query, marks: marksOf({ service, port: Number(port) }) };
}

function noSuchCheck(path: string): Refusal {
  return { refused: `no such check: ${quoteBytes(path)}; ask for /<protocol>/<service>/<port>/<query>, as /http/web/8080/health` };
}

/** A check as its path, the way logs name it: `http/web/8080/health`. */
export function formatCheck(check: Check): string {
  const { protocol, service, port, query } = check;
  return `${protocol}/${service}/${port}${query === '' ? '' : `/${query}`}`;
}

/**
 * Reads what an operator names: `all`, `web`, `web:8080`, `web:10.0.0.7:8080` or `web:::1:8080`.
 * The address may stand in brackets; it comes out as the canonical text of RFC 5952.
 */
export function parseMarkName(text: string): MarkName | Refusal {
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  const service = first < 0 ? text : text.slice(0, first);
  const refused = refuseService(service);
  if (refused !== undefined) return { refused };
  if (first < 0) return { service };
  const refusedPort = refusePort(text.slice(last + 1));
  if (refusedPort !== undefined) return { refused: refusedPort };
  const port = Number(text.slice(last + 1));
  if (first === last) return { service, port };
  const address = canonicalAddress(text.slice(first + 1, last));
  return address === undefined
    ? { refused: `bad address ${quote(text.slice(first + 1, last))}: a plain IPv4 or IPv6 address, as in web:10.0.0.7:8080` }
    : { service, port, address };
}

/** A mark's name as text, which is also the name of its file in the spool. */
export function formatMarkName({ service, port, address }: MarkName): string {
  if (port === undefined) return service;
  return address === undefined ? `${service}:${port}` : `${service}:${address}:${port}`;
}

/** The names of the marks that take out what is named, in order of precedence: `all`, `web`, `web:8080`. */
export function marksOf({ service, port, address }: MarkName): readonly string[] {
  const names = ['all', service];
  if (port !== undefined && port !== 0) names.push(formatMarkName({ service, port }));
  if (port !== undefined && address !== undefined) names.push(formatMarkName({ service, port, address }));
  return service === 'all' ? names.slice(1) : names;
}

/** An address and a port as one text, an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function formatPlace(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function refuseService(text: string, quoted = quote): string | undefined {
  if (SERVICE.test(text)) return undefined;
  return `bad service ${quoted(text)}: 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first`;
}

/** Why a text is no port, or undefined where it is one. */
export function refusePort(text: string, protocol?: string, quoted = quote): string | undefined {
  if (PORT.test(text) && Number(text) <= 65535) return undefined;
  return `bad port ${quoted(text)}: 1 to 65535 without leading zeros${protocol === 'spool' ? ', or 0 for no port' : ''}`;
}

/** An address in its one canonical form (RFC 5952), or undefined for what is no plain address (a name, a zone, `127.1`). An IPv4 address in IPv6 (RFC 4291 section 2.5.5.2) comes out as IPv4. */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  // URL's parser knows addresses, and is there already; node:net would bring half of Node's network into `hactl status`.
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(bare)) return hostOf(bare) === bare ? bare : undefined;
  return /^[\da-fA-F:.]{2,45}$/.test(bare) ? withoutMapping(hostOf(`[${bare}]`)?.slice(1, -1)) : undefined;
}

/** An address as it is compared: an IPv4 one that came in through an IPv6 listener (RFC 4291 section 2.5.5.2) as IPv4, and without a zone. */
export function plainAddress(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

function withoutMapping(address: string | undefined): string | undefined {
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(address ?? '') ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = Number.parseInt(high, 16) * 65536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

function hostOf(host: string): string | undefined {
  try {
    return new URL(`http://${host}/`).hostname;
  } catch {
    return undefined;
  }
}

/** The same for bytes, one character each, which are UTF-8 if they are any text. */
export function quoteBytes(bytes: string): string {
  return quote(Buffer.from(bytes, 'latin1').toString('utf8'));
}

/** What somebody else wrote, made fit to stand in one line: quoted, cut, and without control characters. */
export function quote(text: string): string {
  return `"${shortened(text, QUOTED_LENGTH).replace(/[^\x20-\x7e\xa1-\u{10ffff}]/gu, '?')}"`;
}
