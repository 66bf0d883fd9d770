// Tables for people, and the rows of `hactl status` for people and for programs.
import { formatDuration } from '../lib/clock.ts';
import type { MarkRow } from '../lib/mark.ts';
import type { Environment } from './arguments.ts';
import type { Shell } from './shell.ts';

const COLOURS: Readonly<Record<MarkRow['state'], number>> = { UP: 32, DOWN: 31, DRAIN: 33 };
const HEADINGS = ['STATE', 'SERVICE', 'REASON', 'BY', 'SINCE', 'UNTIL'];
const REASON_COLUMN = 2;
/** A column that is cut keeps so many characters, however narrow the terminal is. */
const FLEXIBLE_COLUMNS = 16;
/** What stands between two columns. */
export const GAP = '  ';

/** Tab-separated lines: state, service, reason, by, since, until. */
export function statusLines(rows: readonly MarkRow[]): string {
  return rows.map(({ state, service, reason, by, since, until }) => `${[state, service, reason, by, since, until].map((cell) => cell ?? '').join('\t')}\n`).join('');
}

/** An aligned table with times that people read; a long reason is cut to the terminal's width. */
export function statusTable(rows: readonly MarkRow[], shell: Shell): string {
  if (rows.length === 0) return 'no marks: nothing is taken out\n';
  const now = shell.clock.time();
  const lines = align([HEADINGS, ...rows.map((row) => cellsOf(row, now))], shell.columns, REASON_COLUMN);
  const width = Math.max(...[HEADINGS[0] ?? '', ...rows.map(({ state }) => state)].map(lengthOf));
  return lines.map((line, at) => `${coloured(line, width, colourOf(rows[at - 1], shell))}\n`).join('');
}

/**
 * Rows of cells as lines, one width for each column.
 *
 * @param columns of the terminal
 * @param flexible the column that is cut where a line would be wider; others keep what they need
 */
export function align(rows: readonly (readonly string[])[], columns: number, flexible: number): string[] {
  return alignCells(rows, columns, flexible).map((cells) => cells.join(GAP).trimEnd());
}

/** The same as cells, each as wide as its column. */
export function alignCells(rows: readonly (readonly string[])[], columns: number, flexible: number): string[][] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ''))));
  const others = widths.reduce((sum, width, column) => sum + (column === flexible ? 0 : width) + GAP.length, -GAP.length);
  widths[flexible] = Math.min(widths[flexible] ?? 0, Math.max(FLEXIBLE_COLUMNS, columns - others));
  return rows.map((row) => row.map((cell, column) => fit(cell, widths[column] ?? 0)));
}

function cellsOf({ state, service, reason, by, since, until }: MarkRow, now: number): string[] {
  const age = since === null ? '' : `since ${formatDuration(now - Date.parse(since) / 1000)}`;
  const left = until === null ? '' : `${formatDuration(Date.parse(until) / 1000 - now)} left`;
  return [state, service, reason ?? '', by ?? '', age, left];
}

/** Colours the first column. */
function coloured(line: string, width: number, colour: number | undefined): string {
  return colour === undefined ? line : `\x1b[${colour}m${line.slice(0, width)}\x1b[0m${line.slice(width)}`;
}

function fit(cell: string, width: number): string {
  const letters = [...cell];
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : cell + ' '.repeat(width - letters.length);
}

function lengthOf(cell: string): number {
  return [...cell].length;
}

function colourOf(row: MarkRow | undefined, { env }: Shell): number | undefined {
  return row === undefined || !hasColour(env) ? undefined : COLOURS[row.state];
}

/** Whether a terminal is to have colours (no-color.org). */
export function hasColour(env: Environment): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
