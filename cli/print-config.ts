// hactl serve --print-config: each option, its value, and what says so.
import { oneLine } from '../lib/line.ts';
import type { Arguments } from './arguments.ts';
import type { OptionTable } from './option.ts';
import type { Shell } from './shell.ts';
import { align } from './table.ts';

const HEADINGS = ['OPTION', 'VALUE', 'FROM'];
const VALUE_COLUMN = 1;

/**
 * Lines of option, value and source (a flag, a variable, or `default`): tab-separated when piped, a table on a terminal.
 * Of a file with a secret, the value is its path. Control characters of a value are shown as spaces.
 */
export function printConfig<O extends OptionTable>(table: O, { values, sources }: Pick<Arguments<O>, 'values' | 'sources'>, shell: Shell): string {
  const rows = Object.entries(table).map(([key, { name }]) => [`--${name}`, oneLine(textOf(values[key])), sources[key] ?? 'default']);
  const lines = shell.isTerminal ? align([HEADINGS, ...rows], shell.columns, VALUE_COLUMN) : rows.map((row) => row.join('\t'));
  return lines.map((line) => `${line}\n`).join('');
}

/** A value as an option takes it; empty for none. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('first' in value && 'last' in value) return value.first === value.last ? String(value.first) : `${String(value.first)}-${String(value.last)}`;
  if ('address' in value && 'prefix' in value) return `${String(value.address)}/${String(value.prefix)}`;
  return JSON.stringify(value);
}
