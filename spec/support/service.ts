// Services that a check probes: real listeners on free ports, well-behaved or not.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after } from 'node:test';

/** A listener, and the sockets that are open on it. */
export interface Service {
  readonly port: number;
  /** Sockets that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** How many connections have come so far. */
  readonly connections: () => number;
  /** Resolves when no socket is open. */
  readonly idle: () => Promise<void>;
}

/** An HTTP service on 127.0.0.1 that ends with the specs around the call. */
export function httpService(listener: RequestListener): Promise<Service> {
  return started(createServer(listener));
}

/** A TCP service on 127.0.0.1 that does what it is told with each socket. */
export function tcpService(onSocket: (socket: Socket) => void): Promise<Service> {
  return started(createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  }));
}

/** A service on any Server; `host` and `port` are what to listen on. */
export async function started(server: Server, host = '127.0.0.1', port = 0): Promise<Service> {
  const open = new Set<Socket>();
  let connections = 0;
  let whenIdle: (() => void)[] = [];
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const idle = (): Promise<void> => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve)));
  return { port: (server.address() as AddressInfo).port, open, connections: () => connections, idle };
}

/** Below those that the system gives to outgoing connections (ip_local_port_range), one of which could take a port before it is used. */
const [FIRST_PORT, LAST_PORT] = [10_000, 32_000];
const given = new Set<number>();

/** A port of 127.0.0.1 on which nothing listens, another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createTcpServer();
  const isListening = await new Promise<boolean>((resolve) => server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}
