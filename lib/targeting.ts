// Who is probed, and with what: the path of a check says so and, as far as options let them, its headers.
import type { Asking } from './check.ts';
import { LOOPBACK, Networks, type Network } from './networks.ts';
import { readPlace, valuesOf, type Place } from './place.ts';
import { includesPort, type PortRange } from './ports.ts';
import { readCheck } from './probe/index.ts';
import { keyOf, NO_WISH, targetOf, type Header, type Wish } from './probe/target.ts';
import { formatPlace, isRefusal, marksOf, type Check, type Refusal } from './route.ts';

/** What a daemon probes, and what it sends along. */
export interface TargetOptions {
  /** The names of request headers that go to the service. */
  readonly forwardHeaders: readonly string[];
  /** The header in which the service's name goes to the service; none if undefined. */
  readonly serviceNameHeader: string | undefined;
  /** Whether headers name the address and the port to probe. */
  readonly targetFromHeader: boolean;
  /** The networks in which they may, beside loopback. */
  readonly targetNetworks: readonly Network[];
  /** The ports that are probed; every one if empty. */
  readonly probePorts: readonly PortRange[];
}

/** Headers add nothing to the path, and every port of loopback is probed. */
export const PATH_ALONE: TargetOptions = { forwardHeaders: [], serviceNameHeader: undefined, targetFromHeader: false, targetNetworks: [], probePorts: [] };

/** Where nobody listens, though the kernel takes them for loopback. */
const UNSPECIFIED = ['0.0.0.0', '::'];
/** Where the probe of a check that names no address goes first. */
const LOCALHOST = '127.0.0.1';

/** Reads checks, and turns each into what it comes to ask. */
export class Targeting {
  readonly #options: TargetOptions;
  readonly #networks: Networks;
  readonly #hasWishes: boolean;
  readonly #marked: (check: Check) => boolean;

  /** @param marked which checks are told of marks */
  constructor(options: TargetOptions, marked: (check: Check) => boolean = () => true) {
    this.#options = options;
    this.#networks = new Networks([...LOOPBACK, ...options.targetNetworks]);
    this.#hasWishes = options.targetFromHeader || options.forwardHeaders.length > 0;
    this.#marked = marked;
  }

  /** What a request says beyond its path, its headers given as Node's `rawHeaders`. */
  wishOf(rawHeaders: readonly string[]): Wish | Refusal {
    if (!this.#hasWishes) return NO_WISH;
    const place: Place | Refusal = this.#options.targetFromHeader ? readPlace(rawHeaders) : NO_WISH;
    if (isRefusal(place)) return place;
    const headers = this.#options.forwardHeaders.flatMap((name) => forwarded(rawHeaders, name));
    const saysNothing = place.address === undefined && place.port === undefined && headers.length === 0;
    return saysNothing ? NO_WISH : { ...place, headers };
  }

  /** What the check of a path comes to ask, or why nobody is asked: it is none, or an option forbids it. */
  read(path: string, wish: Wish = NO_WISH): Asking | Refusal {
    const check = readCheck(path);
    if (isRefusal(check)) return check;
    const target = targetOf(check, this.#withServiceName(wish, check.service));
    const forbidden = this.#forbidden(check, wish, target.port);
    if (forbidden !== undefined) return { refused: forbidden, status: 403 };
    const marks = this.#marked(check) ? this.#marksOf(check, wish) : [];
    return { check: { ...check, marks }, target, key: keyOf(target) };
  }

  #withServiceName(wish: Wish, service: string): Wish {
    const { serviceNameHeader } = this.#options;
    if (serviceNameHeader === undefined) return wish;
    const others = wish.headers.filter(([name]) => name.toLowerCase() !== serviceNameHeader.toLowerCase());
    return { ...wish, headers: [...others, [serviceNameHeader, service]] };
  }

  #forbidden({ protocol }: Check, { address }: Wish, port: number): string | undefined {
    const { probePorts } = this.#options;
    if (address !== undefined && UNSPECIFIED.includes(address)) return `address ${address} is no address of a service`;
    if (address !== undefined && !this.#networks.has(address)) return `address ${address} is in none of the networks of --target-network`;
    if (protocol === 'spool' || probePorts.length === 0 || includesPort(probePorts, port)) return undefined;
    return `port ${port} is none of those of --probe-port`;
  }

  /** Those of the path's port, of the port that is probed, and of the place that is probed. */
  #marksOf(check: Check, wish: Wish): readonly string[] {
    if (!this.#options.targetFromHeader) return check.marks;
    const { address = LOCALHOST, port = check.port } = wish;
    return port === 0 ? check.marks : [...new Set([...check.marks, ...marksOf({ service: check.service, port, address })])];
  }
}

/** A header as often as the request has it; of Host, of which there may be one (RFC 9112 section 3.2), the first. */
function forwarded(rawHeaders: readonly string[], name: string): Header[] {
  const values = valuesOf(rawHeaders, name.toLowerCase());
  return (name.toLowerCase() === 'host' ? values.slice(0, 1) : values).map((value) => [name, value]);
}

/** Where a check's probe goes, when headers say so; undefined where the path says it all. */
export function chosenPlace({ check, target }: Asking): string | undefined {
  if (target.address === undefined && target.port === check.port) return undefined;
  return formatPlace(target.address ?? 'localhost', target.port);
}
