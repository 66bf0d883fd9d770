// hactl help: what is there, and what each command does.
import { VERSION } from '../../lib/version.ts';
import { variableOf, type Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT, EXIT_CODES } from '../exit-codes.ts';
import { didYouMean } from '../nearest.ts';
import { defaultOf, SPOOL_ROOT, type Option, type OptionTable } from '../option.ts';
import { COLUMNS, wrap } from '../prose.ts';
import type { Shell } from '../shell.ts';
import { COMMANDS, OLD_NAMES, type Command } from './index.ts';

const OPTIONS = {} as const;

/** `hactl help`, as the table of commands has it. */
export const help: Command<typeof OPTIONS> = {
  usage: '[COMMAND | haproxy]',
  about: 'Explains a command, or lists them all; haproxy prints configurations to paste.',
  operands: [...COMMANDS.keys(), 'haproxy'],
  options: OPTIONS,
  examples: 'hactl help down\nhactl help haproxy',
  run: async ({ operands }: Arguments<typeof OPTIONS>, shell: Shell): Promise<number> => {
    const [name, ...others] = operands;
    if (others.length > 0) throw new UsageError('help explains one command at a time');
    shell.print(name === undefined ? overview() : await explainCommand(name));
    return EXIT.done;
  },
};

/** What bare `hactl` says: every command in a line. */
export function overview(): string {
  const commands = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  const codes = EXIT_CODES.map(({ code, meaning }) => `${code} ${meaning}`).join(' · ');
  const old = [...OLD_NAMES].map(([name, command]) => `${name} (${command})`).join(', ');
  return [
    `hacheck ${VERSION}: may traffic be sent to the services of this host?`,
    '',
    'usage: hactl COMMAND [...]',
    '',
    ...commands,
    '',
    ...wrap(`SERVICE is all, web, web:8080 or web:10.0.0.7:8080. --spool-root DIR names the spool (default ${SPOOL_ROOT.fallback}, or ${variableOf(SPOOL_ROOT)}).`),
    '',
    'examples',
    '  hactl down web --reason "kernel upgrade" --for 30m',
    '  hactl status',
    '  hactl up web',
    '',
    ...hanging('exit codes: ', codes),
    ...hanging('old names: ', old),
    'more: hactl help COMMAND, and hactl help haproxy for what goes into haproxy.cfg',
    '',
  ].join('\n');
}

/**
 * What one command does, with its options and examples.
 *
 * @throws UsageError where there is no such command
 */
async function explainCommand(name: string): Promise<string> {
  const listed = COMMANDS.get(name);
  if (name === 'haproxy') return (await import('../haproxy.ts')).haproxyHelp();
  if (listed === undefined) throw new UsageError(`no command '${name}'${didYouMean(name, [...COMMANDS.keys(), 'haproxy'])}`);
  const { usage, about, options, examples } = await listed.load();
  return [
    ...hanging('usage: hactl ', `${name} ${usage}`.trim()),
    '',
    ...wrap(about),
    ...section('options', optionLines(options)),
    ...section('examples', examples.split('\n').map((example) => `  ${example}`)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function optionLines(table: OptionTable): string[] {
  const rows = Object.values(table).map((option) => [flagsOf(option), `${option.help}${inParentheses(defaultOf(option))}`] as const);
  const width = Math.max(0, ...rows.map(([flags]) => flags.length));
  return rows.flatMap(([flags, words]) => hanging(`  ${flags.padEnd(width)}  `, words));
}

/** A text behind what it is about; its other lines begin where the first does. */
function hanging(head: string, text: string): string[] {
  return wrap(text, COLUMNS - head.length).map((line, at) => `${at === 0 ? head : ' '.repeat(head.length)}${line}`);
}

function flagsOf({ name, short, value, bare }: Option<unknown>): string {
  const words = value === undefined ? '' : bare === undefined ? ` ${value}` : `[=${value}]`;
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${words}`;
}

function inParentheses(words: string | undefined): string {
  return words === undefined ? '' : ` (${words})`;
}
