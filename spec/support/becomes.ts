// Waiting for HAProxy to see a server in a certain way: its stats socket tells of no change, so it is asked again and again.
import { setTimeout as pause } from 'node:timers/promises';
import type { Haproxy } from './haproxy.ts';

const PATIENCE = 15_000;
const PAUSE = 20;

/** What cells of `show stat` are to say, by the columns' names. */
export type Cells = Readonly<Record<string, string | RegExp | ((cell: string) => boolean)>>;

/** Resolves with the row of `backend/server` once its cells say this; rejects after some seconds. */
export async function becomes(haproxy: Haproxy, name: string, cells: Cells): Promise<Readonly<Record<string, string>>> {
  const [backend = '', server = ''] = name.split('/');
  for (const began = performance.now(); ; await pause(PAUSE)) {
    const row = await haproxy.server(backend, server);
    if (Object.entries(cells).every(([column, wanted]) => says(row[column] ?? '', wanted))) return row;
    if (performance.now() - began < PATIENCE) continue;
    const seen = Object.keys(cells).map((column) => `${column}: ${row[column]}`).join(', ');
    throw new Error(`${name} has not become ${Object.entries(cells).map(([column, wanted]) => `${column}: ${String(wanted)}`).join(', ')}; it is ${seen}\n${haproxy.log()}`);
  }
}

function says(cell: string, wanted: string | RegExp | ((cell: string) => boolean)): boolean {
  if (typeof wanted === 'string') return cell === wanted;
  return typeof wanted === 'function' ? wanted(cell) : wanted.test(cell);
}
