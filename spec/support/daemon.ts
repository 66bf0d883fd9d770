// Daemons in this process, on free ports of loopback, with a folder for a spool.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { systemClock, type Clock } from '../../lib/clock.ts';
import { startDaemon, type Daemon, type DaemonOptions } from '../../lib/daemon.ts';
import { Log } from '../../lib/log.ts';
import type { Logins } from '../../lib/probe/login.ts';
import { PATH_ALONE } from '../../lib/targeting.ts';
import { temporaryFolder } from './folder.ts';

/** A daemon that a spec talks to. */
export interface TestedDaemon {
  readonly port: number;
  readonly spoolRoot: string;
  readonly daemon: Daemon;
  /** The lines that it has logged. */
  readonly log: () => Promise<string>;
}

/** Nobody logs in anywhere. */
export const NO_LOGINS: Logins = { mysql: { user: undefined, passwordFile: undefined, ports: [] }, redis: { user: undefined, passwordFile: undefined, ports: [] } };

/** The defaults of `hactl serve`, but for the port and the spool. */
export const DEFAULTS = {
  sockets: undefined,
  ports: [0],
  bindAddress: '127.0.0.1',
  cacheTime: 10,
  failureCacheTime: 1,
  refreshAhead: true,
  cacheEntries: 10_000,
  timeout: 10,
  maxProbes: 256,
  agentPort: undefined,
  agentAdmin: false,
  marksOn: 'all',
  logins: NO_LOGINS,
  targets: PATH_ALONE,
  tokenFile: undefined,
  allowClients: [],
  verbose: false,
} as const;

/** Starts a daemon that stops when the specs around the call have ended. */
export async function testedDaemon(options: Partial<DaemonOptions> = {}, clock: Clock = systemClock): Promise<TestedDaemon> {
  const folder = temporaryFolder();
  const logFile = join(folder, 'log');
  const fd = openSync(logFile, 'a');
  const log = new Log(fd, clock);
  const spoolRoot = options.spoolRoot ?? join(folder, 'spool');
  const daemon = await startDaemon({ ...DEFAULTS, spoolRoot, ...options }, log, clock);
  after(async () => {
    await daemon.stop();
    await log.flush(1000);
    closeSync(fd);
  });
  const read = async (): Promise<string> => {
    await log.flush(1000);
    return readFileSync(logFile, 'utf8');
  };
  return { port: daemon.addresses[0]?.port ?? 0, spoolRoot, daemon, log: read };
}

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  #milliseconds = 1_000_000;
  #time = Date.parse('2026-11-22T10:00:00Z') / 1000;

  readonly monotonic = (): number => this.#milliseconds;
  readonly time = (): number => this.#time;

  /** Lets so many seconds go by. */
  advance(seconds: number): void {
    this.#milliseconds += seconds * 1000;
    this.#time += seconds;
  }

  /** An operator sets the clock, by so many seconds: no time has gone by. */
  jump(seconds: number): void {
    this.#time += seconds;
  }
}
