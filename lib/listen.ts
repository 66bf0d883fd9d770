// Listening, and the end of it: opens the ports, and closes them without cutting anybody off.
import { Server, type ListenOptions, type Socket } from 'node:net';
import { ActivationError } from './activation.ts';
import { codeOf } from './errno.ts';

/** As many as Linux allows unless it is told otherwise (net.core.somaxconn): a crowd that comes at once waits in it, and is not sent away for a second. */
const BACKLOG = 4096;
/** Milliseconds that connections which have not spoken yet get to do so when the daemon ends. */
const PATIENCE = 1_000;
/** Milliseconds after which a connection is no longer a new one; a check that needs no probe is over by then. */
const NEW = 100;

/** The open connections of some listeners. */
export interface Listened {
  /** How many have come so far. */
  readonly accepted: number;
  /** How many were closed to make room for others. */
  readonly closedForRoom: number;
  /** How many are open. */
  readonly size: number;
  /** Those that are open now. */
  readonly open: readonly Socket[];
  /** Lets go of everyone who is connected: each that waits for an answer with it, each that has not spoken yet after so many milliseconds. */
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
export function listenAll(ports: readonly number[], address: string | undefined, create: () => Server): Promise<Server[]> {
  return each([...new Set(ports)], (port) => listenOn(create, port, address));
}

/**
 * Listens on sockets that listen already, by their file descriptors.
 *
 * @throws ActivationError where one is something else; nothing is left open then
 */
export function listenGiven(descriptors: readonly number[], create: () => Server): Promise<Server[]> {
  return each(descriptors, (fd) => listenTo(create(), fd));
}

async function each(places: readonly number[], open: (place: number) => Promise<Server>): Promise<Server[]> {
  const servers: Server[] = [];
  try {
    for (const place of places) servers.push(await open(place));
    return servers;
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
}

/** Listens on every address as `::`, which takes IPv4 too, or as `0.0.0.0` where the host has no IPv6. */
async function listenOn(create: () => Server, port: number, address: string | undefined): Promise<Server> {
  if (address !== undefined) return listen(create(), { port, host: address });
  try {
    return await listen(create(), { port, host: '::' });
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))) throw error;
    return listen(create(), { port, host: '0.0.0.0' });
  }
}

async function listenTo(server: Server, fd: number): Promise<Server> {
  const error = await listen(server, { fd }).then(() => undefined, codeOf);
  // The socket of a path has no address that Node knows.
  if (error === undefined && server.address() !== null) return server;
  server.close();
  throw new ActivationError(`descriptor ${fd} is no TCP socket that listens${error === undefined ? '' : ` (${error})`}: its unit must say ListenStream= with a port, and Accept=no`);
}

function listen(server: Server, where: ListenOptions | { readonly fd: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Stays on: a connection that could not be accepted later on is the client's loss, not the daemon's end.
    server.on('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => resolve(server));
  });
}

/**
 * Takes no new connections, gives those that are open their answers, and resolves when the last one is closed.
 *
 * @param patience milliseconds after which whoever is left is cut
 * @param given whether somebody else holds the sockets, too, and gives them to the next daemon: what waits in the kernel's queue is left to that one
 */
export async function stopListening(servers: readonly Server[], listened: readonly Listened[], patience: number, given: boolean): Promise<void> {
  await (given ? finishOld(listened, patience + PATIENCE) : acceptQueued(listened));
  // Not HTTP's own close, which on Node 26 ends connections that have not spoken yet.
  const closed = servers.map((server) => new Promise((resolve) => Server.prototype.close.call(server, resolve)));
  for (const connections of listened) connections.close(PATIENCE);
  const cut = setTimeout(() => {
    for (const connections of listened) connections.cut();
  }, patience + PATIENCE);
  await Promise.all(closed);
  clearTimeout(cut);
}

/** Takes no new connections and cuts those that are open: from now on nobody is answered. */
export function cutListening(servers: readonly Server[], listened: readonly Listened[]): void {
  for (const server of servers) Server.prototype.close.call(server);
  for (const connections of listened) connections.cut();
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

/**
 * Goes on answering until nobody is connected but those who have just come. The next daemon starts when this one has ended: a check that
 * takes its time would have all others wait as long in the kernel's queue, and their balancers would take the services out.
 *
 * @param patience milliseconds after which it is enough
 */
async function finishOld(listened: readonly Listened[], patience: number): Promise<void> {
  const until = performance.now() + patience;
  for (const connections of listened) connections.close(PATIENCE);
  for (let old = openSockets(listened); old.length > 0 && performance.now() < until; old = openSockets(listened)) {
    await new Promise((resolve) => setTimeout(resolve, NEW));
    if (old.every(({ destroyed }) => destroyed)) return;
  }
}

function openSockets(listened: readonly Listened[]): Socket[] {
  return listened.flatMap(({ open }) => open);
}
