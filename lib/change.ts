// A change of a service's verdict, in the words of the log.
import { formatDuration } from './clock.ts';
import { shortened } from './line.ts';
import { ASKED_LENGTH, type Entry, type Priority } from './log-line.ts';
import type { Verdict } from './verdict.ts';

/** A verdict that is another than the one before it. */
export interface Change {
  /** The check, and where it goes if its headers chose that: `http/web/8080/health`. */
  readonly name: string;
  readonly service: string;
  /** Undefined for a first verdict. */
  readonly from: Verdict['state'] | undefined;
  /** How long that had been so, in seconds. */
  readonly after: number;
  readonly to: Verdict['state'];
  readonly reason: string;
}

/** Downs and failures are what `journalctl -p warning` shows; a drain goes as it should. */
const PRIORITIES: Readonly<Record<Verdict['state'], Priority>> = { down: 'warning', drain: 'notice', up: 'info' };

/** A change as an entry of the log, behind a label where two ways of asking are answered differently. */
export function changeEntry({ name, service, from, after, to, reason }: Change, label = ''): Entry {
  const change = from === undefined ? `is ${to}` : `${from} -> ${to} after ${formatDuration(after)}`;
  const fields = { event: 'change', check: name, service, from: from ?? null, to, after: from === undefined ? null : Math.round(after * 1000) / 1000, reason };
  return { priority: PRIORITIES[to], message: `${label}${shortened(name, ASKED_LENGTH)} ${change}: ${reason}`, fields };
}
