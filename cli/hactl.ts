#!/usr/bin/env node
// hactl: from the words of a command line to an exit code. A command gives its exit code, but for serve and a wait, which signals end.
import { basename } from 'node:path';
import { VERSION } from '../lib/version.ts';
import { parseArguments } from './arguments.ts';
import { COMMANDS, GLOBAL_OPTIONS, OLD_NAMES } from './command/index.ts';
import { Failure, Refused, UsageError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { explain } from './explain.ts';
import { didYouMean } from './nearest.ts';
import { processShell, type Shell } from './shell.ts';
import { takenOptions } from './taken-options.ts';

async function main(program: string, words: readonly string[], shell: Shell): Promise<number> {
  const [name, ...rest] = commandLine(program, words);
  if (name === undefined) {
    const { overview } = await import('./command/help.ts');
    shell.printError(overview());
    return EXIT.usage;
  }
  if (name === '--version') return print(shell, `hacheck ${VERSION}\n`);
  if (name === '--help' || name === '-h') return run(program, 'help', [], shell);
  if (wantsHelp(rest)) return run(program, 'help', [name], shell);
  return run(program, name, rest, shell);
}

/** The command and what follows it; the spool may be named before the command, and the program's name may be the command. */
function commandLine(program: string, words: readonly string[]): readonly string[] {
  const old = OLD_NAMES.get(program);
  if (old !== undefined) return words[0] === '--version' ? words : [old, ...words];
  const spool = words[0] === '--spool-root' ? 2 : words[0]?.startsWith('--spool-root=') === true ? 1 : 0;
  if (spool > 0 && words.length <= spool) throw new UsageError('name a command behind --spool-root DIR (see hactl help)');
  return [...words.slice(spool, spool + 1), ...words.slice(0, spool), ...words.slice(spool + 1)];
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h');
}

async function run(program: string, name: string, words: readonly string[], shell: Shell): Promise<number> {
  const listed = COMMANDS.get(name);
  if (listed === undefined) throw new UsageError(`no command '${name}'${didYouMean(name, [...COMMANDS.keys(), ...GLOBAL_OPTIONS.keys()])} (see hactl help)`);
  const command = await listed.load();
  try {
    return await command.run(parseArguments({ ...takenOptions(program, name), ...command.options }, words, shell.env), shell);
  } catch (error) {
    const hinted = error instanceof UsageError ? new UsageError(`${error.message} (see hactl help${name === 'help' ? '' : ` ${name}`})`) : error;
    return report(hinted, (message) => (command.sayFailure === undefined ? shell.warn(message) : command.sayFailure(message, words, shell)));
  }
}

function print(shell: Shell, text: string): number {
  shell.print(text);
  return EXIT.done;
}

function report(error: unknown, say: (message: string) => void): number {
  if (error instanceof UsageError) {
    say(error.message);
    return EXIT.usage;
  }
  if (error instanceof Refused) {
    say(error.message);
    return EXIT.refused;
  }
  say(error instanceof Failure ? error.message : explain(error));
  return EXIT.failed;
}

const program = process.argv[1] ?? '';
const shell = processShell(program);
main(basename(program), process.argv.slice(2), shell)
  .catch((error: unknown) => report(error, shell.warn))
  .then((code) => process.exit(code));
