// A crowd of clients who mean ill, in a process of its own: so many connections to a port of loopback, each of which does one of the
// things below, and comes again some milliseconds after it is closed. Says `there` when all have come, and how many came when it is told to end.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';

/** What one client does with its connection, once it is open. Whoever waits for something stops at its close. */
type Conduct = (socket: Socket) => void;

const [port = 0, count = 0, again = 0] = process.argv.slice(2, 5).map(Number);
const [kind = '', ...ports] = process.argv.slice(5);
const REQUEST = 'GET /spool/web/0 HTTP/1.1\r\n\r\n';
/** Milliseconds between two bytes of who is slow. */
const DRIP = 1_000;

/** Writes again as soon as what was written is gone. */
function endlessly(socket: Socket, next: () => Buffer | string): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(next()));
  };
  socket.on('drain', write);
  write();
}

function dripping(socket: Socket, start: string, next: () => string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write(next()), DRIP);
  socket.on('close', () => clearInterval(timer));
}

function below(most: number): number {
  return Math.floor(Math.random() * most);
}

/** One request, and another when the answer has come: asked as fast as can be. */
function askingOn(socket: Socket, next: () => string): void {
  socket.on('data', (chunk: Buffer) => {
    if (chunk.includes('HTTP/1.1 ')) socket.write(next());
  });
  socket.write(next());
}

/** The pages, and what each can be asked besides, made up anew each time. */
const PAGES: readonly (() => string)[] = [
  () => '/', () => '/status', () => '/balancers', () => '/metrics', () => '/recent', () => '/status/count',
  () => `/recent?threshold=${1_000 + below(1_000_000)}`, () => `/balancers?service=${name()}`, () => `/?service=${name()}`,
];
const page = (): string => `GET ${(PAGES[below(PAGES.length)] as () => string)()} HTTP/1.1\r\nAccept: */*\r\n\r\n`;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const name = (): string => Array.from({ length: 8 }, () => LETTERS[below(26)]).join('');
/** The ports of argv, of services that are there, and any other. */
const target = (): number => Number(ports[below(2 * ports.length)] ?? 1 + below(65535));

/** Addresses of loopback, of other networks, of nobody, and none at all. */
const address = (): string => [`127.${below(256)}.${below(256)}.1`, '::1', `10.${below(256)}.0.1`, '2001:db8::1', '0.0.0.0', '127.1', name()][below(7)] ?? '';
/** An HTTP check in whose headers somebody says who is to be probed, and how a balancer sees the server. */
const forged = (): string =>
  `GET /http/${name()}/${target()}/${name()} HTTP/1.1\r\nUser-Agent: ${name()}\r\n` +
  `X-Haproxy-Server-State: UP 2/3; name=${name()}/${name()}; node=${name()}; weight=1/${below(9)}; scur=${below(99)}; address=${address()}; port=${target()}\r\n` +
  `${below(2) === 0 ? '' : `X-Nerve-Check-IP: ${address()}\r\n`}\r\n`;

const CONDUCTS: Readonly<Record<string, Conduct>> = {
  mute: () => undefined,
  idle: (socket) => void socket.write(REQUEST),
  waiting: (socket) => void socket.write(`GET /http/web/${ports[0]}/ HTTP/1.1\r\n\r\n`),
  slow: (socket) => dripping(socket, 'GET /spool/web/0 HTTP/1.1\r\nX-Slow: ', () => 'a'),
  slowLine: (socket) => dripping(socket, 'we', () => 'b'),
  pipelining: (socket) => endlessly(socket, () => REQUEST.repeat(100)),
  unread: (socket) => {
    socket.pause();
    endlessly(socket, () => REQUEST.repeat(100));
  },
  pages: (socket) => askingOn(socket, page),
  pagesUnread: (socket) => {
    socket.pause();
    socket.write(Array.from({ length: 90 }, page).join(''));
  },
  headers: (socket) => {
    socket.write('GET /spool/web/0 HTTP/1.1\r\n');
    endlessly(socket, () => `X-${name()}: ${'a'.repeat(8_000)}\r\n`);
  },
  garbage: (socket) => endlessly(socket, () => randomBytes(16_000)),
  tls: (socket) => void socket.write(Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), randomBytes(506)])),
  http2: (socket) => void socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  body: (socket) => {
    socket.write(`POST ${below(2) === 0 ? '/spool/web/0' : '/http/web/80/'} HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n`);
    endlessly(socket, () => 'status=down&'.repeat(1_000));
  },
  scanning: (socket) => askingOn(socket, () => `GET /${['http', 'smtp', 'redis', 'grpc'][below(4)]}/${name()}/${target()}/${name()} HTTP/1.1\r\n\r\n`),
  forging: (socket) => askingOn(socket, forged),
  agentScanning: (socket) => void socket.write(`/http/${name()}/${target()}/${name()}\n`),
  agentFlood: (socket) => endlessly(socket, () => 'web:8080 '.repeat(1_000)),
};

// In earnest these are other hosts, which take no time from the daemon's.
setPriority(10);
const conduct = CONDUCTS[kind];
if (conduct === undefined) throw new Error(`no such conduct: ${kind}`);
let [came, open] = [0, 0];

function come(): void {
  // From many addresses, so that the kernel has ports enough.
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${1 + (came % 40)}.${1 + (came % 200)}` });
  came += 1;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => setTimeout(come, below(again)));
  socket.once('connect', () => {
    open += 1;
    if (open === count) console.log('there');
    socket.resume();
    conduct?.(socket);
  });
}

process.on('SIGTERM', () => {
  console.log(`came ${came}`);
  process.exit(0);
});
// A few hundred at a time, or the kernel's queue overflows and they wait for seconds.
for (let at = 0; at < count; at += 1) setTimeout(come, Math.floor(at / 20) * 2);
