// mysql: the greeting, and a login where there is a user (MySQL internals: Protocol::HandshakeV10, Protocol::HandshakeResponse41,
// Authentication Methods). How a password is proved stands in mysql-password.ts.
import { Broken, converse, type Conversation, type Outcome, type Taken } from './conversation.ts';
import type { Credentials, Login } from './login.ts';
import { encrypted, proofOf } from './mysql-password.ts';
import type { Probe } from './target.ts';

/** The first bytes of packets: a greeting, and what answers a login (generic response packets, AuthSwitchRequest, AuthMoreData). */
const GREETING = 0x0a, OK = 0x00, ERROR = 0xff, SWITCH = 0xfe, MORE = 0x01;
/** What stands behind MORE, and what asks for the server's key (caching_sha2_password). */
const FAST_PATH = 0x03, FULL_PATH = 0x04, ASK_FOR_KEY = 0x02;
/** CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH (Capabilities Flags). */
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const UTF8_GENERAL_CI = 33;
const COM_QUIT = Buffer.from([0x01]);
const HEADER_BYTES = 4;
/** Bytes of a packet in a login; errors have 512, keys some 800. */
const MOST_BYTES = 64 * 1024;
const NONCE_BYTES = 20;
/** Answers to one login; four are the most that the methods need. */
const MOST_TURNS = 8;

interface Packet {
  readonly sequence: number;
  readonly body: Buffer;
}

/** Makes the probe: up when the server greets and, where there is a user for its port, lets it in. */
export function mysqlProbe(login: Login): Probe {
  return (target, signal) => converse(target, signal, talk, login);
}

async function talk(mysql: Conversation, credentials: Credentials | undefined): Promise<Outcome> {
  const { sequence, body } = await mysql.hear(takePacket);
  if (body[0] === ERROR) return { up: false, said: mysql.repeatable(errorOf(body)) };
  if (body[0] !== GREETING) throw new Broken(`no MySQL: a greeting of protocol ${body[0]}`);
  const { version, plugin, nonce } = parseGreeting(body);
  const said = mysql.repeatable(version);
  if (credentials === undefined) return { up: true, said };
  const method = proofOf(plugin, '', nonce) === undefined ? 'mysql_native_password' : plugin;
  mysql.say(packet(sequence + 1, response(credentials, method, nonce)));
  const refused = await logIn(mysql, credentials.password, { method, nonce });
  if (refused !== undefined) return { up: false, said: refused };
  mysql.say(packet(0, COM_QUIT));
  return { up: true, said };
}

/** Answers what the server wants to know until it lets the user in; otherwise says why it does not. */
async function logIn(mysql: Conversation, password: string, proof: { method: string; nonce: Buffer }): Promise<string | undefined> {
  let { method, nonce } = proof;
  let wantsKey = false;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const { sequence, body } = await mysql.hear(takePacket);
    if (body[0] === OK) return undefined;
    if (body[0] === ERROR) return mysql.repeatable(errorOf(body));
    if (body[0] === SWITCH) {
      ({ method, nonce } = parseSwitch(body));
      const answer = proofOf(method, password, nonce);
      if (answer === undefined) return `wants a login by ${mysql.repeatable(method)}, which hacheck does not speak`;
      mysql.say(packet(sequence + 1, answer));
    } else if (body[0] !== MORE || method !== 'caching_sha2_password') throw new Broken('no answer to a login');
    else if (body[1] === FULL_PATH && !wantsKey) {
      wantsKey = true;
      mysql.say(packet(sequence + 1, Buffer.from([ASK_FOR_KEY])));
    } else if (wantsKey) mysql.say(packet(sequence + 1, encryptedFor(body, password, nonce)));
    else if (body[1] !== FAST_PATH) throw new Broken('a key that nobody has asked for');
  }
  throw new Broken('a login without an end');
}

function encryptedFor(body: Buffer, password: string, nonce: Buffer): Buffer {
  const key = encrypted(password, nonce, body.toString('latin1', 1));
  if (key === undefined) throw new Broken('a public key that is none');
  return key;
}

/** Version, authentication plugin, and the nonce in two parts (Protocol::HandshakeV10). */
function parseGreeting(body: Buffer): { version: string; plugin: string; nonce: Buffer } {
  const version = textAt(body, 1);
  // Behind the version: thread id 4, nonce 8, filler 1, capabilities 2, character set 1, status 2, capabilities 2, nonce's length 1, reserved 10.
  const at = endOfText(body, 1) + 1 + 4;
  if (body.length < at + 31) throw new Broken('no MySQL: a greeting cut short');
  const nonce = Buffer.concat([body.subarray(at, at + 8), body.subarray(at + 27, at + 39)]);
  const plugin = textAt(body, at + 27 + Math.max(13, (body[at + 16] ?? 0) - 8));
  // MariaDB from 10 to 10.x stands behind a version that old replicas understand.
  return { version: version.replace(/^5\.5\.5-/, ''), plugin, nonce };
}

/** The plugin to use instead, and its nonce, behind which stands a zero byte (Protocol::AuthSwitchRequest). Without them it is the one of MySQL 4.0. */
function parseSwitch(body: Buffer): { method: string; nonce: Buffer } {
  if (body.length === 1) return { method: 'mysql_old_password', nonce: Buffer.alloc(0) };
  const method = textAt(body, 1);
  const start = endOfText(body, 1) + 1;
  return { method, nonce: body.subarray(start, start + NONCE_BYTES) };
}

/** Who comes, and the proof (Protocol::HandshakeResponse41). */
function response({ user = '', password }: Credentials, method: string, nonce: Buffer): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(CAPABILITIES, 0);
  head.writeUInt32LE(MOST_BYTES, 4);
  head[8] = UTF8_GENERAL_CI;
  const proof = proofOf(method, password, nonce) ?? Buffer.alloc(0);
  return Buffer.concat([head, Buffer.from(`${user}\0`), Buffer.from([proof.length]), proof, Buffer.from(`${method}\0`)]);
}

/** Number and text of an error; `#` and SQLSTATE stand between them once the login has begun (Protocol::ERR_Packet). */
function errorOf(body: Buffer): string {
  if (body.length < 3) throw new Broken('no MySQL: an error cut short');
  return `${body.readUInt16LE(1)} ${body.toString('utf8', body[3] === 0x23 ? 9 : 3)}`;
}

/** A text up to its zero byte, or to the end. */
function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, endOfText(body, start));
}

function endOfText(body: Buffer, start: number): number {
  const end = body.indexOf(0, start);
  return end < 0 ? body.length : end;
}

function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

function takePacket(bytes: Buffer): Taken<Packet> {
  if (bytes.length < HEADER_BYTES) return undefined;
  const [length, sequence] = [bytes.readUIntLE(0, 3), bytes[3] ?? 0];
  if (length === 0 || length > MOST_BYTES) throw new Broken(`no MySQL: a packet of ${length} bytes`);
  const end = HEADER_BYTES + length;
  return bytes.length < end ? undefined : { value: { sequence, body: bytes.subarray(HEADER_BYTES, end) }, bytes: end };
}
