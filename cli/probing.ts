// The options of whoever probes: `hactl serve` and `hactl check`.
import type { Logins } from '../lib/probe/login.ts';
import { isOpenToOthers, readSecret, SecretError } from '../lib/secret.ts';
import type { Arguments } from './arguments.ts';
import { Failure, UsageError } from './errors.ts';
import { file, list, number, portRange, single, userName } from './option.ts';

const MYSQL_PORTS = [{ first: 3306, last: 3306 }];
const REDIS_PORTS = [{ first: 6379, last: 6379 }];

/** How probes are made, with the defaults. */
export const PROBE_OPTIONS = {
  timeout: single({ name: 'timeout', value: 'SECONDS', help: 'for one probe, to its last byte', variable: true }, number(0.001, 3600, 'seconds'), 10),
  mysqlUser: single({ name: 'mysql-user', value: 'NAME', help: 'mysql checks log in as this user', variable: true }, userName, undefined),
  mysqlPasswordFile: single({ name: 'mysql-password-file', value: 'FILE', help: 'holds its password', variable: true }, file, undefined),
  mysqlLoginPorts: list({ name: 'mysql-login-port', value: 'PORTS', help: 'log in there alone: 3306-3309 (3306)', variable: true }, portRange, []),
  redisUser: single({ name: 'redis-user', value: 'NAME', help: 'redis checks log in as this user, or as the default one', variable: true }, userName, undefined),
  redisPasswordFile: single({ name: 'redis-password-file', value: 'FILE', help: 'holds its password', variable: true }, file, undefined),
  redisLoginPorts: list({ name: 'redis-login-port', value: 'PORTS', help: 'log in there alone: 6379-6389 (6379)', variable: true }, portRange, []),
} as const;

type Probing = Pick<Arguments<typeof PROBE_OPTIONS>, 'values' | 'sources'>;

/**
 * Who logs in to databases.
 *
 * @throws UsageError where a user or a password stands alone
 */
export function loginsOf({ values, sources }: Probing): Logins {
  const { mysqlUser, mysqlPasswordFile, mysqlLoginPorts, redisUser, redisPasswordFile, redisLoginPorts } = values;
  if (mysqlUser === undefined && mysqlPasswordFile !== undefined) throw new UsageError(`${sources.mysqlPasswordFile}: it is the password of --mysql-user; name one`);
  if (redisPasswordFile === undefined && redisUser !== undefined) throw new UsageError(`${sources.redisUser}: a user needs --redis-password-file`);
  return {
    mysql: { user: mysqlUser, passwordFile: mysqlPasswordFile, ports: mysqlLoginPorts.length > 0 ? mysqlLoginPorts : MYSQL_PORTS },
    redis: { user: redisUser, passwordFile: redisPasswordFile, ports: redisLoginPorts.length > 0 ? redisLoginPorts : REDIS_PORTS },
  };
}

/** Ports to log in to without anybody who does, each in a line for the log. */
export function idleLogins({ mysqlUser, mysqlLoginPorts, redisPasswordFile, redisLoginPorts }: Probing['values']): string[] {
  return [
    ...(mysqlUser === undefined && mysqlLoginPorts.length > 0 ? ['--mysql-login-port does nothing without --mysql-user'] : []),
    ...(redisPasswordFile === undefined && redisLoginPorts.length > 0 ? ['--redis-login-port does nothing without --redis-password-file'] : []),
  ];
}

/**
 * Looks into the files that hold passwords and tokens.
 *
 * @param files each file's path by what names it; undefined for none
 * @returns a warning for each that others can read
 * @throws Failure where one cannot be read, is empty or blank
 */
export function checkSecrets(files: Readonly<Record<string, string | undefined>>): string[] {
  const warnings: string[] = [];
  for (const [source, path] of Object.entries(files)) {
    if (path === undefined) continue;
    readOrFail(source, path);
    if (isOpenToOthers(path)) warnings.push(`${source}: everybody on this host can read ${path}: chmod o-r ${path}`);
  }
  return warnings;
}

/** What a Bearer token can be made of (RFC 6750 section 2.1, and what clients send beside it). */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * The same for a token, which goes into a header.
 *
 * @throws Failure
 */
export function checkToken(source: string, path: string | undefined): string[] {
  const warnings = checkSecrets({ [source]: path });
  if (path !== undefined && !TOKEN.test(readOrFail(source, path))) throw new Failure(`${source}: ${path} holds no token: one word of printable ASCII`);
  return warnings;
}

function readOrFail(source: string, path: string): string {
  try {
    return readSecret(path);
  } catch (error) {
    throw error instanceof SecretError ? new Failure(`${source}: ${error.message}`) : error;
  }
}
