// What goes over the wire in a mysql check, and what the check says of it.
import { mysqlProbe } from '../../lib/probe/mysql.ts';
import type { Probe } from '../../lib/probe/target.ts';
import type { Packet } from './mysql-peer.ts';
import type { Probed } from './probing.ts';
import { secretFile } from './secret-file.ts';

export const NATIVE = 'mysql_native_password';
export const CACHING = 'caching_sha2_password';

/** The probe that logs in to one port alone, as `hc` and with this password, or with none. */
export function loginTo(port: number, password?: string): Probe {
  const passwordFile = password === undefined ? undefined : secretFile(password);
  return mysqlProbe({ user: 'hc', passwordFile, ports: [{ first: port, last: port }] });
}

/** The packets that bytes hold; half a one at their end does not count. */
export function packetsOf(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let rest = bytes; rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3); ) {
    const end = 4 + rest.readUIntLE(0, 3);
    packets.push({ sequence: rest[3] ?? 0, body: rest.subarray(4, end) });
    rest = rest.subarray(end);
  }
  return packets;
}

/** What a verdict says, whole, without address and time. */
export function words({ state, body }: Pick<Probed, 'state' | 'body'>): string {
  return `${state}: ${Buffer.from(body, 'latin1').toString().replace(/ \(127\.0\.0\.1:\d+, \d+\.\d ms\)\n$/, '')}`;
}
