// The log of `hactl serve`: on stderr, for people, for journald or for machines.
import { isatty } from 'node:tty';
import type { Clock } from '../lib/clock.ts';
import { jsonLine, journalLine, textLine, type Format } from '../lib/log-line.ts';
import { isJournal } from '../lib/log-output.ts';
import { Log } from '../lib/log.ts';
import type { Environment } from './arguments.ts';
import type { Shell } from './shell.ts';

const [STDIN, STDERR] = [0, 2];

/** The log that `--log` asks for; where journald reads it, each line begins with its priority, and text has no time. */
export function serveLog(kind: 'text' | 'json', env: Environment, clock: Clock): Log {
  return new Log(STDERR, clock, formatOf(kind, isJournal(STDERR, env['JOURNAL_STREAM'])));
}

/**
 * Says why the daemon does not start: where journald or machines read it as that log would, so that it is found among the
 * errors, and to a person as every command does.
 *
 * @param words of the command line, read with indulgence: they may be what is wrong
 */
export function sayFailure(message: string, words: readonly string[], shell: Shell): void {
  const [kind, journal] = [wantsJson(words, shell.env) ? 'json' : 'text', isJournal(STDERR, shell.env['JOURNAL_STREAM'])] as const;
  if (kind === 'text' && !journal) return shell.warn(message);
  shell.printError(`${formatOf(kind, journal)(shell.clock.time(), { priority: 'error', message })}\n`);
}

function wantsJson(words: readonly string[], env: Environment): boolean {
  const given = words.flatMap((word, at) => (word === '--log' ? [words[at + 1]] : word.startsWith('--log=') ? [word.slice('--log='.length)] : []));
  return (given.at(-1) ?? env['HACHECK_LOG']) === 'json';
}

function formatOf(kind: 'text' | 'json', journal: boolean): Format {
  if (kind === 'json') return journal ? journalLine(jsonLine) : jsonLine;
  return journal ? journalLine() : textLine;
}

/** Whether a person started it at a terminal, whose closing (SIGHUP) means the end. */
export function isAtTerminal(): boolean {
  return isatty(STDIN) || isatty(STDERR);
}
