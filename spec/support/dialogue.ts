// What a service of each protocol says when it is well, message by message, and peers that say it badly.
import type { Socket } from 'node:net';
import { createProbes } from '../../lib/probe/index.ts';
import type { Probe, Target } from '../../lib/probe/target.ts';
import { greeting, OK, packet } from './mysql-peer.ts';
import { secretFile } from './secret-file.ts';
import { tcpService, type Service } from './service.ts';

/** One message of a service. */
interface Message {
  /** Whether it is its turn, by everything that it was sent so far. */
  readonly when: (received: Buffer) => boolean;
  readonly say: Buffer;
}

/** A conversation that comes to an up. */
export interface Dialogue {
  readonly messages: readonly Message[];
  /** What the probe gets beside the port. */
  readonly target: Partial<Target>;
  /** The verdict's words. */
  readonly said: string;
  /** A message that promises 4 GB, or as much as the protocol can; undefined where it has no lengths. */
  readonly huge?: Buffer;
}

const has = (text: string, times = 1) => (received: Buffer): boolean => received.toString('latin1').split(text).length > times;
const atOnce = (): boolean => true;
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

/** An HTTP/2 frame (RFC 9113 section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  return Buffer.concat([bytes(0, payload.length >> 8, payload.length & 0xff, type, flags, 0, 0, 0, stream), payload]);
}

/** A field that HPACK does not index (RFC 7541 section 6.2.2). */
export function field(name: string, value: string): Buffer {
  return Buffer.concat([bytes(0, name.length), Buffer.from(name), bytes(value.length), Buffer.from(value)]);
}

/** The same each time, for who wants to have it again. */
const NONCE = Buffer.from('abcdefghijklmnopqrst');
const STATUS_200 = bytes(0x88);
const [DATA, HEADERS, SETTINGS] = [0, 1, 4];
const [END_STREAM, END_HEADERS] = [1, 4];
const INFO = '# Replication\r\nrole:master\r\nconnected_slaves:0\r\n';
const PAGE = '# pxname,svname,status,type,\nweb,FRONTEND,OPEN,0,\nweb,BACKEND,UP,1,\n';

/** The dialogue of each protocol that is not HTTP to its service. */
export const DIALOGUES: ReadonlyMap<string, Dialogue> = new Map([
  ['mysql', {
    messages: [{ when: atOnce, say: greeting(NONCE, 'mysql_native_password') }, { when: has('mysql_native_password'), say: packet(2, OK) }],
    target: {}, said: '8.0.36', huge: bytes(0xff, 0xff, 0xff, 0, 0x0a),
  }],
  ['postgres', {
    messages: [{ when: has('hacheck'), say: Buffer.concat([Buffer.from('R'), bytes(0, 0, 0, 23, 0, 0, 0, 10), Buffer.from('SCRAM-SHA-256\0\0')]) }],
    target: {}, said: 'asks for a password (SASL)', huge: Buffer.concat([Buffer.from('R'), bytes(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)]),
  }],
  ['redis', {
    messages: [
      { when: has('AUTH'), say: Buffer.from('+OK\r\n') }, { when: has('PING'), say: Buffer.from('+PONG\r\n') },
      { when: has('INFO'), say: Buffer.from(`$${INFO.length}\r\n${INFO}\r\n`) },
    ],
    target: { query: '?role=master' }, said: 'PONG, role is master', huge: Buffer.from('$4294967296\r\nrole'),
  }],
  ['smtp', {
    messages: [{ when: atOnce, say: Buffer.from('220-mail.example ESMTP\r\n220 ready\r\n') }, { when: has('QUIT\r\n'), say: Buffer.from('221 bye\r\n') }],
    target: {}, said: '220 mail.example ESMTP ready',
  }],
  ['grpc', {
    messages: [
      { when: atOnce, say: frame(SETTINGS, 0, 0, Buffer.alloc(0)) },
      { when: has('\x0a\x03web'), say: Buffer.concat([
        frame(HEADERS, END_HEADERS, 1, Buffer.concat([STATUS_200, field('content-type', 'application/grpc')])), frame(DATA, 0, 1, bytes(0, 0, 0, 0, 2, 8, 1)),
        frame(HEADERS, END_HEADERS + END_STREAM, 1, field('grpc-status', '0')),
      ]) },
    ],
    target: { query: 'web' }, said: 'SERVING', huge: bytes(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1),
  }],
  ['haproxy', {
    messages: [{ when: has('\r\n\r\n'), say: Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`) }],
    target: { service: 'web' }, said: 'UP', huge: Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n# pxname'),
  }],
]);

/** The probe of a protocol, which logs in to one port where it can. */
export function probeFor(protocol: string, port: number): Probe {
  const login = { user: 'hc', passwordFile: secretFile('hunter2'), ports: [{ first: port, last: port }] };
  const probe = createProbes({ mysql: login, redis: { ...login, user: undefined } }).get(protocol);
  if (probe === undefined) throw new Error(`no protocol ${protocol}`);
  return probe;
}

/** Bytes of everything that a service says. */
export function lengthOf({ messages }: Dialogue): number {
  return messages.reduce((sum, { say }) => sum + say.length, 0);
}

/** A service that says no more than so many bytes, then closes; in pieces of so many bytes, each in a packet of its own. */
export function speaker({ messages }: Dialogue, { most = Infinity, piece = Infinity } = {}): Promise<Service> {
  return tcpService((socket) => {
    let received = Buffer.alloc(0);
    let [turn, left] = [0, most];
    const speak = async (): Promise<void> => {
      for (let message = messages[turn]; message?.when(received) === true; message = messages[turn]) {
        turn += 1;
        const said = message.say.subarray(0, left);
        left -= said.length;
        await sayInPieces(socket, said, piece);
        if (left === 0) return void socket.end();
      }
    };
    let speaking = speak();
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      speaking = speaking.then(speak);
    });
    socket.on('end', () => socket.end());
  });
}

async function sayInPieces(socket: Socket, said: Buffer, piece: number): Promise<void> {
  socket.setNoDelay(true);
  for (let at = 0; at < said.length && socket.writable; at += piece) {
    socket.write(said.subarray(at, at + Math.min(piece, said.length)));
    if (piece < said.length) await new Promise((resolve) => setImmediate(resolve));
  }
}
