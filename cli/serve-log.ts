// The log of `hactl serve`: on stderr, for people, for journald or for machines.
import { isatty } from 'node:tty';
import type { Clock } from '../lib/clock.ts';
import { jsonLine, journalLine, textLine, type Format } from '../lib/log-line.ts';
import { isJournal } from '../lib/log-output.ts';
import { Log } from '../lib/log.ts';
import type { Environment } from './arguments.ts';

const [STDIN, STDERR] = [0, 2];

/** The log that `--log` asks for; where journald reads it, each line begins with its priority, and text has no time. */
export function serveLog(kind: 'text' | 'json', env: Environment, clock: Clock): Log {
  return new Log(STDERR, clock, formatOf(kind, isJournal(STDERR, env['JOURNAL_STREAM'])));
}

function formatOf(kind: 'text' | 'json', journal: boolean): Format {
  if (kind === 'json') return journal ? journalLine(jsonLine) : jsonLine;
  return journal ? journalLine() : textLine;
}

/** Whether a person started it at a terminal, whose closing (SIGHUP) means the end. */
export function isAtTerminal(): boolean {
  return isatty(STDIN) || isatty(STDERR);
}
