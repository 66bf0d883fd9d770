// Sockets that outlive the daemons that answer on them. systemd-socket-activate opens them, a shell holds them and never accepts, as systemd does.
import { temporaryFolder } from './folder.ts';
import { HACTL } from './hactl.ts';
import { comesTrue, startServer, type ServerProcess } from './process.ts';
import { ask } from './request.ts';
import { freePort } from './service.ts';

/** Daemons, one after the other, on sockets that somebody else holds. */
export interface HeldSockets extends ServerProcess {
  /** A port for each name. */
  readonly ports: readonly number[];
  /** The process id of the daemon that answers. */
  readonly pid: () => Promise<number>;
  /** Ends it with SIGTERM, and resolves when the next one is ready. */
  readonly restart: () => Promise<void>;
}

/** Each daemon is the process that LISTEN_PID names; behind one that ends in another way than with exit 0, no other is started. */
const HOLD = `
trap 'kill "$pid"; wait "$pid"; exit' TERM
while :; do
  sh -c 'LISTEN_PID=$$ exec "$@"' sh "$@" & pid=$!
  wait "$pid" || exit
done`;

/** Opens what `listen` says (`127.0.0.1:3333`), gives the sockets these names (none if undefined), and starts a command with the first connection. */
export function activated(listen: readonly string[], names: string | undefined, command: readonly string[], options: readonly string[] = []): ServerProcess {
  const words = [...options, ...listen.flatMap((where) => ['-l', where]), ...(names === undefined ? [] : [`--fdname=${names}`])];
  return startServer('systemd-socket-activate', [...words, ...command], { lastSignal: 'SIGTERM' });
}

/** Holds a socket on loopback for each name, the first one `http`, and starts `hactl serve` on them; everything ends with the specs around the call. */
export async function heldSockets(names: readonly string[], words: readonly string[] = []): Promise<HeldSockets> {
  const ports: number[] = [];
  for (const _ of names) ports.push(await freePort());
  const serve = [process.execPath, HACTL, 'serve', '--spool-root', temporaryFolder(), ...words];
  const held = activated(ports.map((port) => `127.0.0.1:${port}`), names.join(':'), ['sh', '-c', HOLD, 'sh', ...serve]);
  await held.said(`as ${2 + names.length}.\n`);
  const pid = async (): Promise<number> => (JSON.parse((await ask(ports[0] ?? 0, '/status')).body) as { pid: number }).pid;
  await pid();
  let started = 1;
  const restart = async (): Promise<void> => {
    process.kill(await pid(), 'SIGTERM');
    started += 1;
    await comesTrue(() => held.log().split(' is ready on ').length > started);
  };
  return { ...held, ports, pid, restart };
}
