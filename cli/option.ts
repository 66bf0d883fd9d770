// What an option is, and the kinds of values that there are. Each command has a table of its options.
import type { Network } from '../lib/networks.ts';
import type { PortRange } from '../lib/ports.ts';
import { canonicalAddress, isRefusal, quote, refusePort, type Refusal } from '../lib/route.ts';

/** One option: its flag, its environment variable, what it takes, and what it is without being given. */
export interface Option<T> {
  /** Without the two hyphens: `cache-time`. */
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in help: `SECONDS`. An option without one is a switch. Shells complete `FILE`, `DIR` and words with bars between them. */
  readonly value?: string;
  /** What it stands for without a value, where that may be left out: `--wait` and `--wait=30s`. */
  readonly bare?: string;
  readonly help: string;
  /** Whether `HACHECK_<NAME>` says it, too. */
  readonly variable?: boolean;
  /** Whether it may be given more than once, and its variable hold a list with commas. */
  readonly many?: boolean;
  readonly fallback: T;
  /** Reads what was given, in order; the last one counts where only one can. */
  readonly read: (given: readonly string[]) => T | Refusal;
}

/** A command's options by the names that its code knows them by. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options. */
export type Values<O extends OptionTable> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

type Reader<T> = (text: string) => T | Refusal;
type Words = Pick<Option<unknown>, 'name' | 'help'> & { readonly short?: string; readonly variable?: boolean };

/** What an option is without being given, for people; nothing where that is off, or what its help says. */
export function defaultOf({ fallback }: Option<unknown>): string | undefined {
  const isNothing = fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0);
  return isNothing ? undefined : fallback === true ? 'on' : String(fallback);
}

/** A switch: off unless it is given. Its variable holds 1, true, yes, on or 0, false, no, off. */
export function toggle(words: Words): Option<boolean> {
  return { ...words, fallback: false, read: last(readSwitch) };
}

/** An option with one value. */
export function single<T, F>(words: Words & { readonly value: string }, read: Reader<T>, fallback: F): Option<T | F> {
  return { ...words, fallback, read: last(read) };
}

/** A switch that is on unless it is told otherwise, so that it has a value: the words of the others. */
export function onOff(words: Words): Option<boolean> {
  return { ...words, value: 'on|off', fallback: true, read: last(readSwitch) };
}

/** An option with one value that may be left out; it stands behind `=`. */
export function optional<T, F>(words: Words & { readonly value: string; readonly bare: string }, read: Reader<T>, fallback: F): Option<T | F> {
  return single(words, read, fallback);
}

/** An option that may be given more than once. */
export function list<T>(words: Words & { readonly value: string }, read: Reader<T>, fallback: readonly T[]): Option<readonly T[]> {
  return { ...words, many: true, fallback, read: (given) => readAll(given, read) };
}

function last<T>(read: Reader<T>): (given: readonly string[]) => T | Refusal {
  return (given) => read(given.at(-1) ?? '');
}

function readAll<T>(given: readonly string[], read: Reader<T>): readonly T[] | Refusal {
  const values: T[] = [];
  for (const text of given) {
    const value = read(text);
    if (isRefusal(value)) return value;
    values.push(value);
  }
  return values;
}

/** Any text. */
export const text: Reader<string> = (given) => given;

/** Any text but the empty one. */
export const path: Reader<string> = (given) => (given === '' ? { refused: 'an empty path: name a folder' } : given);

/** Any file's path but the empty one. */
export const file: Reader<string> = (given) => (given === '' ? { refused: 'an empty path: name a file' } : given);

/** A user's name at a database: not empty, and without control characters. */
export const userName: Reader<string> = (given) => (/^[^\p{Cc}]+$/u.test(given) ? given : { refused: `bad user ${quote(given)}: a name without control characters` });

/** A port; 0 too, where that means any free one. */
export function port(options: { readonly free: boolean }): Reader<number> {
  return (given) => {
    if (options.free && given === '0') return 0;
    const refused = refusePort(given);
    return refused === undefined ? Number(given) : { refused: options.free ? `${refused}, or 0 for any free one` : refused };
  };
}

/** A plain IPv4 or IPv6 address. */
export const address: Reader<string> = (given) =>
  canonicalAddress(given) ?? { refused: `bad address ${quote(given)}: a plain IPv4 or IPv6 address, no name` };

/** A network in CIDR notation; an address alone is a network of its own. */
export const network: Reader<Network> = (given) => {
  const [text = '', bits, ...others] = given.split('/');
  const address = canonicalAddress(text);
  const most = address?.includes(':') === true ? 128 : 32;
  // An IPv4 address in IPv6 comes out as IPv4, and the first 96 bits of its prefix with it.
  const mapped = text.includes(':') && most === 32 ? 96 : 0;
  const prefix = bits === undefined ? most : /^(?:0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) - mapped : -1;
  if (address !== undefined && prefix >= 0 && prefix <= most && others.length === 0) return { address, prefix };
  return { refused: `bad network ${quote(given)}: an address and the bits of its prefix, as 10.0.0.0/8` };
};

/** A port, or a range of them. */
export const portRange: Reader<PortRange> = (given) => {
  const [first = '', last = first, ...others] = given.split('-');
  const isRange = others.length === 0 && refusePort(first) === undefined && refusePort(last) === undefined && Number(first) <= Number(last);
  return isRange ? { first: Number(first), last: Number(last) } : { refused: `bad range ${quote(given)}: a port or two, as 8000-8999` };
};

/** The name of a header that may go from one request into another. */
export const headerName: Reader<string> = (given) => {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(given)) return { refused: `bad header ${quote(given)}: a name such as Host` };
  return CONNECTION_HEADERS.includes(given.toLowerCase()) ? { refused: `bad header ${given}: it is about the connection or the body, and stays where it is` } : given;
};

/** Headers of one connection, or of the body that follows (RFC 9110 sections 7.6.1 and 8.6; RFC 9112 section 6). */
const CONNECTION_HEADERS = ['connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** A number between two others, both included. */
export function number(least: number, most: number, unit: string): Reader<number> {
  return (given) => {
    const value = Number(given);
    if (/^\d+(?:\.\d+)?$/.test(given) && value >= least && value <= most) return value;
    return { refused: `bad number ${quote(given)}: ${least} to ${most} ${unit}` };
  };
}

/** One of some words. */
export function word<W extends string>(...words: readonly W[]): Reader<W> {
  return (given) => words.find((candidate) => candidate === given) ?? { refused: `bad word ${quote(given)}: ${words.join(' or ')}` };
}

/** A whole number from 1 on. */
export function count(most: number): Reader<number> {
  return (given) => (/^[1-9]\d{0,9}$/.test(given) && Number(given) <= most ? Number(given) : { refused: `bad number ${quote(given)}: a whole one, 1 to ${most}` });
}

function readSwitch(given: string): boolean | Refusal {
  const word = given.toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(word)) return true;
  if (['0', 'false', 'no', 'off'].includes(word)) return false;
  return { refused: `bad switch ${quote(given)}: 1, true, yes or on; 0, false, no or off` };
}

/** The spool, for every command that knows one. */
export const SPOOL_ROOT = single({ name: 'spool-root', value: 'DIR', help: 'the folder of the marks', variable: true }, path, '/var/spool/hacheck');
