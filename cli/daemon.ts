// Where the daemon is, for the commands that ask it. daemon-client.ts asks.
import { address, list, port, single } from './option.ts';
import type { Shell } from './shell.ts';

const DAEMON_PORT = 3333;

/** `-p` and `-B`: where the daemon is. The earlier tools took them for marks, too, which need no daemon. */
export const DAEMON_OPTIONS = {
  daemonPort: list({ name: 'port', short: 'p', value: 'PORT', help: "the daemon's port", variable: true }, port({ free: false }), [DAEMON_PORT]),
  daemonAddress: single({ name: 'bind-address', short: 'B', value: 'ADDRESS', help: "the daemon's address; loopback if not given" }, address, undefined),
} as const;

/** What these options come to. */
export interface DaemonPlace {
  /** Ports that it listens on; the first is asked. */
  readonly daemonPort: readonly number[];
  /** Loopback, IPv4 or IPv6, if undefined. */
  readonly daemonAddress: string | undefined;
}

/** Who says `-p 8080` where no daemon is asked may mean one port of the service: that would take out, or show, all of it. */
export function warnOfDaemonPort(source: string, { daemonPort }: DaemonPlace, shell: Shell): void {
  const [given = DAEMON_PORT] = daemonPort;
  if (source === '--port' && given !== DAEMON_PORT) shell.warn(`-p is the daemon's port and changes nothing here; port ${given} of web alone is web:${given}`);
}
