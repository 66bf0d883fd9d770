import type { Check } from '../route.ts';
import type { Verdict } from '../verdict.ts';

/** A request header that goes to the service: its name, and its value with one character a byte. */
export type Header = readonly [name: string, value: string];

/** What a request says beyond its path, where options let it: where to ask, and what to send along. */
export interface Wish {
  /** A plain IPv4 or IPv6 address; loopback if undefined. */
  readonly address: string | undefined;
  /** The port to ask; the path's if undefined. */
  readonly port: number | undefined;
  readonly headers: readonly Header[];
}

/** A request that says nothing beyond its path. */
export const NO_WISH: Wish = { address: undefined, port: undefined, headers: [] };

/** What a probe asks. Two checks with equal targets share one verdict. */
export interface Target {
  readonly protocol: string;
  /** A plain IPv4 or IPv6 address; loopback if undefined. */
  readonly address: string | undefined;
  readonly port: number;
  /** Sent on byte for byte by `http` and `https`; empty for protocols that ignore it. */
  readonly query: string;
  /** The service's name, where it is itself what is asked for. */
  readonly service: string | undefined;
  /** Sent along by `http` and `https`; empty for protocols without headers. */
  readonly headers: readonly Header[];
}

/**
 * Asks a service how it is. Whatever the other side does, it ends soon after the signal, leaves no socket open, and returns
 * what it found: a service that fails is a verdict, an exception is a bug.
 *
 * @param signal aborted at the one deadline that covers the whole probe; its reason is an Error that says how long that was
 */
export type Probe = (target: Target, signal: AbortSignal) => Promise<Verdict>;

/** Protocols whose probe does something with the query. */
const USE_QUERY: readonly string[] = ['http', 'https', 'redis', 'grpc'];
/** Protocols that ask for a service by its name. */
const USE_SERVICE: readonly string[] = ['haproxy'];
/** Protocols with headers. */
const USE_HEADERS: readonly string[] = ['http', 'https'];

/** The target of a check. */
export function targetOf(check: Check, wish: Wish = NO_WISH): Target {
  const { protocol, service, port, query } = check;
  return {
    protocol,
    address: wish.address,
    port: wish.port ?? port,
    query: USE_QUERY.includes(protocol) ? query : '',
    service: USE_SERVICE.includes(protocol) ? service : undefined,
    headers: USE_HEADERS.includes(protocol) ? wish.headers : [],
  };
}

/** The cache's key: every field of the target, in a form in which no two targets look alike. */
export function keyOf(target: Target): string {
  return JSON.stringify(Object.values(target));
}
