// postgres: a start-up message, and what answers it (PostgreSQL manual, 55.2 Message Flow, 55.7 Message Formats, Appendix A).
import { Broken, converse, type Taken } from './conversation.ts';
import type { Probe } from './target.ts';

const PROTOCOL_3_0 = 196608;
/** Bytes of type and length. */
const HEADER_BYTES = 5;
/** What a message's length may be; it counts itself, and both messages hold 4 bytes more. libpq takes errors up to the latter. */
const [LEAST_LENGTH, MOST_LENGTH] = [8, 30_000];
/** Codes of authentication requests (55.7, AuthenticationOk and the others). */
const REQUESTS: ReadonlyMap<number, string> = new Map([[0, 'no password'], [2, 'Kerberos'], [3, 'a password'], [5, 'a password (MD5)'], [7, 'GSSAPI'], [9, 'SSPI'], [10, 'a password (SASL)']]);
/** SQLSTATE classes of a server that cannot serve: insufficient resources, operator intervention (also starting up), system error, configuration file error, internal error. */
const CANNOT_SERVE = /^(?:53|57|58|F0|XX)/;
/** PgBouncer has one SQLSTATE for everything; these of its words say that it serves, but not this user or this database (seen with 1.18). */
const POOLER = '08P01';
const NOT_THIS_USER = /^no such (?:user|database)|authentication failed$|^login rejected$/;
/** An error of protocol 2: a letter, and text where newer ones have a length. */
const OLD_ERROR = /^E[\x20-\x7e]{4}$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Up when the first answer is an authentication request, or an error that does not say that the server cannot serve, such as one that this user may not come in. */
export const probePostgres: Probe = (target, signal) =>
  converse(target, signal, async (postgres) => {
    postgres.say(startUp(['user', 'hacheck', 'database', 'postgres']));
    const { type, body } = await postgres.hear(takeMessage);
    if (type === 'R') {
      const code = body.readUInt32BE(0);
      return { up: true, said: `asks for ${REQUESTS.get(code) ?? `authentication ${code}`}` };
    }
    const fields = fieldsOf(body);
    const [state = '', text = ''] = [fields.get('C'), fields.get('M')];
    if (!SQLSTATE.test(state)) throw new Broken('no PostgreSQL: an error without SQLSTATE');
    const serves = state === POOLER ? NOT_THIS_USER.test(text) : !CANNOT_SERVE.test(state);
    return { up: serves, said: `${state} ${text}` };
  });

/** The message that begins everything: length, protocol version, and names and values, each ended by a zero byte, as is their list. */
function startUp(parameters: readonly string[]): Buffer {
  const text = Buffer.from(`${parameters.join('\0')}\0\0`, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + text.length, 0);
  head.writeUInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, text]);
}

/** Takes an authentication request or an error. What is neither is refused before its body, of which HTTP promises 1.4 GB, is waited for. */
function takeMessage(bytes: Buffer): Taken<Message> {
  const type = bytes.toString('latin1', 0, 1);
  if (!['R', 'E', ''].includes(type)) throw new Broken('no PostgreSQL', bytes.toString('utf8', 0, 60));
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = bytes.readUInt32BE(1);
  // Where it cannot fork, the server speaks as PostgreSQL 7.3 did: the text follows its letter.
  if (OLD_ERROR.test(bytes.toString('latin1', 0, HEADER_BYTES))) throw new Broken('an error of an older protocol', bytes.toString('utf8', 1, 200));
  if (length < LEAST_LENGTH || length > MOST_LENGTH) throw new Broken(`no PostgreSQL: a message of ${length} bytes`);
  const end = 1 + length;
  return bytes.length < end ? undefined : { value: { type, body: bytes.subarray(HEADER_BYTES, end) }, bytes: end };
}

/** The fields of an error, each a letter and a text that ends with a zero byte (55.8 Error and Notice Message Fields). */
function fieldsOf(body: Buffer): ReadonlyMap<string, string> {
  const fields = body.toString('utf8').split('\0').filter((field) => field !== '');
  return new Map(fields.map((field) => [field.slice(0, 1), field.slice(1)]));
}
