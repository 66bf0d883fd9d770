// haproxy: a backend of a local HAProxy, on its stats page (HAProxy's management guide, 9.1 CSV format; RFC 4180).
import { downVerdict, upVerdict } from '../verdict.ts';
import { cellsOf, Rows } from './csv.ts';
import { dial } from './dial.ts';
import { exchange, headersOf, type BodyReader } from './http.ts';
import type { Probe } from './target.ts';

/** Bytes of the page that are read; 300 backends take 130 KB. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Bytes of a row, which has some hundred columns; what is longer is no row of a stats page. */
const ROW_BYTES = 64 * 1024;
/** The column `type` of a backend. A server, of type 2, may be called BACKEND, too. */
const BACKEND_TYPE = '1';
/** Rows that are read, far more than 4 MiB of a real page have; one has some 300 characters. */
const MOST_ROWS = 50_000;
/** Characters of a status; HAProxy's longest has some ten. */
const STATUS_LENGTH = 100;
/** Columns that are read; HAProxy 3.0 has some 130. */
const MOST_COLUMNS = 1000;
const NO_COLUMNS = 'no stats page: no columns pxname, svname and status';

/** Up when the page lists the backend of the service's name as UP. */
export const probeHaproxy: Probe = async (target, signal) => {
  const began = performance.now();
  const dialled = await dial(target, signal);
  if ('failure' in dialled) return downVerdict(dialled.failure);
  const page = await exchange(dialled.socket, dialled.address, { path: '/;csv', headers: headersOf(target) }, new StatsPage(target.service ?? ''), signal);
  if ('failure' in page) return downVerdict(page.failure);
  const where = `(${dialled.address}, ${(performance.now() - began).toFixed(1)} ms)`;
  if (page.status !== 200) return downVerdict(`no stats page: ${page.status} ${page.phrase} ${where}`);
  return page.body === 'UP' ? upVerdict(`UP ${where}`) : downVerdict(`${page.body} ${where}`);
};

/** Reads a stats page up to the row of a backend, and comes to the backend's status, or to why there is none. */
class StatsPage implements BodyReader<string> {
  readonly #backend: string;
  readonly #rows = new Rows(ROW_BYTES);
  /** The names of the columns, up to the last one that matters. */
  #columns: readonly string[] | undefined;
  #status: string | undefined;
  #bytesLeft = MOST_BYTES;
  #rowsLeft = MOST_ROWS;

  constructor(backend: string) {
    this.#backend = backend;
  }

  take(chunk: Buffer): boolean {
    for (const row of this.#rows.take(chunk.subarray(0, this.#bytesLeft))) {
      if (this.#columns === undefined) this.#takeNames(row);
      else this.#takeRow(row, this.#columns);
      this.#rowsLeft -= 1;
      if (this.#status !== undefined || this.#rowsLeft === 0) return true;
    }
    this.#bytesLeft -= chunk.length;
    return this.#bytesLeft <= 0 || (this.#columns === undefined && this.#rows.isTooLong);
  }

  end(): string {
    return this.#status ?? (this.#columns === undefined ? NO_COLUMNS : `no backend ${this.#backend} on the stats page`);
  }

  #takeNames(row: string): void {
    const names = cellsOf(row.replace(/^# /, ''), MOST_COLUMNS);
    if (!names.includes('pxname') || !names.includes('svname') || !names.includes('status')) this.#status = NO_COLUMNS;
    else this.#columns = names.slice(0, 1 + Math.max(...['pxname', 'svname', 'status', 'type'].map((name) => names.indexOf(name))));
  }

  #takeRow(row: string, columns: readonly string[]): void {
    if (row.length < columns.length - 1 || !this.#mayBeOurs(row, columns)) return;
    const cells = cellsOf(row, columns.length);
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)];
    const isBackend = cell('svname') === 'BACKEND' && (!columns.includes('type') || cell('type') === BACKEND_TYPE);
    if (isBackend && cell('pxname') === this.#backend) this.#status = (cell('status') ?? '').slice(0, STATUS_LENGTH);
  }

  /** Most rows are of others, and taking them apart takes time. */
  #mayBeOurs(row: string, columns: readonly string[]): boolean {
    return columns[0] === 'pxname' ? row.startsWith(`${this.#backend},`) || row.startsWith(`"${this.#backend}",`) : row.includes(this.#backend);
  }
}
