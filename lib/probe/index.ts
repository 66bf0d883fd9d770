// The protocols: one line each. What a probe is and what it gets stands in target.ts, how it asks in its own file.
import { parseCheck, type Check, type Refusal } from '../route.ts';
import { probeHttp } from './http.ts';
import type { Logins } from './login.ts';
import { refuseQuery } from './query.ts';
import type { Probe } from './target.ts';
import { probeTcp } from './tcp.ts';

/** Makes each protocol's probe. Most are loaded when they are first asked for: TLS alone takes megabytes. */
const MAKERS: readonly (readonly [protocol: string, make: (logins: Logins) => Probe])[] = [
  ['http', () => probeHttp],
  ['https', () => loaded(async () => (await import('./https.ts')).probeHttps)],
  ['tcp', () => probeTcp],
  ['mysql', ({ mysql }) => loaded(async () => (await import('./mysql.ts')).mysqlProbe(mysql))],
  ['postgres', () => loaded(async () => (await import('./postgres.ts')).probePostgres)],
  ['redis', ({ redis }) => loaded(async () => (await import('./redis.ts')).redisProbe(redis))],
  ['smtp', () => loaded(async () => (await import('./smtp.ts')).probeSmtp)],
  ['grpc', () => loaded(async () => (await import('./grpc.ts')).probeGrpc)],
  ['haproxy', () => loaded(async () => (await import('./haproxy.ts')).probeHaproxy)],
];

/** The protocols that a check may name; `spool` asks the marks alone. */
export const PROTOCOLS: readonly string[] = ['spool', ...MAKERS.map(([protocol]) => protocol)];

/** Every probe, by the protocol's name in a check's path. */
export function createProbes(logins: Logins): ReadonlyMap<string, Probe> {
  return new Map(MAKERS.map(([protocol, make]) => [protocol, make(logins)]));
}

/** Reads a check from a request's path, and whether its protocol can do with its query. */
export function readCheck(path: string): Check | Refusal {
  const check = parseCheck(path, PROTOCOLS);
  return 'refused' in check ? check : (refuseQuery(check) ?? check);
}

function loaded(load: () => Promise<Probe>): Probe {
  return async (target, signal) => (await load())(target, signal);
}
