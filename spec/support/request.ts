// Checks as balancers send them: bytes over a socket, one connection each.
import { connect } from 'node:net';

/** An HTTP response, byte for byte where it matters. */
export interface RawResponse {
  readonly status: number;
  readonly phrase: string;
  /** Headers by their name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Everything that came. */
  readonly text: string;
}

const PATIENCE = 20_000;

/** Sends bytes and reads (latin1) until the other side ends. */
export function exchange(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host }, () => socket.write(bytes));
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`nothing from port ${port} for ${PATIENCE} ms`)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Reads one response out of what {@link exchange} gave. */
export function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, status, phrase = ''] = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(first) ?? [];
  if (status === undefined) throw new Error(`no HTTP response: ${JSON.stringify(text.slice(0, 200))}`);
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return { status: Number(status), phrase, headers: Object.fromEntries(headers), body: text.slice(end + 4), text };
}

/** Asks a check the way HAProxy's HTTP/1.1 checks do: without Host, `Connection: close`. */
export async function ask(port: number, path: string, options: { method?: string; headers?: readonly string[] } = {}): Promise<RawResponse> {
  const { method = 'GET', headers = [] } = options;
  const lines = [`${method} ${path} HTTP/1.1`, 'Connection: close', ...headers];
  return parseResponse(await exchange(port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')));
}
