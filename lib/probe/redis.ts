// redis: PING, then fields of INFO (Redis serialization protocol specification, RESP2; command pages AUTH, PING, INFO).
import type { Field } from '../fields.ts';
import { isRefusal } from '../route.ts';
import { Broken, converse, type Conversation, type Outcome, type Taken } from './conversation.ts';
import type { Credentials, Login } from './login.ts';
import { wantedFields } from './query.ts';
import type { Probe } from './target.ts';

/** Bytes of one answer; INFO is some 5 KB. */
const MOST_BYTES = 1024 * 1024;
/** Bytes of a line; an error can repeat what was asked. */
const LINE_BYTES = 64 * 1024;

/** What servers say to AUTH that have no password: Redis 6 and newer, and older ones. */
const NO_PASSWORD_SET = ['without any password configured', 'Client sent AUTH, but no password is set'];
/** What servers say to AUTH that is known to repeat nothing. */
const KNOWN_ERRORS = [
  'WRONGPASS invalid username-password pair or user is disabled.', 'ERR invalid password', 'ERR max number of clients reached', 'LOADING Redis is loading the dataset in memory',
];

/** An answer to a command. */
interface Reply {
  /** Whether it begins with `-`. */
  readonly isError: boolean;
  /** Without its first character. */
  readonly text: string;
}

/** Makes the probe: up when PING is answered PONG, and then INFO has every field that the query names, with its value. A sentinel speaks the same. */
export function redisProbe(login: Login): Probe {
  return (target, signal) => converse(target, signal, (redis, credentials) => talk(redis, credentials, wantedFields(target.query)), login);
}

async function talk(redis: Conversation, credentials: Credentials | undefined, wanted: ReturnType<typeof wantedFields>): Promise<Outcome> {
  if (isRefusal(wanted)) return { up: false, said: wanted.refused };
  const refused = credentials === undefined ? undefined : await logIn(redis, credentials);
  if (refused !== undefined) return refused;
  // Before INFO, which a server answers that is still loading.
  const pong = await command(redis, 'PING');
  if (pong.isError || pong.text !== 'PONG') return { up: false, said: redis.repeatable(pong.text) };
  if (wanted.length === 0) return { up: true, said: 'PONG' };
  const info = await command(redis, 'INFO');
  return info.isError ? { up: false, said: redis.repeatable(info.text) } : compare(info.text, wanted, redis);
}

async function logIn(redis: Conversation, { user, password }: Credentials): Promise<Outcome | undefined> {
  const { isError, text } = await command(redis, 'AUTH', ...(user === undefined ? [] : [user]), password);
  // Where no password is set, the server says so, and answers everything all the same.
  if (!isError || NO_PASSWORD_SET.some((words) => text.includes(words))) return undefined;
  // An error can repeat what was said, cut short or with other line ends: only the known ones are repeated.
  const [code = ''] = text.split(' ', 1);
  return { up: false, said: KNOWN_ERRORS.includes(text) ? text : `${/^[A-Z]+$/.test(code) ? redis.repeatable(code) : 'an error'}, for AUTH` };
}

/** Whether INFO, lines of `name:value`, has the fields. What the query says of them is repeated as it is: leaving a password out of it would tell who guesses that he is right. */
function compare(info: string, wanted: readonly Field[], redis: Conversation): Outcome {
  const fields = new Map(info.split('\r\n').filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  for (const [name, value] of wanted) {
    const found = fields.get(name);
    if (found === undefined) return { up: false, said: `INFO has no field ${name}` };
    if (found !== value) return { up: false, said: `${name} is ${redis.repeatable(found)}, not ${value === '' ? 'empty' : value}` };
  }
  return { up: true, said: `PONG, ${wanted.map((field) => field.join(' is ')).join(', ')}` };
}

/** As an array of bulk strings, in which a word can hold anything. */
async function command(redis: Conversation, ...words: readonly string[]): Promise<Reply> {
  redis.say(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  return redis.hear(replyReader());
}

/** Makes a reader of one reply. It looks for a line's end only where it has not looked yet: bytes may come one at a time. */
function replyReader(): (bytes: Buffer) => Taken<Reply> {
  let from = 0;
  return (bytes) => {
    const end = bytes.indexOf('\r\n', from);
    from = end < 0 ? Math.max(0, bytes.length - 1) : end;
    return takeReply(bytes, end);
  };
}

/** Takes a simple string, an error or a bulk string, whose first line ends there, or not yet; these commands have no other answers. */
function takeReply(bytes: Buffer, end: number): Taken<Reply> {
  if (!['+', '-', '$', ''].includes(bytes.toString('latin1', 0, 1)) || (end < 0 ? bytes.length : end) > LINE_BYTES) {
    throw new Broken('no answer of Redis', bytes.toString('utf8', 0, 60));
  }
  if (end < 0) return undefined;
  const [first, text] = [bytes.toString('latin1', 0, 1), bytes.toString('utf8', 1, end)];
  if (first !== '$') return { value: { isError: first === '-', text }, bytes: end + 2 };
  const size = /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  if (size > MOST_BYTES) throw new Broken('no answer of Redis: a string of a length that cannot be', text.slice(0, 20));
  const start = end + 2;
  if (bytes.length < start + size + 2) return undefined;
  return { value: { isError: false, text: bytes.toString('utf8', start, start + size) }, bytes: start + size + 2 };
}
