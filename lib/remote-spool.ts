// Marks made over HTTP, by whoever has the token: POST /spool/<service>/<port> with a form.
import type { IncomingMessage } from 'node:http';
import { plainAddress } from './balancers.ts';
import type { Clock } from './clock.ts';
import { codeOf } from './errno.ts';
import type { Log } from './log.ts';
import { isTime, type Mark } from './mark.ts';
import { parseFields } from './fields.ts';
import { removeMark, writeMark } from './marking.ts';
import { formatMarkName, isRefusal, marksOf, parseCheck, quote, type MarkName, type Refusal } from './route.ts';
import { isSameSecret, readSecret, SecretError } from './secret.ts';
import { decidingMark } from './spool.ts';
import { ownReply, type Reply } from './verdict.ts';

/** What a form asks for: a service's new state, and for a mark what it says. Times are Unix seconds. */
export interface Order {
  readonly state: 'up' | Mark['state'];
  readonly reason: string | undefined;
  readonly expiration: number | undefined;
  readonly creation: number | undefined;
}

/** An answer, and its headers. */
export interface Posted {
  readonly reply: Reply;
  readonly headers?: Readonly<Record<string, string>>;
}

const FORM_BYTES = 8 * 1024;
/** So much of a form that is too long is read, so that its client reads the answer before it finds the connection closed. */
const DISCARDED_BYTES = 1024 * 1024;
/** Milliseconds for the form to arrive. */
const FORM_PATIENCE = 10_000;
const TOO_LONG: Refusal = { refused: 'the form is more than 8 KiB' };
const FORM_TYPE = 'application/x-www-form-urlencoded';
const FIELDS = ['status', 'reason', 'expiration', 'creation'];
/** The challenge of an answer of 401 (RFC 9110 section 11.6.1, RFC 6750 section 3). */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' };
const BEARER = /^bearer +([^ ]+) *$/i;

/** The spool, as it can be written to over HTTP. */
export class RemoteSpool {
  readonly #root: string;
  readonly #tokenFile: string | undefined;
  readonly #clock: Clock;
  readonly #log: Log;

  /** @param tokenFile holds the token that a client needs; nobody may write if undefined */
  constructor(root: string, tokenFile: string | undefined, clock: Clock, log: Log) {
    this.#root = root;
    this.#tokenFile = tokenFile;
    this.#clock = clock;
    this.#log = log;
  }

