// The form that changes the spool over HTTP: `status=down&reason=kernel+upgrade`.
import type { IncomingMessage } from 'node:http';
import { parseFields } from './fields.ts';
import { isoTime, isTime, type Mark } from './mark.ts';
import { isRefusal, quote, type Refusal } from './route.ts';

/** What a form asks for: a service's new state, and for a mark what it says. Times are Unix seconds. */
export interface Order {
  readonly state: 'up' | Mark['state'];
  readonly reason: string | undefined;
  readonly expiration: number | undefined;
  readonly creation: number | undefined;
}

const FORM_BYTES = 8 * 1024;
/** So much of a form that is too long is read, so that its client reads the answer before it finds the connection closed. */
const DISCARDED_BYTES = 1024 * 1024;
/** Milliseconds for the form to arrive. */
const FORM_PATIENCE = 10_000;
const TOO_LONG: Refusal = { refused: 'the form is more than 8 KiB' };
const FORM_TYPE = 'application/x-www-form-urlencoded';
const FIELDS = ['status', 'reason', 'expiration', 'creation'];
/** Takes in the form of a request: its text, one character a byte, or what is wrong with it. */
export function readForm(request: IncomingMessage): Promise<string | Refusal> {
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
    // Also where connections.ts finds that what follows is no body.
    for (const event of ['aborted', 'close', 'error']) request.on(event, () => settle({ refused: 'the form was cut short' }));
  });
}

/**
 * Reads a form, or says what is wrong with it.
 *
 * @param now Unix seconds; a mark that has expired already would leave the service up
 */
export function parseOrder(form: string, now: number): Order | Refusal {
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
  if (state !== 'up' && expiration !== undefined && expiration <= now) return { refused: `bad expiration: ${isoTime(expiration)} is in the past` };
  return { state, reason: values.get('reason'), expiration, creation };
}

/** A time; undefined where none is given, NaN for what is none. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(text) && isTime(Number(text)) ? Number(text) : Number.NaN;
}
