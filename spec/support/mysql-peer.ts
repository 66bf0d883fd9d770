// The server's side of a MySQL login, for what no server here can be brought to say (MySQL internals, Connection Phase).
import { constants, createHash, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { tcpService, type Service } from './service.ts';

/** A packet's number and body. */
export interface Packet {
  readonly sequence: number;
  readonly body: Buffer;
}

/** One client's conversation with a peer. */
export interface Client {
  readonly nonce: Buffer;
  readonly say: (sequence: number, ...parts: readonly (Buffer | string | readonly number[])[]) => void;
  /** The next packet; undefined where the client is gone. */
  readonly hear: () => Promise<Packet | undefined>;
}

/** A peer, and everything that it was sent. */
export interface Peer extends Service {
  readonly received: () => Buffer;
}

export const OK: readonly number[] = [0, 0, 0, 2, 0, 0, 0];

/** A packet as it goes over the wire. */
export function packet(sequence: number, ...parts: readonly (Buffer | string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

/** Protocol::HandshakeV10. */
export function greeting(nonce: Buffer, plugin: string, version = '8.0.36'): Buffer {
  const flags = [0xff, 0xf7, 0x21, 0x02, 0x00, 0xff, 0x81];
  return packet(0, [10], `${version}\0`, [1, 0, 0, 0], nonce.subarray(0, 8), [0], flags, [21], Buffer.alloc(10), nonce.subarray(8), [0], `${plugin}\0`);
}

/** Protocol::ERR_Packet, with its SQLSTATE once the login has begun. */
export function errorPacket(sequence: number, code: number, text: string, state = ''): Buffer {
  return packet(sequence, [0xff, code & 0xff, code >> 8], state === '' ? '' : `#${state}`, text);
}

/** A nonce without zero bytes, as servers make them. */
export function newNonce(): Buffer {
  return Buffer.from(randomBytes(20).map((byte) => (byte % 127) + 1));
}

/** Starts a peer that greets each client, and then does what it is told. */
export async function mysqlPeer(plugin: string, talk: (client: Client, answer: Packet) => Promise<void>): Promise<Peer> {
  const chunks: Buffer[] = [];
  const service = await tcpService((socket) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const client = clientOf(socket);
    socket.write(greeting(client.nonce, plugin));
    void client.hear().then((answer) => (answer === undefined ? undefined : talk(client, answer)));
  });
  return { ...service, received: () => Buffer.concat(chunks) };
}

function clientOf(socket: Socket): Client {
  let bytes = Buffer.alloc(0);
  let isGone = false;
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    isGone = true;
    wake();
  });
  const hear = async (): Promise<Packet | undefined> => {
    while (bytes.length < 4 || bytes.length < 4 + bytes.readUIntLE(0, 3)) {
      if (isGone) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const end = 4 + bytes.readUIntLE(0, 3);
    const heard = { sequence: bytes[3] ?? 0, body: bytes.subarray(4, end) };
    bytes = bytes.subarray(end);
    return heard;
  };
  return { nonce: newNonce(), say: (sequence, ...parts) => void socket.write(packet(sequence, ...parts)), hear };
}

/** What a HandshakeResponse41 says of its sender. */
export function parseResponse(body: Buffer): { readonly user: string; readonly proof: Buffer; readonly plugin: string } {
  const userEnd = body.indexOf(0, 32);
  const proofStart = userEnd + 2;
  const proofEnd = proofStart + (body[userEnd + 1] ?? 0);
  const pluginEnd = body.indexOf(0, proofEnd);
  return { user: body.toString('utf8', 32, userEnd), proof: body.subarray(proofStart, proofEnd), plugin: body.toString('utf8', proofEnd, pluginEnd) };
}

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const xor = (bytes: Buffer, mask: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ (mask[at % mask.length] ?? 0)));

/** MySQL 8's caching_sha2_password: by the hash of the password that it keeps, or, where it keeps none, by the password itself. */
export async function cachingLogin(client: Client, { sequence, proof, nonce }: { sequence: number; proof: Buffer; nonce: Buffer }, password: string, isKept: boolean): Promise<void> {
  const kept = sha256(sha256(Buffer.from(password)));
  if (isKept) {
    const isRight = proof.length === 32 && sha256(xor(proof, sha256(kept, nonce))).equals(kept);
    if (!isRight) return client.say(sequence + 1, [0xff, 0x15, 0x04], "#28000Access denied for user 'hc'");
    client.say(sequence + 1, [1, 3]);
    client.say(sequence + 2, OK);
    return;
  }
  client.say(sequence + 1, [1, 4]);
  const asked = await client.hear();
  if (asked?.body.equals(Buffer.from([2])) !== true) return;
  client.say(asked.sequence + 1, [1], KEYS.publicKey.export({ type: 'spki', format: 'pem' }) as string);
  const sent = await client.hear();
  if (sent === undefined) return;
  const plain = privateDecrypt({ key: KEYS.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, sent.body);
  const isRight = xor(plain, nonce).equals(Buffer.from(`${password}\0`));
  client.say(sent.sequence + 1, isRight ? OK : Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from("#28000Access denied for user 'hc'")]));
}