  /** Does what a request to a path of the spool asks for, if it may, and says what came of it. */
  async answer(request: IncomingMessage): Promise<Posted> {
    const barred = this.#barred(request.headers.authorization);
    if (barred !== undefined) return barred;
    const service = serviceOf(request.url ?? '');
    if (isRefusal(service)) return { reply: ownReply(400, service.refused) };
    const form = await readForm(request);
    const order = isRefusal(form) ? form : parseOrder(form);
    if (isRefusal(order)) return { reply: ownReply(400, order.refused) };
    return { reply: this.#carryOut(service, order, plainAddress(request.socket.remoteAddress ?? 'unknown')) };
  }

  #barred(authorization: string | undefined): Posted | undefined {
    if (this.#tokenFile === undefined) return { reply: ownReply(403, 'marks are made on the host, with hactl: --remote-spool is off') };
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    try {
      if (token !== undefined && isSameSecret(token, readSecret(this.#tokenFile))) return undefined;
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      this.#log.line(`--token-file: ${error.message}`);
      return { reply: ownReply(503, 'the token file cannot be read: the log of hacheck says why') };
    }
    const said = authorization === undefined ? 'no token: send Authorization: Bearer, and the token' : 'not the right token';
    return { reply: ownReply(401, said), headers: CHALLENGE };
  }

  #carryOut(service: MarkName, order: Order, by: string): Reply {
    const name = formatMarkName(service);
    try {
      const done = order.state === 'up' ? this.#putBack(service) : this.#takeOut(name, { ...order, state: order.state }, by);
      this.#log.line(`${by} by remote: ${done}`);
      return ownReply(200, done);
    } catch (error) {
      this.#log.line(`${by} by remote: ${name} could not be changed: ${codeOf(error)}`);
      return ownReply(503, `the spool cannot be written: ${codeOf(error)}`);
    }
  }

  #takeOut(name: string, { creation, ...wanted }: Order & { readonly state: Mark['state'] }, by: string): string {
    const { mark, full } = writeMark(this.#root, name, { ...wanted, by, ...(creation === undefined ? {} : { creation }) }, this.#clock.time());
    const why = mark.reason === undefined ? '' : `: ${mark.reason}`;
    return `${name} is ${mark.state === 'down' ? 'down' : 'draining'}${full ? ', but the disk is full: the mark has no reason and no end' : why}`;
  }

  #putBack(service: MarkName): string {
    const name = formatMarkName(service);
    const wasOut = removeMark(this.#root, name);
    const other = decidingMark(this.#root, marksOf(service), this.#clock.time);
    if (other !== undefined) return `${name} is still out, ${'unreadable' in other ? `the spool is unreadable: ${other.unreadable}` : `by the mark ${other.name}`}`;
    return wasOut ? `${name} is up` : `${name} was not out`;
  }
}

/** The service that a path of the spool names; port 0 stands for no port. */
function serviceOf(url: string): MarkName | Refusal {
  const check = parseCheck(url, ['spool']);
  if (isRefusal(check)) return check;
  const { service, port, query } = check;
  if (query !== '') return { refused: `unexpected ${quote(query)}: ask for /spool/<service>/<port>, with a form` };
  if (service === 'all' && port !== 0) return { refused: `all:${port} takes nothing out: name the service, or take out all with port 0` };
  return port === 0 ? { service } : { service, port };
}

/** The text of a form, one character a byte, or what is wrong with it. */
function readForm(request: IncomingMessage): Promise<string | Refusal> {
  const type = request.headers['content-type'] ?? '';
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== FORM_TYPE) return Promise.resolve({ refused: `the form is sent as ${FORM_TYPE}` });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: string | Refusal): void => {
      clearTimeout(patience);
      request.removeAllListeners('data').pause();
      resolve(outcome);
    };
    const patience = setTimeout(() => settle({ refused: 'the form did not come in time' }), FORM_PATIENCE);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= FORM_BYTES) chunks.push(chunk);
      else if (size > DISCARDED_BYTES) settle(TOO_LONG);
    });
    request.on('end', () => settle(size > FORM_BYTES ? TOO_LONG : Buffer.concat(chunks).toString('latin1')));
    request.on('close', () => settle({ refused: 'the form was cut short' }));
    request.on('error', () => settle({ refused: 'the form was cut short' }));
  });
}

/** Reads a form, or says what is wrong with it. */
export function parseOrder(form: string): Order | Refusal {
  const fields = parseFields(form, true);
  if (isRefusal(fields)) return fields;
  const values = new Map(fields);
  const unknown = fields.find(([name]) => !FIELDS.includes(name));
  if (unknown !== undefined) return { refused: `unknown field ${quote(unknown[0])}: it is one of ${FIELDS.join(', ')}` };
  if (values.size < fields.length) return { refused: 'a field is given twice' };
  const state = values.get('status');
  if (state !== 'up' && state !== 'down' && state !== 'drain') return { refused: `bad status ${quote(state ?? '')}: up, down or drain` };
  const [expiration, creation] = [timeOf(values.get('expiration')), timeOf(values.get('creation'))];
  if (Number.isNaN(expiration) || Number.isNaN(creation)) return { refused: 'bad expiration or creation: a time in Unix seconds, such as 1795346352' };
  return { state, reason: values.get('reason'), expiration, creation };
}

/** A time; undefined where none is given, NaN for what is none. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(text) && isTime(Number(text)) ? Number(text) : Number.NaN;
}
