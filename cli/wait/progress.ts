// What is seen of a wait: a line for each balancer, redrawn on a terminal, one for each change elsewhere, objects for programs.
import { identityOf, serviceOf, type BalancerRow } from '../../lib/balancer-row.ts';
import { formatPlace } from '../../lib/route.ts';
import type { Shell } from '../shell.ts';
import { alignCells, GAP, hasColour } from '../table.ts';
import { plural, type Standing } from './standing.ts';

const DONE = 'done';

/** A balancer, and why it is still open; undefined where it is done. */
export interface Shown {
  readonly standing: Standing;
  readonly cause: string | undefined;
}

/** Shows how the balancers stand, look after look. */
export interface Progress {
  /** @param footer a last line for a person who watches */
  show(balancers: readonly Shown[], footer?: string): void;
  /** Makes room for something else that is to be said. */
  clear(): void;
}

/** The way of showing that fits who reads it. */
export function progressFor(shell: Shell, json: boolean): Progress {
  if (json) return changes(shell, objectOf);
  return shell.isTerminal ? redrawn(shell) : changes(shell, sentenceOf);
}

/** Who a balancer is: its address, its own name, and that of the server as it knows it. */
export function nameOf({ address, node, name, via }: BalancerRow): string {
  return [address, ...(node === null ? [] : [node]), ...(name === null ? [] : [name]), ...(via === 'agent' ? ['agent'] : [])].join(' ');
}

/** A line for each balancer whose line has changed. */
function changes(shell: Shell, lineOf: (shown: Shown, shell: Shell) => string): Progress {
  const last = new Map<string, string>();
  return {
    clear: () => undefined,
    show: (balancers) => {
      for (const shown of balancers) {
        const key = identityOf(shown.standing.row);
        const words = wordsOf(shown).join('\t');
        if (last.get(key) === words) continue;
        last.set(key, words);
        shell.print(`${lineOf(shown, shell)}\n`);
      }
    },
  };
}

function sentenceOf(shown: Shown): string {
  return wordsOf(shown).filter((word) => word !== '').join(', ');
}

function objectOf({ standing, cause }: Shown, { clock }: Shell): string {
  const { address, service, port, via, node, name, state, sessions, queue, told, probed_address, probed_port } = standing.row;
  const connections = standing.connections?.all ?? null;
  const time = Math.round(clock.time() * 1000) / 1000;
  return JSON.stringify({ time, address, service, port, via, node, name, state, sessions, queue, connections, told, probed_address, probed_port, done: cause === undefined, open: cause ?? null });
}

/** Who, about what, what it has open, and how it stands. */
function wordsOf({ standing: { row, connections }, cause }: Shown): string[] {
  return [
    nameOf(row),
    checkedOf(row),
    row.state ?? (row.told === null || cause === `told ${row.told}` ? '' : `told ${row.told}`),
    row.sessions === null ? '' : plural(row.sessions, 'session'),
    connections === undefined ? '' : plural(connections.all, 'connection'),
    cause ?? DONE,
  ];
}

/** The service as it was asked for, and the place that headers have chosen. */
export function checkedOf(row: BalancerRow): string {
  const { probed_address, probed_port } = row;
  return probed_port === null ? serviceOf(row) : `${serviceOf(row)} at ${formatPlace(probed_address ?? 'localhost', probed_port)}`;
}

const NAME_COLUMN = 0;
const CAUSE_COLUMN = 3;
const GREEN = 32;
const YELLOW = 33;
const UP_AND_CLEAR = '\x1b[A\x1b[2K';

/** The same lines, drawn again in their place; as many as the terminal has room for, those that are open first. */
function redrawn(shell: Shell): Progress {
  let drawn: readonly string[] = [];
  const erase = (): string => UP_AND_CLEAR.repeat(drawn.length);
  return {
    clear: () => {
      shell.print(erase());
      drawn = [];
    },
    show: (balancers, footer) => {
      const lines = [...linesOf(balancers, shell), ...(footer === undefined ? [] : [footer.slice(0, shell.columns - 1)])];
      if (lines.join('\n') === drawn.join('\n')) return;
      shell.print(`${erase()}${lines.map((line) => `${line}\n`).join('')}`);
      drawn = lines;
    },
  };
}

/** Lines that never wrap: one that did would be drawn over only in part. */
function linesOf(balancers: readonly Shown[], shell: Shell): string[] {
  const { rows, columns } = shell;
  const sorted = [...balancers].sort((a, b) => Number(a.cause === undefined) - Number(b.cause === undefined));
  // A line for the footer, one for the cursor.
  const room = Math.max(1, rows - 2);
  const shown = sorted.length > room ? sorted.slice(0, room - 1) : sorted;
  const cells = alignCells(shown.map(columnsOf), columns - 1, NAME_COLUMN);
  const lines = cells.map((row, at) => lineOf(row, shown[at]?.cause === undefined ? GREEN : YELLOW, shell));
  return shown.length < sorted.length ? [...lines, `and ${sorted.length - shown.length} more`.slice(0, columns - 1)] : lines;
}

/** The words as columns: what is waited for stands before what a narrow terminal may lack. */
function columnsOf(shown: Shown): string[] {
  const [name = '', service = '', state = '', sessions = '', connections = '', cause = ''] = wordsOf(shown);
  return [name, service, state, cause, sessions, connections];
}

/** What has yet to happen in yellow, `done` in green; a line that does not fit is cut, and plain. */
function lineOf(cells: readonly string[], colour: number, { columns, env }: Shell): string {
  const plain = cells.join(GAP).trimEnd();
  if ([...plain].length > columns - 1) return [...plain].slice(0, columns - 1).join('');
  if (!hasColour(env)) return plain;
  return cells.map((cell, column) => (column === CAUSE_COLUMN ? cell.replace(/.*\S/, `\x1b[${colour}m$&\x1b[0m`) : cell)).join(GAP).trimEnd();
}
