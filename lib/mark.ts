// What a mark says: its file's contents, read and written. What counts is that the file is there;
// nothing that stands in it can make it less than a down.
import { oneLine } from './line.ts';

/** One thing that an operator has taken out. */
export interface Mark {
  /** The file's name: `all`, `web`, `web:8080` or `web:10.0.0.7:8080`. */
  readonly name: string;
  readonly state: 'down' | 'drain';
  readonly reason: string | undefined;
  /** Who took it out. */
  readonly by: string | undefined;
  /** Unix time in seconds. */
  readonly creation: number | undefined;
  /** Unix time in seconds, from which on the mark no longer counts. */
  readonly expiration: number | undefined;
}

/** A mark, or the lack of one, as `hactl status --json` and `/status` tell it; times in ISO 8601, null for what is not known. */
export interface MarkRow {
  readonly state: 'UP' | 'DOWN' | 'DRAIN';
  readonly service: string;
  readonly reason: string | null;
  readonly by: string | null;
  readonly since: string | null;
  readonly until: string | null;
}

/** Bytes that are read of a mark's file. */
export const MARK_BYTES = 64 * 1024;
/** Bytes that are kept of a reason, in UTF-8. */
const REASON_BYTES = 4 * 1024;
const BY_BYTES = 256;
/** The last second that ISO 8601 writes with a year of four digits. */
const LAST_TIME = 253402300799;

/**
 * Reads a mark's contents: JSON of this or an earlier hacheck, or plain text, which is the reason. Anything is a mark.
 *
 * @param bytes the first {@link MARK_BYTES} of the file
 */
export function parseMark(name: string, bytes: Buffer): Mark {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const said = parseObject(text);
  if (said === undefined) return bareMark(name, text);
  return {
    name,
    state: said['state'] === 'drain' ? 'drain' : 'down',
    reason: textOf(said['reason'], REASON_BYTES),
    by: textOf(said['by'], BY_BYTES),
    creation: timeOf(said['creation']),
    expiration: timeOf(said['expiration']),
  };
}

/** A down of which no more is known than, perhaps, its reason. */
export function bareMark(name: string, reason?: string): Mark {
  return { name, state: 'down', reason: textOf(reason, REASON_BYTES), by: undefined, creation: undefined, expiration: undefined };
}

/** A mark's contents as they are written: JSON that the earlier hachecks read, too. */
export function formatMark({ reason, creation, expiration, state, by }: Mark): string {
  const known = { reason: textOf(reason, REASON_BYTES), creation, expiration, state, by: textOf(by, BY_BYTES) };
  return `${JSON.stringify(known, (_key, value: unknown) => value ?? null)}\n`;
}

/** Whether a mark still counts at a time, in Unix seconds. */
export function isCurrent(mark: Mark, time: number): boolean {
  return mark.expiration === undefined || mark.expiration > time;
}

/** The row that says how a service stands: by its own name, with what the mark that decides says. */
export function markRow(service: string, mark: Mark | undefined): MarkRow {
  return {
    state: mark === undefined ? 'UP' : mark.state === 'drain' ? 'DRAIN' : 'DOWN',
    service,
    reason: mark?.reason ?? null,
    by: mark?.by ?? null,
    since: mark?.creation === undefined ? null : isoTime(mark.creation),
    until: mark?.expiration === undefined ? null : isoTime(mark.expiration),
  };
}

/** A Unix time in seconds as ISO 8601, to the second. */
export function isoTime(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Whether a number is a time that a mark can hold: Unix seconds of the years 0 to 9999. */
export function isTime(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) <= LAST_TIME && new Date(value * 1000).getUTCFullYear() >= 0;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, bytes: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = cutToBytes(oneLine(value), bytes);
  return line === '' ? undefined : line;
}

/** Cuts a text to so many bytes of UTF-8, between characters. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end).trimEnd();
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && isTime(value) ? value : undefined;
}
