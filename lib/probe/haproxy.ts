// haproxy: a backend of a local HAProxy, on its stats page (HAProxy's management guide, 9.1 CSV format; RFC 4180).
import { downVerdict, upVerdict } from '../verdict.ts';
import { dial } from './dial.ts';
import { exchange, headersOf } from './http.ts';
import type { Probe } from './target.ts';

/** Bytes of the page that are read; 300 backends take 130 KB. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Characters of a row, which has some hundred columns; what is longer is no row of a stats page. */
const ROW_LENGTH = 64 * 1024;
/** The column `type` of a backend. A server, of type 2, may be called BACKEND, too. */
const BACKEND_TYPE = '1';
/** Rows that are read, far more than 4 MiB of a real page have; one has some 300 characters. */
const MOST_ROWS = 50_000;
/** Characters of a status; HAProxy's longest has some ten. */
const STATUS_LENGTH = 100;
/** Columns that are read; HAProxy 3.0 has some 130. */
const MOST_COLUMNS = 1000;
const CELL = /"((?:[^"]|"")*)"(?:,|\r?$)|([^,]*?)(?:,|\r?$)/gy;

/** Up when the page lists the backend of the service's name as UP. */
export const probeHaproxy: Probe = async (target, signal) => {
  const began = performance.now();
  const dialled = await dial(target, signal);
  if ('failure' in dialled) return downVerdict(dialled.failure);
  const page = await exchange(dialled.socket, dialled.address, { path: '/;csv', headers: headersOf(target) }, MOST_BYTES, signal);
  if ('failure' in page) return downVerdict(page.failure);
  const where = `(${dialled.address}, ${(performance.now() - began).toFixed(1)} ms)`;
  if (page.status !== 200) return downVerdict(`no stats page: ${page.status} ${page.phrase} ${where}`);
  const status = statusOf(page.body.toString('latin1'), target.service ?? '');
  return status === 'UP' ? upVerdict(`UP ${where}`) : downVerdict(`${status} ${where}`);
};

/** The status of a backend, or why there is none. */
function statusOf(page: string, backend: string): string {
  const [names = '', ...rows] = recordsOf(page);
  const columns = cellsOf(names.slice(0, ROW_LENGTH).replace(/^# /, ''));
  if (!columns.includes('pxname') || !columns.includes('svname') || !columns.includes('status')) return 'no stats page: no columns pxname, svname and status';
  // Most rows are of others, and taking them apart takes time.
  const isOurs = (row: string): boolean => (columns[0] === 'pxname' ? row.startsWith(`${backend},`) || row.startsWith(`"${backend}",`) : row.includes(backend));
  for (const row of rows) {
    if (row.length < columns.length - 1 || row.length > ROW_LENGTH || !isOurs(row)) continue;
    const cells = cellsOf(row, columns.length);
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
    const isBackend = cell('svname') === 'BACKEND' && (!columns.includes('type') || cell('type') === BACKEND_TYPE);
    if (isBackend && cell('pxname') === backend) return (cell('status') ?? '').slice(0, STATUS_LENGTH);
  }
  return `no backend ${backend} on the stats page`;
}

/** The lines of a CSV file, up to {@link MOST_ROWS}; a line end between quotes ends none. The last one may be cut short, and is left out. */
function recordsOf(csv: string): string[] {
  const records: string[] = [];
  let isQuoted = false;
  for (let start = 0, from = 0, end = csv.indexOf('\n'); end >= 0 && records.length <= MOST_ROWS; from = end + 1, end = csv.indexOf('\n', from)) {
    if ((csv.slice(from, end).split('"').length - 1) % 2 === 1) isQuoted = !isQuoted;
    if (isQuoted) continue;
    records.push(csv.slice(start, end));
    start = end + 1;
  }
  return records;
}

/** The cells of a line, up to so many. Between quotes stands anything, quotes twice. */
function cellsOf(record: string, most = MOST_COLUMNS): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of record.matchAll(CELL)) {
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (cells.length >= most) break;
  }
  return cells;
}
