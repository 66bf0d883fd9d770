// The man page hactl(1), made of the tables that the help is made of.
import { RELEASED, VERSION } from '../../lib/version.ts';
import { variableOf } from '../arguments.ts';
import { COMMANDS, GLOBAL_OPTIONS, OLD_NAMES, type Command } from '../command/index.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { defaultOf, SPOOL_ROOT, type Option } from '../option.ts';
import { blocksOf } from '../prose.ts';
import { macro, sentences, textLine } from './roff.ts';
import { DESCRIPTION, FILES, SEE_ALSO, VARIABLES } from './texts.ts';
import { flagWords, usageWords } from './usage.ts';

type Named = readonly [name: string, command: Command];

/** The page, in mdoc(7). */
export async function manPage(): Promise<string> {
  const commands = await Promise.all([...COMMANDS].map(async ([name, { load }]): Promise<Named> => [name, await load()]));
  const [year, month = 1, day] = RELEASED.split('-').map(Number);
  const lines = [
    `.Dd ${MONTHS[month - 1]} ${day}, ${year}`,
    macro('Dt', 'HACTL', '1'),
    '.Os',
    macro('Sh', 'NAME'),
    macro('Nm', 'hactl'),
    macro('Nd', "take this host's services out of load balancing, and put them back"),
    macro('Sh', 'SYNOPSIS'),
    ...commands.flatMap(([name, { usage }]) => [macro('Nm'), macro('Cm', name, ...usageWords(usage))]),
    ...[...GLOBAL_OPTIONS.keys()].filter((flag) => flag !== `--${SPOOL_ROOT.name}`).flatMap((flag) => [macro('Nm'), macro('Fl', flag.slice(1))]),
    macro('Sh', 'DESCRIPTION'),
    ...prose(DESCRIPTION),
    macro('Sh', 'COMMANDS'),
    ...commands.flatMap(commandLines),
    macro('Sh', 'ENVIRONMENT'),
    ...environment(commands),
    macro('Sh', 'FILES'),
    ...definitions(FILES.map(([path, text]) => [['Pa', path], text])),
    macro('Sh', 'EXIT STATUS'),
    ...definitions(EXIT_CODES.map(({ code, meaning, detail }) => [[String(code)], `${capital(meaning)}${detail === undefined ? '' : `. ${detail}`}.`])),
    '.Pp',
    ...prose('A signal ends it with 128 and the signal\'s number: 130 for Ctrl-C.'),
    macro('Sh', 'EXAMPLES'),
    ...commands.flatMap(([name, { examples }], at) => [...(at === 0 ? [] : ['.Pp']), textLine(`${capital(COMMANDS.get(name)?.summary ?? '')}:`), ...literal(examples.split('\n'))]),
    macro('Sh', 'SEE ALSO'),
    ...SEE_ALSO.map(([name, section], at) => `${macro('Xr', name, section)}${at < SEE_ALSO.length - 1 ? ' ,' : ''}`),
    macro('Sh', 'HISTORY'),
    ...prose(`This page is of version ${VERSION}. Links by the names of the earlier tools take the options that those took: ${oldNames()}.`),
  ];
  return `${lines.join('\n')}\n`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

function commandLines([name, { usage, about, options }]: Named): string[] {
  const table = Object.values(options);
  return [
    macro('Ss', `hactl ${name}`),
    macro('D1', 'Nm', 'hactl', 'Cm', name, ...usageWords(usage)),
    '.Pp',
    ...prose(about),
    ...(table.length === 0 ? [] : definitions(table.map((option) => [flagWords(option), helpOf(option)]))),
  ];
}

/** An option's help, with its default. */
function helpOf(option: Option<unknown>): string {
  const fallback = defaultOf(option);
  return `${option.help}${fallback === undefined ? '' : ` (${fallback})`}`;
}

/** The variables of options, each with the commands that know it, and what else is looked at. */
function environment(commands: readonly Named[]): string[] {
  const users = new Map<string, { option: Option<unknown>; names: string[] }>();
  for (const [name, { options }] of commands) {
    for (const option of Object.values(options)) {
      if (option.variable !== true) continue;
      const known = users.get(variableOf(option)) ?? { option, names: [] };
      users.set(variableOf(option), { option, names: [...known.names, name] });
    }
  }
  const rows = [...users].map(([variable, { option, names }]) => [['Ev', variable], `As --${option.name} of ${names.join(', ')}${option.many === true ? '; more than one with commas between them' : ''}.`] as const);
  return [...prose('A flag wins over its variable, and an empty variable is as if it were not set. Switches take 1, true, yes or on, and 0, false, no or off.'), ...definitions([...rows, ...VARIABLES.map(([name, text]) => [['Ev', name], text] as const)])];
}

function oldNames(): string {
  return [...OLD_NAMES].map(([name, command]) => `${name} is hactl ${command}`).join(', ');
}

function definitions(rows: readonly (readonly [words: readonly string[], text: string])[]): string[] {
  return ['.Bl -tag -width Ds', ...rows.flatMap(([words, text]) => [macro('It', ...words), ...sentences(text)]), '.El'];
}

function prose(text: string): string[] {
  return blocksOf(text).flatMap(({ literal: isLiteral, lines }, at) => [...(isLiteral ? literal(lines) : [...(at === 0 ? [] : ['.Pp']), ...sentences(lines.join(' '))])]);
}

function literal(lines: readonly string[]): string[] {
  return ['.Bd -literal -offset indent', ...lines.map((line) => textLine(line.trim())), '.Ed'];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
