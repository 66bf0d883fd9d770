// Sockets that somebody opened for the daemon before it started: systemd's socket activation, sd_listen_fds(3).

/** File descriptors of sockets that listen already, by what is answered on them. */
export interface GivenSockets {
  readonly http: readonly number[];
  readonly agent: readonly number[];
}

/** Something was given that cannot be used. The message says what, and what a socket unit must say. */
export class ActivationError extends Error {}

/** SD_LISTEN_FDS_START. */
const FIRST = 3;

/**
 * Takes the sockets that were given to this process, by their names, `http` and `agent`; without names all are for HTTP.
 *
 * @param env loses LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, whomever they are for
 * @param pid of this process
 * @returns undefined where none was given to it
 * @throws ActivationError
 */
export function takeSockets(env: Record<string, string | undefined>, pid: number): GivenSockets | undefined {
  const { LISTEN_PID, LISTEN_FDS = '0', LISTEN_FDNAMES } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  if (LISTEN_PID !== String(pid) || LISTEN_FDS === '0') return undefined;
  if (!/^[1-9]\d{0,3}$/.test(LISTEN_FDS)) throw new ActivationError(`LISTEN_FDS=${LISTEN_FDS} is no number of sockets`);
  const names = LISTEN_FDNAMES?.split(':') ?? Array<string>(Number(LISTEN_FDS)).fill('http');
  if (names.length !== Number(LISTEN_FDS)) throw new ActivationError(`LISTEN_FDS=${LISTEN_FDS}, but LISTEN_FDNAMES=${names.join(':')} has ${names.length}`);
  const given = { http: [] as number[], agent: [] as number[] };
  for (const [at, name] of names.entries()) {
    if (name !== 'http' && name !== 'agent') throw new ActivationError(`a socket was given by the name ${name}: its unit must say FileDescriptorName=http, or agent`);
    given[name].push(FIRST + at);
  }
  return given;
}
