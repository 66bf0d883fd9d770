// Listening, and the end of it: opens the ports, and closes them without cutting anybody off.
import { Server } from 'node:net';
import { codeOf } from './errno.ts';

const BACKLOG = 1024;
/** Milliseconds that connections which have not spoken yet get to do so when the daemon ends. */
const PATIENCE = 1_000;

/** The open connections of some listeners. */
export interface Listened {
  /** How many have come so far. */
  readonly accepted: number;
  /** Lets go of everyone: each that waits for an answer with it, each that has not spoken yet after so many milliseconds. */
  close(patience: number): void;
  /** Ends every connection now, whatever it waits for. */
  cut(): void;
}

/**
 * Listens on every port, each once.
 *
 * @param address every one, IPv6 and IPv4, if undefined
 * @param create makes a server that does not listen yet
 * @throws the system's error, with `port`; nothing is left open then
 */
export async function listenAll(ports: readonly number[], address: string | undefined, create: () => Server): Promise<Server[]> {
  const servers: Server[] = [];
  try {
    for (const port of new Set(ports)) servers.push(await listenOn(create, port, address));
    return servers;
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
}

/** Listens on every address as `::`, which takes IPv4 too, or as `0.0.0.0` where the host has no IPv6. */
async function listenOn(create: () => Server, port: number, address: string | undefined): Promise<Server> {
  if (address !== undefined) return listen(create(), port, address);
  try {
    return await listen(create(), port, '::');
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))) throw error;
    return listen(create(), port, '0.0.0.0');
  }
}

function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Stays on: a connection that could not be accepted later on is the client's loss, not the daemon's end.
    server.on('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => resolve(server));
  });
}

/**
 * Takes no new connections, gives those that are open their answers, and resolves when the last one is closed.
 *
 * @param patience milliseconds after which whoever is left is cut
 */
export async function stopListening(servers: readonly Server[], listened: readonly Listened[], patience: number): Promise<void> {
  await acceptQueued(listened);
  // Not HTTP's own close, which on Node 26 ends connections that have not spoken yet.
  const closed = servers.map((server) => new Promise((resolve) => Server.prototype.close.call(server, resolve)));
  for (const connections of listened) connections.close(PATIENCE);
  const cut = setTimeout(() => {
    for (const connections of listened) connections.cut();
  }, patience + PATIENCE);
  await Promise.all(closed);
  clearTimeout(cut);
}

/** Takes in what waits in the kernel's queue, which closing would reset: a turn of the event loop takes one, so there are turns until two bring none. */
async function acceptQueued(listened: readonly Listened[]): Promise<void> {
  const accepted = (): number => listened.reduce((sum, connections) => sum + connections.accepted, 0);
  for (let turn = 0, quiet = 0; turn < 2 * BACKLOG && quiet < 2; turn += 1) {
    const before = accepted();
    await new Promise((resolve) => setImmediate(resolve));
    quiet = accepted() === before ? quiet + 1 : 0;
  }
}
