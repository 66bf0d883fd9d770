// Where the probes of databases log in, and with what. Whoever listens on a port can have a check sent there, so credentials
// go to loopback alone, to the ports that were named for them.
import { LOOPBACK, Networks } from '../networks.ts';
import { includesPort, type PortRange } from '../ports.ts';
import { readSecret } from '../secret.ts';
import type { Target } from './target.ts';

/** Who logs in to the servers of one protocol. */
export interface Login {
  /** Undefined for nobody, and for Redis's default user. */
  readonly user: string | undefined;
  /** The file with the password; none if undefined. */
  readonly passwordFile: string | undefined;
  /** The ports to which the credentials may go. */
  readonly ports: readonly PortRange[];
}

/** The logins, by protocol. */
export interface Logins {
  readonly mysql: Login;
  readonly redis: Login;
}

/** What a probe says to be let in. */
export interface Credentials {
  readonly user: string | undefined;
  /** Empty for none. */
  readonly password: string;
}

const LOOPBACKS = new Networks(LOOPBACK);

/**
 * The credentials for a target; undefined where there are none, or where they must not go. The password is read anew each time.
 *
 * @throws SecretError where the password file holds none
 */
export function credentialsFor({ user, passwordFile, ports }: Login, { address, port }: Target): Credentials | undefined {
  if (user === undefined && passwordFile === undefined) return undefined;
  if (!includesPort(ports, port) || (address !== undefined && !LOOPBACKS.has(address))) return undefined;
  return { user, password: passwordFile === undefined ? '' : readSecret(passwordFile) };
}
