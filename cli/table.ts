// The rows of `hactl status`, for programs and for people.
import type { MarkRow } from '../lib/mark.ts';
import type { Shell } from './shell.ts';
import { formatDuration } from '../lib/clock.ts';

const COLOURS: Readonly<Record<MarkRow['state'], number>> = { UP: 32, DOWN: 31, DRAIN: 33 };
const HEADINGS = ['STATE', 'SERVICE', 'REASON', 'BY', 'SINCE', 'UNTIL'];
const REASON_COLUMN = 2;
/** A reason keeps at least so many columns, however narrow the terminal is. */
const REASON_COLUMNS = 16;
const GAP = '  ';

/** Tab-separated lines: state, service, reason, by, since, until. */
export function statusLines(rows: readonly MarkRow[]): string {
  return rows.map(({ state, service, reason, by, since, until }) => `${[state, service, reason, by, since, until].map((cell) => cell ?? '').join('\t')}\n`).join('');
}

/** An aligned table with times that people read; a long reason is cut to the terminal's width. */
export function statusTable(rows: readonly MarkRow[], shell: Shell): string {
  if (rows.length === 0) return 'no marks: nothing is taken out\n';
  const now = shell.clock.time();
  const cells = [HEADINGS, ...rows.map((row) => cellsOf(row, now))];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))));
  const others = widths.reduce((sum, width, column) => sum + (column === REASON_COLUMN ? 0 : width) + GAP.length, -GAP.length);
  widths[REASON_COLUMN] = Math.min(widths[REASON_COLUMN] ?? 0, Math.max(REASON_COLUMNS, shell.columns - others));
  return cells.map((row, at) => line(row, widths, at === 0 ? undefined : colourOf(rows[at - 1], shell))).join('');
}

function cellsOf({ state, service, reason, by, since, until }: MarkRow, now: number): string[] {
  const age = since === null ? '' : `since ${formatDuration(now - Date.parse(since) / 1000)}`;
  const left = until === null ? '' : `${formatDuration(Date.parse(until) / 1000 - now)} left`;
  return [state, service, reason ?? '', by ?? '', age, left];
}

function line(row: readonly string[], widths: readonly number[], colour: number | undefined): string {
  const [state = '', ...others] = row.map((cell, column) => fit(cell, widths[column] ?? 0));
  const coloured = colour === undefined ? state : `\x1b[${colour}m${state}\x1b[0m`;
  return `${[coloured, ...others].join(GAP).trimEnd()}\n`;
}

function fit(cell: string, width: number): string {
  const letters = [...cell];
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : cell + ' '.repeat(width - letters.length);
}

function lengthOf(cell: string): number {
  return [...cell].length;
}

function colourOf(row: MarkRow | undefined, { env }: Shell): number | undefined {
  return row === undefined || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb' ? undefined : COLOURS[row.state];
}
