// What services say that say too much, a byte at a time and all at once: a probe is done with it as fast as it comes.
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { describe } from 'node:test';
import { Conversation } from '../../lib/probe/conversation.ts';
import type { Probe } from '../../lib/probe/target.ts';
import { DIALOGUES, field, frame, probeFor } from '../support/dialogue.ts';
import { greeting } from '../support/mysql-peer.ts';
import { targetAt } from '../support/probing.ts';
import { tcpService } from '../support/service.ts';
import { isLinear } from './fuzz.ts';

/** A number in so many bytes. */
const number = (bytes: number, value: number): Buffer => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
const bytesOf = (...parts: readonly (Buffer | string)[]): Buffer => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
const text = (bytes: Buffer): string => bytes.toString('latin1');

const GREETING = greeting(Buffer.from('abcdefghijklmnopqrst'), 'mysql_native_password');
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const HEADERS = bytesOf(number(1, 0x88), field('content-type', 'application/grpc'));
const COLUMNS = '# pxname,svname,status,type,\n';

/**
 * What goes on and on, by protocol; what has been said before it, by its length; its parts; and the length of a short one. A long one has four times as much,
 * and is still below what is read at most.
 */
const LENGTHS: readonly (readonly [protocol: string, what: string, before: (length: number) => Buffer, parts: readonly string[], length: number])[] = [
  ['mysql', 'a greeting', (length) => bytesOf(number(3, length + 1).reverse(), '\0\x0a'), ['x', '\0'], 4_000],
  ['mysql', 'an error', (length) => bytesOf(GREETING, number(3, length + 3).reverse(), '\x02\xff\x01\x01'), ['x', '\n'], 4_000],
  ['postgres', 'an error', (length) => bytesOf('E', number(4, length + 4)), ['x', '\0', 'Mx\0'], 4_000],
  ['redis', 'a line', () => bytesOf('+'), ['x', '\r', '\n'], 4_000],
  ['redis', 'a string', (length) => bytesOf(`+OK\r\n+PONG\r\n$${length}\r\n`), ['x', '\r\n', 'role:x\r\n'], 4_000],
  ['smtp', 'a line', () => bytesOf('220 '), ['x', '\r'], 2_000],
  ['smtp', 'a reply', () => bytesOf('220-\n'), ['220-\n', '220-x\r\n'], 2_000],
  ['smtp', 'a reply to QUIT', () => bytesOf('220 ready\n'), ['221-\n'], 2_000],
  ['grpc', 'a frame', (length) => bytesOf(number(3, length), '\x04\0\0\0\0\0'), ['\0\x04\0\0\0\x05'], 4_000],
  ['grpc', 'frames', () => SETTINGS, [SETTINGS, frame(6, 0, 0, Buffer.alloc(8)), frame(8, 0, 1, number(4, 1)), frame(77, 0, 9, Buffer.alloc(0))].map(text), 2_200],
  ['grpc', 'headers in frames', () => bytesOf(SETTINGS, frame(1, 0, 1, HEADERS)), [frame(9, 0, 1, Buffer.alloc(0)), frame(9, 0, 1, Buffer.alloc(9))].map(text), 2_200],
  ['grpc', 'data in frames', () => bytesOf(SETTINGS, frame(1, 4, 1, HEADERS)), [frame(0, 0, 1, Buffer.alloc(0)), frame(0, 0, 1, Buffer.alloc(4))].map(text), 2_200],
  ['haproxy', 'a header', () => bytesOf('HTTP/1.1 200 OK\r\nX: '), ['x', ',', ' '], 3_000],
  ['haproxy', 'a page', () => bytesOf(`HTTP/1.1 200 OK\r\n\r\n${COLUMNS}`), ['x', ',', '"', '\n', ' "",', 'web,\n', 'web,BACKEND,UP,2,\n', 'web,"""\n",\n'], 4_000],
  ['haproxy', 'a page in chunks', () => bytesOf(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${COLUMNS.length.toString(16)}\r\n${COLUMNS}\r\n`), ['1\r\nx\r\n', '1\r\n"\r\n'], 4_000],
];
/** Bytes that come at once. */
const PIECES = [1, 65_536];

/** Lets a probe dial a service that is silent, and hear what such a one might have said, as if it came in pieces of so many bytes; without the time that the system takes for each. */
async function hear(probe: Probe, protocol: string, port: number, said: Buffer, piece: number): Promise<void> {
  const enough = new AbortController();
  const dialled = nextSocket();
  let early: string | undefined;
  const verdict = probe({ ...targetAt(port), ...DIALOGUES.get(protocol)?.target }, enough.signal).then(({ reason }) => (early = reason));
  const socket = await dialled;
  while (socket.listenerCount('data') === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let at = 0; at < said.length; at += piece) {
    if (early !== undefined) throw new Error(`not heard to its end: ${early}`);
    socket.emit('data', said.subarray(at, at + piece));
    await new Promise((resolve) => setImmediate(resolve));
  }
  enough.abort();
  await verdict;
}

/** The next socket that this process connects. */
function nextSocket(): Promise<Socket> {
  return new Promise((resolve) => {
    const found = (message: unknown): void => {
      // Not at once: Node 18 is still telling those who have subscribed.
      queueMicrotask(() => unsubscribe('net.client.socket', found));
      resolve((message as { readonly socket: Socket }).socket);
    };
    subscribe('net.client.socket', found);
  });
}

describe('a conversation', () => {
  // Longer than what a protocol says: copies of all that is there are fast, and show late.
  isLinear('hearing a message, a byte at a time,', ['x'], async (said) => {
    const [socket, enough] = [new Socket(), new AbortController()];
    const conversation = new Conversation(socket, enough.signal);
    const heard = conversation.hear((bytes) => (bytes.length < said.length ? undefined : { value: bytes, bytes: bytes.length }));
    for (const byte of Buffer.from(said)) {
      socket.emit('data', Buffer.from([byte]));
      await undefined;
    }
    assert.equal((await heard).length, said.length);
    enough.abort();
    conversation.close();
  }, { length: 64_000, times: 1, rounds: 3 });
});

const silent = await tcpService((socket) => socket.on('end', () => socket.end()).resume());

for (const protocol of DIALOGUES.keys()) {
  describe(protocol, () => {
    const probe = probeFor(protocol, silent.port);
    for (const [, what, before, parts, length] of LENGTHS.filter(([of]) => of === protocol)) {
      for (const piece of PIECES) {
        isLinear(`hearing ${what}, ${piece === 1 ? 'a byte at a time' : 'all at once'},`, parts, (more) => hear(probe, protocol, silent.port, bytesOf(before(more.length), more), piece), { length, times: 1, rounds: 3 });
      }
    }
  });
}
