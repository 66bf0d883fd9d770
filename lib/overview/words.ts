// Standings, times and counts in words, and as HTML.
import { formatDuration } from '../clock.ts';
import { isoTime } from '../mark.ts';
import { CELL, type Cell } from '../strip.ts';
import { html, type Html } from './markup.ts';
import type { Standing } from './standing.ts';

/** What stands before each word, in shapes that differ without colour and are no emoji on any telephone. */
const SIGNS: Readonly<Record<Standing, string>> = { failing: '✕', down: '■', drain: '◐', up: '✓', unknown: '?' };
const WORDS: Readonly<Record<Standing, string>> = { failing: 'failing', down: 'down', drain: 'draining', up: 'up', unknown: 'unknown' };

/** A standing as a sign and a word. */
export function standingWord(standing: Standing): Html {
  return html`<span class="standing ${standing}"><span aria-hidden="true">${SIGNS[standing]}</span> ${WORDS[standing]}</span>`;
}

/** The sign of a standing alone, as text. */
export function signOf(standing: Standing): string {
  return SIGNS[standing];
}

/** How many of what: `1 service`, `2 services`. */
export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** A moment, in UTC: its time where it is of today, otherwise its day, too. Both in Unix seconds. */
export function moment(time: number, now: number): Html {
  const [iso, today] = [isoTime(time), isoTime(now)];
  const isToday = iso.slice(0, 10) === today.slice(0, 10);
  return html`<time datetime="${iso}">${isToday ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 19)} UTC</time>`;
}

/** Since when, and how long ago that is. A clock that was set back makes a moment of the future. */
export function since(time: number, now: number): Html {
  return html`since ${moment(time, now)} <span class="span">(${formatDuration(now - time)} ago)</span>`;
}

/** A short time as it counts in a cache, with tenths below ten seconds. */
export function shortTime(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** So many changes of a strip are told. */
const MAX_RUNS = 4;

/** Neighbouring cells that are alike. */
export interface Run {
  readonly cell: Cell;
  readonly from: number;
  length: number;
}

/** The runs of cells, the oldest first. */
export function runsOf(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const [from, cell] of cells.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && last.cell === cell) last.length += 1;
    else runs.push({ cell, from, length: 1 });
  }
  return runs;
}

/** A strip in words, the newest first: `last 10 minutes: up for 2 min, before that down for 40 s, before that up for 7 min`. */
export function stripText(cells: readonly Cell[]): string {
  const runs = runsOf(cells).reverse();
  const lengthOf = ({ length }: Run): string => formatDuration((length * CELL) / 1000);
  const told = runs.at(-1)?.cell === undefined ? runs.slice(0, -1) : runs;
  if (told.length === 0) return 'last 10 minutes: nobody asked';
  if (runs.length === 1) return `last 10 minutes: ${told[0]?.cell ?? ''} throughout`;
  const words = told.slice(0, MAX_RUNS).map((run) => `${run.cell ?? 'nobody asked'} for ${lengthOf(run)}`);
  const more = told.length > MAX_RUNS ? [plural(told.length - MAX_RUNS, 'more change')] : told.length < runs.length ? ['nobody asked'] : [];
  return `last 10 minutes: ${[...words, ...more].join(', before that ')}`;
}
