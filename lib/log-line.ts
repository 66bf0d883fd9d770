// One line of the log: how much it matters, and how it is written for people, for journald and for machines.
import { oneLine } from './line.ts';
import { isoTime } from './mark.ts';

/** How much a line matters, in the words of syslog. */
export type Priority = keyof typeof SEVERITIES;

/** The numbers that syslog and journald have for them (RFC 5424 section 6.2.1; sd-daemon(3)). */
const SEVERITIES = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

/** That of two which matters more. */
export function graver(one: Priority, other: Priority): Priority {
  return SEVERITIES[one] < SEVERITIES[other] ? one : other;
}

/** What a machine reads of an entry, beside its message. */
export type Fields = Readonly<Record<string, string | number | null>>;

/** One thing that happened. */
export interface Entry {
  readonly priority: Priority;
  readonly message: string;
  readonly fields?: Fields;
}

/** Writes an entry as one line, without its end; the time is Unix time in seconds. */
export type Format = (time: number, entry: Entry) => string;

/** Characters of a message, or of one field; a check's path alone can have 16 000. */
const TEXT_LENGTH = 2000;

/** Characters of a path, or of an agent's line, in a message: what came of it stands behind. */
export const ASKED_LENGTH = 500;

/** For people: the time, and the message. */
export const textLine: Format = (time, { message }) => `${isoTime(time)} ${fit(message)}`;

/** For machines: one JSON object. */
export const jsonLine: Format = (time, { priority, message, fields = {} }) => {
  const fitting = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? fit(value) : value]);
  return JSON.stringify({ time: isoTime(time), priority, message: fit(message), ...Object.fromEntries(fitting) });
};

/** For journald, which takes the priority off again: behind it what another format writes, or the message alone, for journald knows the time. */
export function journalLine(format: Format = (_time, { message }) => fit(message)): Format {
  return (time, entry) => `<${SEVERITIES[entry.priority]}>${format(time, entry)}`;
}

function fit(text: string): string {
  return oneLine(text.slice(0, TEXT_LENGTH));
}
