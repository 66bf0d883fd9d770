// What a check comes to, and the words for it: status, reason phrase, body.
import { STATUS_CODES } from 'node:http';
import { oneLine } from './line.ts';
import { isoTime, type Mark } from './mark.ts';

/** An answer as HTTP and the agent protocol say it. */
export interface Reply {
  readonly status: number;
  /** The reason phrase behind the status: printable ASCII, at most 100 characters. HAProxy shows this text and no other. */
  readonly phrase: string;
  /** The short cause, of the same alphabet and length; the service's status and phrase where the service itself answered. */
  readonly reason: string;
  /** What a person reads with curl: one line, or the service's own body. */
  readonly body: Buffer;
}

/** What a check comes to. */
export interface Verdict extends Reply {
  readonly state: 'up' | 'down' | 'drain';
}

/** HAProxy cuts at 127 bytes (its HCHK_DESC_LEN), 109 behind the words of an agent check. */
const PHRASE_LENGTH = 100;
/** No cause of hacheck's own is longer. */
const CAUSE_BYTES = 4 * 1024;
/** Bytes that are read, kept and passed on of a service's body. */
export const BODY_BYTES = 64 * 1024;

/** The verdict while a mark stands: 503 for down; 404 for drain, which HAProxy's `http-check disable-on-404` understands. */
export function markVerdict(mark: Mark): Verdict {
  const { name, state, reason, by, creation, expiration } = mark;
  const who = by === undefined ? '' : ` by ${by}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const since = creation === undefined ? '' : ` since ${isoTime(creation)}`;
  const until = expiration === undefined ? '' : ` until ${isoTime(expiration)}`;
  return {
    state,
    ...ownReply(state === 'drain' ? 404 : 503, `${state === 'drain' ? 'drained' : 'down'}${who}${why}`),
    body: line(`Service ${name} in ${state} state${since}${until}${who}${why}`),
  };
}

/** The verdict of a service of which nothing bad was seen; the line says what was. */
export function upVerdict(seen: string): Verdict {
  return { state: 'up', ...ownReply(200, seen) };
}

/** The verdict where something failed; the line says what, and where. */
export function downVerdict(cause: string): Verdict {
  return { state: 'down', ...ownReply(503, cause) };
}

/**
 * The verdict where the service itself answered over HTTP: up from 200 to 399. The status is passed on, with its phrase,
 * except for one that Node cannot name (`http.STATUS_CODES`), which becomes 503.
 */
export function serviceVerdict(status: number, servicePhrase: string, body: Buffer): Verdict {
  const phrase = asPhrase(servicePhrase);
  const reason = asPhrase(`${status} ${phrase}`);
  if (STATUS_CODES[status] === undefined) return { ...downVerdict(`the service answered with the unknown status ${reason}`), body };
  return { state: status >= 200 && status < 400 ? 'up' : 'down', status, phrase, reason, body };
}

/** A text as a reason phrase (RFC 9112 section 4): printable ASCII, without accents, cut with `...` where it is too long. */
export function asPhrase(text: string): string {
  const ascii = oneLine(text.slice(0, 4 * PHRASE_LENGTH)).normalize('NFKD').replace(/\p{M}+/gu, '').replace(/[^\x20-\x7e]/gu, '?').trim();
  return ascii.length <= PHRASE_LENGTH ? ascii : `${ascii.slice(0, PHRASE_LENGTH - 3)}...`;
}

/** The whole cause of an answer of hacheck's own, in UTF-8, which its reason may have cut short; the reason, where the service itself answered. */
export function wholeCause({ reason, body }: Reply): string {
  if (body.length > CAUSE_BYTES) return reason;
  const text = oneLine(body.toString('utf8'));
  return asPhrase(text) === reason ? text : reason;
}

/** An answer of hacheck's own: the cause is its reason phrase (except for 200) and, whole, the one line of its body. */
export function ownReply(status: number, cause: string): Reply {
  const reason = asPhrase(cause);
  return { status, phrase: status === 200 ? 'OK' : reason, reason, body: line(cause) };
}

function line(text: string): Buffer {
  return Buffer.from(`${oneLine(text)}\n`, 'utf8');
}
