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
  const status = statusOf(page.body.toString('utf8'), target.service ?? '');
  return status === 'UP' ? upVerdict(`UP ${where}`) : downVerdict(`${status} ${where}`);
};

/** The status of a backend, or why there is none. */
function statusOf(page: string, backend: string): string {
  const [names = '', ...rows] = recordsOf(page);
  const columns = cellsOf(names.slice(0, ROW_LENGTH).replace(/^# /, ''));
  if (!columns.includes('pxname') || !columns.includes('svname') || !columns.includes('status')) return 'no stats page: no columns pxname, svname and status';
  for (const row of rows) {
    // Most rows are of others, and taking them apart takes time.
    if (row.length > ROW_LENGTH || !row.includes(backend)) continue;
    const cells = cellsOf(row);
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
    const isBackend = cell('svname') === 'BACKEND' && (!columns.includes('type') || cell('type') === BACKEND_TYPE);
    if (isBackend && cell('pxname') === backend) return cell('status') ?? '';
  }
  return `no backend ${backend} on the stats page`;
}

/** The lines of a CSV file; a line end between quotes ends none. The last one may be cut short, and is left out. */
function recordsOf(csv: string): string[] {
  const records: string[] = [];
  let isQuoted = false;
  for (let start = 0, from = 0, end = csv.indexOf('\n'); end >= 0; from = end + 1, end = csv.indexOf('\n', from)) {
    if ((csv.slice(from, end).split('"').length - 1) % 2 === 1) isQuoted = !isQuoted;
    if (isQuoted) continue;
    records.push(csv.slice(start, end));
    start = end + 1;
  }
  return records;
}

/** The cells of a line. Between quotes stands anything, quotes twice. */
function cellsOf(record: string): string[] {
  return [...record.matchAll(CELL)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
