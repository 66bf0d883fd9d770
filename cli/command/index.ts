// The commands. Each is one file, loaded when it is called, so that `hactl status` never loads an HTTP server.
import type { Arguments } from '../arguments.ts';
import { SPOOL_ROOT, type OptionTable } from '../option.ts';
import type { Shell } from '../shell.ts';

/** What one command is: its words for the help, its options, and what it does. */
export interface Command<O extends OptionTable = OptionTable> {
  /** What follows the command's name on the line. */
  readonly usage: string;
  /** What it does, for a person: paragraphs, which help and man page break to fit, and lines that begin with a blank, which stay as they are. */
  readonly about: string;
  /** What its operands are, where shells can complete them; more than one where `usage` has `...`. */
  readonly operands?: Operands;
  readonly options: O;
  /** Lines that can be pasted. */
  readonly examples: string;
  /**
   * Does it.
   *
   * @returns the exit code
   * @throws UsageError, Failure, or the system's error
   */
  run(given: Arguments<O>, shell: Shell): number | Promise<number>;
  /** Says why it ends early, where that is not simply a line on stderr; the words are those of the command line, which may be what is wrong. */
  sayFailure?(message: string, words: readonly string[], shell: Shell): void;
}

/** Operands that shells complete: what is marked, that and what is seen, a check's path, or some words. */
export type Operands = 'marks' | 'services' | 'check' | readonly string[];

/** A command before it is loaded. */
export interface Listed {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command by its name, in the order of the help. */
export const COMMANDS: ReadonlyMap<string, Listed> = new Map<string, Listed>([
  ['up', { summary: 'put services back', load: async () => (await import('./up.ts')).up as Command }],
  ['down', { summary: 'take services out: balancers are told 503', load: async () => (await import('./down.ts')).down as Command }],
  ['drain', { summary: 'let sessions end, take no new ones: balancers are told 404', load: async () => (await import('./down.ts')).drain as Command }],
  ['status', { summary: 'say what is out, why, by whom and until when', load: async () => (await import('./status.ts')).status as Command }],
  ['list', { summary: 'name the services that were asked for lately', load: async () => (await import('./list.ts')).list as Command }],
  ['balancers', { summary: 'say who asks about the services, and how they see them', load: async () => (await import('./balancers.ts')).balancers as Command }],
  ['check', { summary: 'ask once what a balancer would be told, without a daemon', load: async () => (await import('./check.ts')).check as Command }],
  ['serve', { summary: 'answer the balancers: the daemon', load: async () => (await import('./serve.ts')).serve as Command }],
  ['unit', { summary: 'print what systemd needs to run the daemon', load: async () => (await import('./unit.ts')).unit as Command }],
  ['completion', { summary: 'print what completes hactl in bash, zsh or fish', load: async () => (await import('./completion.ts')).completion as Command }],
  ['man', { summary: 'print the man page', load: async () => (await import('./man.ts')).man as Command }],
  ['help', { summary: 'explain a command', load: async () => (await import('./help.ts')).help as Command }],
]);

/** What may stand in a command's place, and what it does; the spool may also be named before a command. */
export const GLOBAL_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['--help', 'explain the command, or list them all'],
  ['--version', 'print the version'],
  ['--spool-root', SPOOL_ROOT.help],
]);

/** The names under which the earlier hachecks had these commands. */
export const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['haup', 'up'],
  ['hadown', 'down'],
  ['hastatus', 'status'],
  ['hashowdowned', 'status'],
  ['halist', 'list'],
  ['hacheck', 'serve'],
]);
