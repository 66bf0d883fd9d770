// What pages of a daemon must look like. Whoever listens on the daemon's port writes them, and a terminal shows what they hold.
import type { BalancerRow } from '../lib/balancer-row.ts';
import { isTime } from '../lib/mark.ts';
import { parseMarkName } from '../lib/route.ts';
import type { LastAnswer } from '../lib/seen.ts';

/** What is read of /status. */
export interface Status {
  readonly uptime: number;
  readonly marks_on: 'all' | 'agent';
  readonly agent: { readonly admin: boolean } | null;
  /** Of any kind, or none, where somebody else writes the page. */
  readonly spool_root?: unknown;
}

/** Whether a page is one of hacheck's /status. */
export function isStatus(page: unknown): page is Status {
  return isObject(page) && typeof page['uptime'] === 'number' && (page['marks_on'] === 'all' || page['marks_on'] === 'agent') && (page['agent'] === null || isObject(page['agent']));
}

/** The folder in which a daemon reads its marks; undefined where it does not say, or not in plain characters. */
export function spoolRootOf({ spool_root }: Status): string | undefined {
  return typeof spool_root === 'string' && isText(spool_root) ? spool_root : undefined;
}

/** Which daemon a page of /status is of. */
export interface Owner {
  readonly version: string;
  readonly pid: number;
}

/** Whether a page says so. */
export function isOwner(page: unknown): page is Owner {
  return isStatus(page) && isObject(page) && typeof page['version'] === 'string' && /^[\w.+-]{1,40}$/.test(page['version']) && Number.isSafeInteger(page['pid']);
}

const STATES: readonly unknown[] = ['up', 'down', 'drain', null];
/** What may stand in a row's field. */
const FIELDS: Readonly<Record<keyof BalancerRow, (value: unknown) => boolean>> = {
  address: isText, service: isText, port: isNumber, via: (value) => value === 'http' || value === 'agent',
  node: orNull(isText), name: orNull(isText), state: orNull(isText),
  weight: orNull(isNumber), total: orNull(isNumber), sessions: orNull(isNumber), queue: orNull(isNumber), target: orNull(isNumber),
  probed_address: orNull(isText), probed_port: orNull(isNumber),
  last: isNumber, count: isNumber, interval: orNull(isNumber),
  told: (value) => STATES.includes(value), since: isNumber, running: isNumber, user_agent: orNull(isText),
};

/** Whether a page is one of hacheck's /balancers. */
export function isRows(page: unknown): page is BalancerRow[] {
  return Array.isArray(page) && page.every((row) => isObject(row) && Object.entries(FIELDS).every(([field, fits]) => fits(row[field])));
}

/** What is read of /recent. */
export interface Recent {
  readonly seen_services: readonly (readonly [service: string, last: LastAnswer])[];
}

/** Whether a page is one of hacheck's /recent. */
export function isRecent(page: unknown): page is Recent {
  return isObject(page) && Array.isArray(page['seen_services']) && page['seen_services'].every(isSeen);
}

function isSeen(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [service, last] = entry as unknown[];
  const isName = typeof service === 'string' && !('refused' in parseMarkName(service));
  return isName && isObject(last) && isNumber(last['code']) && isText(last['remote_ip']) && isNumber(last['ts']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]*$/.test(value);
}

/** A number that can be a time in Unix seconds, too. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && isTime(value);
}

function orNull(fits: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === null || fits(value);
}
