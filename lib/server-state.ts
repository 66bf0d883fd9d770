// The header X-Haproxy-Server-State, in which HAProxy says how it sees the server that it asks about (`http-check send-state`).

/** How a balancer sees a server; null for what it does not say. */
export interface ServerState {
  /** `UP`, `DOWN` or `NOLB`, also with a count of checks (`UP 2/3`), or `no check`. HAProxy knows no others here, no MAINT and no DRAIN. */
  readonly state: string;
  /** HAProxy's own name. */
  readonly node: string | null;
  /** `backend/server`. */
  readonly name: string | null;
  /** The server's weight, and that of all servers of the backend that may get new sessions. */
  readonly weight: number | null;
  readonly total: number | null;
  /** Sessions that run on the server now, in the HAProxy process that asks. */
  readonly sessions: number | null;
  /** Requests that wait for the server. */
  readonly queue: number | null;
  /** The port that HAProxy sends traffic to. */
  readonly target: number | null;
}

const HEADER_LENGTH = 1024;
const STATE = /^(?:(?:UP|DOWN|NOLB)(?: \d{1,9}\/\d{1,9})?|no check)$/;
const FIELD = /^([^=]+)=(.*)$/;
const WORD = /^[\x21-\x7e]+$/;
const NUMBER = /^\d{1,9}$/;
const PAIR = /^\d{1,9}\/\d{1,9}$/;

/** The shapes of the fields that are read; others are let by: a newer HAProxy may have more. A server without a port has 0 there, a unix socket nothing. */
const SHAPES: ReadonlyMap<string, RegExp> = new Map([
  ['node', WORD],
  ['name', WORD],
  ['weight', PAIR],
  ['scur', PAIR],
  ['qcur', NUMBER],
  ['port', /^\d{0,5}$/],
]);

/**
 * Reads the header: a state, then `key=value` in any order, with `; ` between them (HAProxy's configuration manual, `http-check
 * send-state`; its source, `src/check.c`, `httpchk_build_status_header`).
 *
 * @returns undefined where the header is of another shape, or longer than 1 KiB: whoever asks can send one
 */
export function parseServerState(header: string): ServerState | undefined {
  if (header.length > HEADER_LENGTH) return undefined;
  const [state = '', ...rest] = header.split(';').map((part) => part.trim()).filter((part) => part !== '');
  if (!STATE.test(state)) return undefined;
  const fields = new Map<string, string>();
  for (const part of rest) {
    const [, key = '', value = ''] = FIELD.exec(part) ?? [];
    if (key === '' || fields.has(key) || SHAPES.get(key)?.test(value) === false) return undefined;
    fields.set(key, value);
  }
  const [weight, total] = numbersOf(fields.get('weight'));
  const [sessions] = numbersOf(fields.get('scur'));
  const [queue] = numbersOf(fields.get('qcur'));
  const [target] = numbersOf(fields.get('port'));
  const port = target === undefined || target === 0 || target > 65535 ? null : target;
  return {
    state,
    node: fields.get('node') ?? null,
    name: fields.get('name') ?? null,
    weight: weight ?? null,
    total: total ?? null,
    sessions: sessions ?? null,
    queue: queue ?? null,
    target: port,
  };
}

function numbersOf(value: string | undefined): number[] {
  return value === undefined || value === '' ? [] : value.split('/').map(Number);
}
