// hactl help: what is there, and what each command does.
import { VERSION } from '../../lib/version.ts';
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { Option, OptionTable } from '../option.ts';
import type { Shell } from '../shell.ts';
import { COMMANDS, OLD_NAMES, type Command } from './index.ts';

const OPTIONS = {} as const;

/** `hactl help`, as the table of commands has it. */
export const help: Command<typeof OPTIONS> = {
  usage: '[COMMAND | haproxy]',
  about: 'Explains a command, or lists them all; haproxy prints configurations to paste.',
  options: OPTIONS,
  examples: 'hactl help down\nhactl help haproxy',
  run: async ({ operands }: Arguments<typeof OPTIONS>, shell: Shell): Promise<number> => {
    const [name, ...others] = operands;
    if (others.length > 0) throw new UsageError('help explains one command at a time');
    shell.print(name === undefined ? overview() : await explainCommand(name));
    return 0;
  },
};

/** What bare `hactl` says: every command in a line. */
export function overview(): string {
  const commands = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`);
  const old = [...OLD_NAMES].map(([name, command]) => `${name} (${command})`);
  return [
    `hacheck ${VERSION}: may traffic be sent to the services of this host?`,
    '',
    'usage: hactl COMMAND [...]',
    '',
    ...commands,
    '',
    'SERVICE is all, web, web:8080 or web:10.0.0.7:8080. --spool-root DIR names the spool',
    '(default /var/spool/hacheck, or HACHECK_SPOOL_ROOT).',
    '',
    'examples',
    '  hactl down web --reason "kernel upgrade" --for 30m',
    '  hactl status',
    '  hactl up web',
    '',
    'exit codes: 0 done, up · 1 down or drained · 2 bad command line · 3 could not be done',
    '            4 waited too long (--wait) · 5 refused: the last server (--unless-last)',
    `links by the old names work: ${old.slice(0, 3).join(', ')},`,
    `  ${old.slice(3).join(', ')}`,
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
    `usage: hactl ${name} ${usage}`,
    '',
    about,
    ...section('options', optionLines(options)),
    ...section('examples', examples.split('\n').map((example) => `  ${example}`)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function optionLines(table: OptionTable): string[] {
  const rows = Object.values(table).map((option) => [flagsOf(option), `${option.help}${defaultOf(option)}`] as const);
  const width = Math.max(0, ...rows.map(([flags]) => flags.length));
  return rows.map(([flags, words]) => `  ${flags.padEnd(width)}  ${words}`);
}

function flagsOf({ name, short, value, bare }: Option<unknown>): string {
  const words = value === undefined ? '' : bare === undefined ? ` ${value}` : `[=${value}]`;
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${words}`;
}

function defaultOf(option: Option<unknown>): string {
  const { fallback } = option;
  if (fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0)) return '';
  return ` (${String(fallback)})`;
}
