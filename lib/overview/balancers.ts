// The balancers on the page: those with sessions that drain first, then the silent ones.
import { isBalancer, isSilent, saysOut, type BalancerRow } from '../balancer-row.ts';

/** What one asker says and was told of one service. */
export interface AskedRow {
  readonly row: BalancerRow;
  /** Seconds since it asked last, and whether that is too long. */
  readonly age: number;
  readonly isSilent: boolean;
  /** Its sessions, where the service should get no new ones. */
  readonly draining: number;
}

/** Everything that comes from one address. */
export interface AskerView {
  readonly address: string;
  /** What its HAProxys call themselves. */
  readonly nodes: readonly string[];
  readonly isBalancer: boolean;
  readonly rows: readonly AskedRow[];
  readonly moreRows: number;
  /** Over all its rows. */
  readonly draining: number;
  readonly silent: number;
}

/** Some askers, and what is said of all. */
export interface AskersView {
  readonly shown: readonly AskerView[];
  readonly count: number;
  /** Sessions that drain, by service. */
  readonly draining: ReadonlyMap<string, number>;
}

/** Who has not asked for so many seconds is not shown. */
const FORGOTTEN = 3600;
const MAX_ROWS = 200;

/**
 * What the page shows of balancers, and of whoever else asks.
 *
 * @param time Unix seconds
 * @param only the one service that is shown
 */
export function askersView(all: Iterable<BalancerRow>, time: number, only?: string): AskersView {
  const byAddress = new Map<string, AskedRow[]>();
  const draining = new Map<string, number>();
  for (const known of all) {
    const { address, service, last } = known;
    if (time - last > FORGOTTEN || (only !== undefined && service !== only)) continue;
    const row = askedRow(known, time);
    const of = byAddress.get(address);
    if (of === undefined) byAddress.set(address, [row]);
    else of.push(row);
    if (row.draining > 0) draining.set(service, (draining.get(service) ?? 0) + row.draining);
  }
  const askers = [...byAddress].map(([address, of]) => askerView(address, of));
  askers.sort((a, b) => rankOf(b) - rankOf(a) || (a.address < b.address ? -1 : 1));
  return { shown: fitting(askers), count: askers.length, draining };
}

function askedRow(row: BalancerRow, time: number): AskedRow {
  const age = Math.max(0, time - row.last);
  // Told that it is down, a balancer may ask twice more before it believes so: till then its sessions are not on their way out.
  const isLettingGo = row.told === 'drain' || saysOut(row);
  return { row, age, isSilent: isBalancer(row) && isSilent(row.interval, age), draining: isLettingGo ? (row.sessions ?? 0) : 0 };
}

function askerView(address: string, rows: AskedRow[]): AskerView {
  rows.sort((a, b) => importance(b) - importance(a) || (a.row.service < b.row.service ? -1 : a.row.service > b.row.service ? 1 : a.row.port - b.row.port));
  return {
    address,
    nodes: [...new Set(rows.flatMap(({ row }) => row.node ?? []))].sort(),
    isBalancer: rows.some(({ row }) => isBalancer(row)),
    rows,
    moreRows: 0,
    draining: rows.reduce((sum, row) => sum + row.draining, 0),
    silent: rows.filter((row) => row.isSilent).length,
  };
}

function importance({ draining, isSilent: silent, row }: AskedRow): number {
  if (draining > 0) return 3;
  if (silent) return 2;
  return row.told === 'up' ? 0 : 1;
}

function rankOf({ isBalancer: balancer, draining, silent }: AskerView): number {
  if (!balancer) return 0;
  return draining > 0 ? 3 : silent > 0 ? 2 : 1;
}

/** The first askers, with as many rows as a page holds. */
function fitting(askers: readonly AskerView[]): AskerView[] {
  const shown: AskerView[] = [];
  let left = MAX_ROWS;
  for (const asker of askers) {
    if (left === 0) break;
    const rows = asker.rows.slice(0, left);
    shown.push({ ...asker, rows, moreRows: asker.rows.length - rows.length });
    left -= rows.length;
  }
  return shown;
}
