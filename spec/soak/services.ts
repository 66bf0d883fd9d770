// The services of a large site: every protocol, some slow, some dead, most of which go down now and then and come back.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { DIALOGUES } from '../support/dialogue.ts';
import { Timeline } from './timeline.ts';

const now = (): number => performance.now();

/** What a check asks for, and what was so. */
export interface Soaked {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly kind: 'well' | 'slow' | 'dead' | 'spool';
  /** Whether it says in its body when it was asked. */
  readonly tellsAge: boolean;
  readonly up: Timeline<boolean>;
  readonly mark: Timeline<'none' | 'down' | 'drain'>;
  /** When it was asked. */
  readonly probes: number[];
  /** Goes down, or comes back. */
  readonly turn: () => Promise<void>;
}

/** Milliseconds that a tenth of the fifty take. */
const SLOW: readonly (readonly [protocol: string, delay: number])[] = [['http', 300], ['http', 500], ['https', 500], ['smtp', 400], ['http', 700]];
const DEAD = ['http', 'tcp', 'mysql', 'redis', 'grpc'];
const WELL = [
  ...Array<string>(14).fill('http'), ...Array<string>(3).fill('https'), ...Array<string>(3).fill('tcp'),
  ...['mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy'].flatMap((protocol) => Array<string>(3).fill(protocol)),
];
const QUERIES: Readonly<Record<string, string>> = { grpc: 'web', http: 'health', https: 'health' };

/** Starts all fifty. */
export async function startServices(): Promise<Soaked[]> {
  const tls = selfSigned();
  return Promise.all([
    ...WELL.map((protocol, at) => startService(protocol, `well${at}`, 'well', 0, tls)),
    ...SLOW.map(([protocol, delay], at) => startService(protocol, `slow${at}`, 'slow', delay, tls)),
    ...DEAD.map((protocol, at) => deadService(protocol, `dead${at}`)),
    ...[0, 1].map((at) => ({ ...soaked(`spool${at}`, 'spool', 0, 'spool'), turn: async () => undefined })),
  ]);
}

function soaked(name: string, protocol: string, port: number, kind: Soaked['kind']): Omit<Soaked, 'turn'> {
  const path = `/${protocol}/${name}/${port}/${QUERIES[protocol] ?? ''}`;
  return { name, port, path, kind, tellsAge: protocol.startsWith('http'), up: new Timeline(kind !== 'dead'), mark: new Timeline<'none' | 'down' | 'drain'>('none'), probes: [] };
}

async function startService(protocol: string, name: string, kind: Soaked['kind'], delay: number, tls: object): Promise<Soaked> {
  const answer: RequestListener = (_request, response) => {
    const [asked, isUp] = [now(), it.up.state];
    it.probes.push(asked);
    const body = `asked at ${asked}`;
    // With its length, which nginx passes on as it is told.
    setTimeout(() => response.writeHead(isUp ? 200 : 503, { 'Content-Length': body.length }).end(body), delay);
  };
  const talk = (socket: Socket): void => {
    it.probes.push(now());
    socket.on('error', () => socket.destroy());
    if (it.up.state) setTimeout(() => speak(socket, protocol, name), delay);
    else socket.end();
  };
  const server = protocol === 'http' ? createServer(answer) : protocol === 'https' ? createTlsServer(tls, answer) : createTcpServer(talk);
  const port = await listen(server, 0);
  const it: Soaked = { ...soaked(name, protocol, port, kind), turn: () => turn(it, protocol, server) };
  return it;
}

/** Says what a service of the protocol says when it is well. */
function speak(socket: Socket, protocol: string, name: string): void {
  const { messages } = DIALOGUES.get(protocol) ?? { messages: [] };
  // Nobody logs in.
  const left = messages.filter(({ say }, at) => (protocol === 'mysql' ? at === 0 : protocol !== 'redis' || say.includes('PONG')));
  let received = Buffer.alloc(0);
  const go = (): void => {
    for (let next = left[0]; next?.when(received) === true; next = left[0]) {
      left.shift();
      socket.write(protocol === 'haproxy' ? pageOf(name) : next.say);
    }
  };
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    go();
  });
  go();
}

function pageOf(name: string): string {
  const page = `# pxname,svname,status,type,\n${name},BACKEND,UP,1,\n`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${page.length}\r\n\r\n${page}`;
}

/** A service that only takes connections goes down by taking none: from the call on, however long those last that it has. */
async function turn({ up, port }: Soaked, protocol: string, server: Server): Promise<void> {
  const [from, state] = [now(), !up.state];
  if (protocol === 'tcp' && state) await listen(server, port);
  else if (protocol === 'tcp') server.close();
  up.change(from, now(), state);
}

async function deadService(protocol: string, name: string): Promise<Soaked> {
  const server = createTcpServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return { ...soaked(name, protocol, port, 'dead'), turn: async () => undefined };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1', 1024);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function selfSigned(): { readonly key: string; readonly cert: string } {
  const words = ['req', '-x509', '-days', '1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=soak', '-keyout', '-', '-out', '-'];
  const pem = execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { key: pem, cert: pem };
}
