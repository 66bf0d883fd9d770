// The connections that others have open to ports of this host, as the kernel lists them in /proc/net/tcp and tcp6 (proc_pid_net(5)).
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { codeOf } from '../../lib/errno.ts';
import { canonicalAddress } from '../../lib/route.ts';

/** One connection: the port of this host, and who is on its other end. */
export interface Connection {
  readonly port: number;
  readonly address: string;
  readonly remotePort: number;
  /** Whether the service has answered within the time of a delayed acknowledgement, and the last thing that came needed none: the kernel's `pingpong`. */
  readonly answered: boolean;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LINE = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) (?:(?:\S+ +){10}(\d+) )?/;
/** ESTABLISHED, SYN_RECV, FIN_WAIT1 and CLOSE_WAIT (include/net/tcp_states.h): those in which the service may still have something to do. */
const IN_USE: ReadonlySet<string> = new Set(['01', '03', '04', '08']);
/** Milliseconds of silence, with the service's word as the last one, after which a connection is one that a balancer keeps for later. */
const IDLE = 2_000;
const SS_PATIENCE = 5_000;
const SS_OUTPUT = 64 * 1024 * 1024;

/** The connections to these ports; undefined where the system does not list any. */
export function connectionsTo(ports: ReadonlySet<number>): Connection[] | undefined {
  const tables = TABLES.map(readTable).filter((table) => table !== undefined);
  return tables.length === 0 ? undefined : tables.flatMap((table) => parseTable(table, ports));
}

function readTable(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Reads one of the kernel's tables, as far as it is about these ports. */
export function parseTable(table: string, ports: ReadonlySet<number>): Connection[] {
  const found: Connection[] = [];
  for (const line of table.split('\n')) {
    const [, local = '', address = '', remotePort = '', state = '', quick = '0'] = LINE.exec(line) ?? [];
    const port = Number.parseInt(local, 16);
    if (!ports.has(port) || !IN_USE.has(state)) continue;
    found.push({ port, address: addressOf(address), remotePort: Number.parseInt(remotePort, 16), answered: Number(quick) % 2 === 1 });
  }
  return found;
}

/** The kernel prints an address as 32-bit words of its own byte order. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff') return bytes.subarray(12).join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return canonicalAddress(groups.join(':')) ?? hex;
}

/**
 * Those of some connections that are not idle. One is idle when the service spoke last and nothing has gone either way for 2 s: so
 * HAProxy's pool keeps connections, and so does no request that runs. Without `ss` (iproute2) none is known to be idle.
 */
export async function connectionsInUse(connections: readonly Connection[]): Promise<Connection[]> {
  if (connections.length === 0) return [];
  const answered = new Set(connections.filter((connection) => connection.answered).map(keyOf));
  const idle = parseIdle(await ss(new Set(connections.map(({ port }) => port))), answered);
  return connections.filter((connection) => !idle.has(keyOf(connection)));
}

function ss(ports: ReadonlySet<number>): Promise<string> {
  const filter = [...ports].flatMap((port, at) => [...(at === 0 ? [] : ['or']), 'sport', '=', `:${port}`]);
  return new Promise((resolve) => {
    execFile('ss', ['-tniH', '(', ...filter, ')'], { timeout: SS_PATIENCE, maxBuffer: SS_OUTPUT }, (error, stdout) => resolve(error === null ? stdout : ''));
  });
}

/** The idle ones in what `ss -tniH` prints: for each connection a line, and one that begins with a tab (`bytes_sent`, and milliseconds since it sent and received). */
export function parseIdle(printed: string, answered: ReadonlySet<string>): Set<string> {
  const idle = new Set<string>();
  for (const record of printed.replaceAll('\n\t', ' ').split('\n')) {
    const [, , , local = '', peer = ''] = record.split(/\s+/);
    const [sent, lastSent, lastReceived] = ['bytes_sent', 'lastsnd', 'lastrcv'].map((name) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(record)?.[1] ?? 0));
    if (sent === undefined || lastSent === undefined || lastReceived === undefined) continue;
    if (sent === 0 || lastSent > lastReceived || lastSent < IDLE) continue;
    const key = keyOf({ port: portOf(local), address: hostOf(peer), remotePort: portOf(peer) });
    // The kernel counts in ticks of 1 to 10 ms: within one tick an answer may have followed a request, or the next request an answer.
    if (lastSent === lastReceived && !answered.has(key)) continue;
    idle.add(key);
  }
  return idle;
}

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
}

/** `[::ffff:10.0.0.2]:4711`, `[fe80::1]%eth0:4711` and `10.0.0.2:4711`. */
function hostOf(endpoint: string): string {
  const [host = ''] = endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/[[\]]/g, '').split('%', 1);
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : (canonicalAddress(host) ?? host);
}

function keyOf({ port, address, remotePort }: Omit<Connection, 'answered'>): string {
  return `${port} ${address} ${remotePort}`;
}
