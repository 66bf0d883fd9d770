// Real shells that complete a line: bash, zsh and fish, each with the script that hactl prints for it, and the hactl of this tree in its PATH.
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bashScript } from '../../cli/completion/bash.ts';
import { fishScript } from '../../cli/completion/fish.ts';
import { zshScript } from '../../cli/completion/zsh.ts';
import { OLD_NAMES } from '../../cli/command/index.ts';
import { temporaryFolder } from './folder.ts';
import { HACTL, type Run } from './hactl.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';
export const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish'];
export const NAMES: readonly string[] = ['hactl', ...OLD_NAMES.keys()];
/** What makes each shell's script. */
export const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };
const PATIENCE = 30_000;

/** Calls the function that bash has for a program, as readline would, and prints what it replies. */
const CALL_BASH = `
. "$SCRIPT"
COMP_LINE=$1; COMP_POINT=\${#COMP_LINE}; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
[[ $(complete -p -- "$1") =~ -F\\ ([^ ]+) ]]
"\${BASH_REMATCH[1]}" "$1" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
if ((\${#COMPREPLY[@]})); then printf '%s\\n' "\${COMPREPLY[@]}"; fi
`;

/** Types a line and a tab into an interactive zsh on a terminal of its own, and prints what its completion offers. */
const CALL_ZSH = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=; autoload -Uz compinit; compinit -D -u; . $SCRIPT'
zpty -w z 'compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi; local -a hits; builtin compadd -A hits "$@"; if (( $#hits )); then print -rl -- $hits >> $FOUND; fi; builtin compadd "$@" }'
zpty -w z 'finish() { print -n offered-$((6 * 7)) }; zle -N finish; bindkey "^Xd" finish'
zpty -w -n z "$1"$'\\t\\x18d'
zpty -r z shown '*offered-42*'
zpty -d z
touch $FOUND
print -r -- "$(<$FOUND)"
# What zsh says of an error.
if [[ $shown == *(zsh:|_hactl:|rror)* ]]; then print -ru2 -- "$shown"; fi
`;

/** A folder with hactl and its old names, as /usr/bin has them. */
export function binFolder(): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const name of NAMES) symlinkSync(HACTL, join(folder, name));
  return folder;
}

/** How a shell is surrounded. */
export interface Around {
  /** Beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of hactl; made if not given. */
  readonly bin?: string;
}

/** Everything that a shell prints while it completes a line, and what it offers, each as a whole word. */
export interface Offered extends Run {
  readonly words: readonly string[];
}

/** Completes a line, at its end. */
export async function complete(shell: ShellName, line: string, { env = {}, bin = binFolder() }: Around = {}): Promise<Offered> {
  const home = temporaryFolder();
  const script = join(home, 'script');
  writeFileSync(script, SCRIPTS[shell](NAMES));
  const surroundings = { PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: home, SCRIPT: script, FOUND: join(home, 'found'), TERM: 'xterm', LC_ALL: 'C.UTF-8', ...env };
  const run = await ran(shell, wordsFor(shell, line), surroundings);
  const lines = run.stdout.split('\n').map((text) => text.replace(/\t.*/, '')).filter((text) => text !== '');
  const before = shell === 'bash' ? (/^.*[:=]/.exec(line.split(' ').at(-1) ?? '')?.[0] ?? '') : '';
  return { ...run, words: [...new Set(lines.map((word) => before + word))].sort() };
}

function wordsFor(shell: ShellName, line: string): string[] {
  if (shell === 'fish') return ['-c', 'source $SCRIPT; complete -C $argv[1]', line];
  if (shell === 'zsh') return ['-f', '-c', CALL_ZSH, 'zsh', line];
  return ['--norc', '-c', CALL_BASH, 'bash', line, ...brokenByBash(line)];
}

/** A line's words as bash has them in COMP_WORDS: broken at blanks, and at : and =, which are words of their own. Quotes keep blanks. */
export function brokenByBash(line: string): string[] {
  const words = line.match(/(?:"[^"]*"?|'[^']*'?|[^\s:="'])+|[:=]+/g) ?? [];
  return line.endsWith(' ') ? [...words, ''] : words;
}

/** Runs a program to its end. */
export function ran(program: string, words: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { env, timeout: PATIENCE, killSignal: 'SIGKILL' }, (_error, stdout, stderr) => resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }));
    child.stdin?.on('error', () => undefined).end(input);
  });
}
