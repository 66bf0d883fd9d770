// hactl completion: what makes a shell complete hactl. The scripts know no command and no option: at each TAB they call
// `hactl completion words -- LINE...`, which the help does not list. Its first line says what follows: `words`, each with a tab and a few words
// about it, or nothing but `files` or `folders`, for the shell to look for. It is silent about whatever fails.
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { didYouMean } from '../nearest.ts';
import type { Shell } from '../shell.ts';
import { OLD_NAMES, type Command } from './index.ts';

const OPTIONS = {} as const;
const NAMES = ['hactl', ...OLD_NAMES.keys()];
const SCRIPTS: ReadonlyMap<string, () => Promise<string>> = new Map([
  ['bash', async () => (await import('../completion/bash.ts')).bashScript(NAMES)],
  ['zsh', async () => (await import('../completion/zsh.ts')).zshScript(NAMES)],
  ['fish', async () => (await import('../completion/fish.ts')).fishScript(NAMES)],
]);
const SHELLS = [...SCRIPTS.keys()];

/** `hactl completion`, as the table of commands has it. */
export const completion: Command<typeof OPTIONS> = {
  usage: SHELLS.join('|'),
  about: `Prints a script that lets the shell complete commands, options, and the names of
services: those that are marked, and those that a daemon on this host was asked about. In
.bashrc, in .zshrc behind compinit, and in config.fish:

  . <(hactl completion bash)
  . <(hactl completion zsh)
  hactl completion fish | source`,
  operands: SHELLS,
  options: OPTIONS,
  examples: 'hactl completion bash > hactl.bash',
  run: async ({ operands }: Arguments<typeof OPTIONS>, shell: Shell): Promise<number> => {
    const [name, ...others] = operands;
    if (name === 'words') return printCandidates(others, shell);
    const script = SCRIPTS.get(name ?? '');
    const meant = name === undefined || script !== undefined ? '' : didYouMean(name, SHELLS);
    if (script === undefined || others.length > 0) throw new UsageError(`name one shell: ${SHELLS.join(', ')}${meant}`);
    shell.print(await script());
    return EXIT.done;
  },
};

async function printCandidates(line: readonly string[], shell: Shell): Promise<number> {
  const { candidates } = await import('../completion/candidates.ts');
  const found = await candidates(line, shell);
  shell.print(typeof found === 'string' ? `${found}\n` : `words\n${found.map(({ word, about }) => `${word}\t${about}\n`).join('')}`);
  return EXIT.done;
}
