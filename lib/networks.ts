// Networks, as options name them, and which addresses are in them.
import { BlockList, isIP } from 'node:net';

/** A network in CIDR notation (RFC 4632): an address and the length of its prefix in bits. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** The networks of this host alone: 127.0.0.0/8 (RFC 1122 section 3.2.1.3) and ::1 (RFC 4291 section 2.5.3). */
export const LOOPBACK: readonly Network[] = [{ address: '127.0.0.1', prefix: 8 }, { address: '::1', prefix: 128 }];

/** Some networks. */
export class Networks {
  /** One for each family: in one for both, ::/0 would have every IPv4 address, as the IPv6 address that it maps to. */
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(networks: readonly Network[]) {
    for (const { address, prefix } of networks) this.#lists[familyOf(address)].addSubnet(address, prefix, familyOf(address));
  }

  /** Whether an address is in one of them; a text that is no address is in none. */
  has(address: string): boolean {
    return isIP(address) !== 0 && this.#lists[familyOf(address)].check(address, familyOf(address));
  }
}

/** Which BlockList must know: it takes an address of the other family for one that is not in the list, without a word. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  // Not isIP(), whose expressions take 5 ms to compile, which every start would pay.
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
