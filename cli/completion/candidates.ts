// What may stand at the cursor of a command line, from the tables of commands and options.
import { basename } from 'node:path';
import { COMMANDS, GLOBAL_OPTIONS, OLD_NAMES, type Command } from '../command/index.ts';
import { SPOOL_ROOT, type Option } from '../option.ts';
import type { Shell } from '../shell.ts';
import { takenOptions } from '../taken-options.ts';
import { knownServices, marked, type Candidate, type Surroundings } from './services.ts';
import { readTyped, type Typed } from './typed.ts';

/** What a shell is told: words to choose from, or to look for files or folders itself. */
export type Candidates = readonly Candidate[] | 'files' | 'folders';

/**
 * What may stand at the end of a line. Words are whole, `--marks-on=agent` too, and are not yet those that begin as the last word does: a shell
 * may match in its own way.
 *
 * @param line the program and the words behind it; the last one, which may be empty, is at the cursor
 */
export async function candidates([program = '', ...words]: readonly string[], shell: Shell): Promise<Candidates> {
  const old = OLD_NAMES.get(basename(program));
  if (old !== undefined) return behindCommand(program, old, words, shell);
  // As hactl itself reads it: the spool may be named before the command.
  const spool = words[0]?.startsWith(`--${SPOOL_ROOT.name}=`) === true ? 1 : words[0] === `--${SPOOL_ROOT.name}` && words.length > 1 ? 2 : 0;
  if (spool > 0 && words.length <= spool) return 'folders';
  const name = words[spool] ?? '';
  if (words.length > spool + 1) return behindCommand(program, name, [...words.slice(0, spool), ...words.slice(spool + 1)], shell);
  if (name.startsWith('-')) return [...GLOBAL_OPTIONS].map(([word, about]) => ({ word, about }));
  return [...COMMANDS].map(([word, { summary }]) => ({ word, about: summary }));
}

async function behindCommand(program: string, name: string, words: readonly string[], shell: Shell): Promise<Candidates> {
  const command = await COMMANDS.get(name)?.load();
  if (command === undefined) return [];
  const options = Object.values(command.options);
  const typed = readTyped(Object.values({ ...takenOptions(basename(program), name), ...command.options }), words);
  const { current, open, ended } = typed;
  if (open !== undefined) return valuesOf(open, '');
  if (ended || !current.startsWith('-')) return operandsOf(command, typed, shell);
  const [flag = ''] = current.split('=');
  if (flag === current) return flagsOf(options, typed);
  const option = options.find((candidate) => `--${candidate.name}` === flag);
  return option === undefined ? [] : valuesOf(option, `${flag}=`);
}

/** Values as the help writes them: `FILE`, `DIR`, or the words that there are, `all|agent`. */
function valuesOf({ value = '' }: Option<unknown>, before: string): Candidates {
  if (value === 'FILE') return 'files';
  if (value === 'DIR') return 'folders';
  return value.includes('|') ? value.split('|').map((word) => ({ word: `${before}${word}`, about: '' })) : [];
}

/** Options that can still be given; short ones as long as no second hyphen is typed. */
function flagsOf(options: readonly Option<unknown>[], { current, given }: Typed): Candidate[] {
  const left = options.filter((option) => option.many === true || !given.some((each) => each.option === option));
  const long = left.map(({ name, help }) => ({ word: `--${name}`, about: help }));
  const short = current.startsWith('--') ? [] : left.flatMap(({ short: letter, help }) => (letter === undefined ? [] : [{ word: `-${letter}`, about: help }]));
  return [...short, ...long, { word: '--help', about: GLOBAL_OPTIONS.get('--help') ?? '' }];
}

async function operandsOf({ operands, options, usage }: Command, typed: Typed, shell: Shell): Promise<Candidates> {
  if (operands === undefined) return typed.ended ? [] : flagsOf(Object.values(options), { ...typed, current: '--' });
  if (typed.operands.length > 0 && !usage.includes('...')) return [];
  if (typeof operands !== 'string') return operands.map((word) => ({ word, about: COMMANDS.get(word)?.summary ?? '' }));
  const around: Surroundings = { typed, env: shell.env, time: shell.clock.time() };
  if (operands === 'check') return (await import('./check-path.ts')).checkPaths(around);
  if (operands === 'services') return knownServices(around);
  return marked(around).filter(({ word }) => !typed.operands.includes(word));
}
