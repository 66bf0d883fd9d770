// From the words of a command line, and the environment, to the values of a table of options.
import { isRefusal } from '../lib/route.ts';
import { UsageError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { Option, OptionTable, Values } from './option.ts';

/** What a command line says. */
export interface Arguments<O extends OptionTable> {
  readonly values: Values<O>;
  /** What says each value: `--cache-time`, `HACHECK_CACHE_TIME`, or `default`. */
  readonly sources: Readonly<Record<keyof O, string>>;
  /** The words that are no options. */
  readonly operands: readonly string[];
}

/** The environment, `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a command line. A flag wins over its variable; an empty variable, and one that is Kubernetes', is as if it were not set.
 *
 * @throws UsageError naming the flag or the variable that is wrong
 */
export function parseArguments<O extends OptionTable>(table: O, words: readonly string[], env: Environment): Arguments<O> {
  const options = Object.values(table);
  const { given, operands } = sortWords(options, words);
  const found = Object.entries(table).map(([key, option]) => ({ key, ...valueOf(option, given.get(option) ?? [], env) }));
  return {
    values: Object.fromEntries(found.map(({ key, value }) => [key, value])) as Values<O>,
    sources: Object.fromEntries(found.map(({ key, source }) => [key, source])) as Record<keyof O, string>,
    operands,
  };
}

/** The environment variable of an option: `HACHECK_CACHE_TIME`. */
export function variableOf(option: Option<unknown>): string {
  return `HACHECK_${option.name.toUpperCase().replaceAll('-', '_')}`;
}

/** Whether a variable's value is what Kubernetes sets for a service called hacheck, `HACHECK_PORT=tcp://10.0.0.1:3333`, in every container beside it. */
export function isServiceLink(value: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//.test(value);
}

interface SortedWords {
  readonly given: Map<Option<unknown>, string[]>;
  readonly operands: string[];
}

function sortWords(options: readonly Option<unknown>[], words: readonly string[]): SortedWords {
  const sorted: SortedWords = { given: new Map(), operands: [] };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') sorted.operands.push(...rest.splice(0));
    else if (word.startsWith('--')) takeLong(options, word, rest, sorted);
    else if (word.startsWith('-') && word !== '-') takeShort(options, word, rest, sorted);
    else sorted.operands.push(word);
  }
  return sorted;
}

function takeLong(options: readonly Option<unknown>[], word: string, rest: string[], sorted: SortedWords): void {
  const equals = word.indexOf('=');
  const flag = equals < 0 ? word : word.slice(0, equals);
  const option = options.find(({ name }) => `--${name}` === flag);
  if (option === undefined) throw new UsageError(`unknown option ${flag}${didYouMean(flag, options.map(({ name }) => `--${name}`))}`);
  if (equals < 0 && option.bare !== undefined) refuseSpacedValue(flag, option, rest[0]);
  if (equals < 0) return give(sorted, option, option.value === undefined ? 'on' : (option.bare ?? nextWord(flag, rest)));
  if (option.value === undefined) throw new UsageError(`${flag} is a switch and takes no value`);
  give(sorted, option, word.slice(equals + 1));
}

/** `--wait 60s` would wait for as long as `--wait` does, and take 60s for the name of a service. */
function refuseSpacedValue(flag: string, option: Option<unknown>, next: string | undefined): void {
  if (next === undefined || isRefusal(option.read([next]))) return;
  throw new UsageError(`${flag} takes its value behind an equals sign: ${flag}=${next}`);
}

/** `-r TEXT`, `-rTEXT`, and switches in one word with what follows them: `-vp 3333`. */
function takeShort(options: readonly Option<unknown>[], word: string, rest: string[], sorted: SortedWords): void {
  const [letters = ''] = word.slice(1).split('=');
  if (options.some(({ name }) => name === letters)) throw new UsageError(`unknown option ${word}: did you mean '-${word}'?`);
  for (let at = 1; at < word.length; at += 1) {
    const flag = `-${word[at]}`;
    const option = options.find(({ short }) => short === word[at]);
    if (option === undefined) {
      const whole = word.length > 2 ? didYouMean(word, options.map(({ name }) => `--${name}`)) : '';
      throw new UsageError(`unknown option ${word.length > 2 ? word : flag}${whole}`);
    }
    if (option.value !== undefined) return give(sorted, option, at + 1 < word.length ? word.slice(at + 1) : nextWord(flag, rest));
    give(sorted, option, 'on');
  }
}

/** The value that stands in the next word. One that looks like an option is taken for a forgotten value: `--reason --for 30m`. */
function nextWord(flag: string, rest: string[]): string {
  const next = rest.shift();
  if (next === undefined) throw new UsageError(`${flag} needs a value`);
  if (next.length > 1 && next.startsWith('-')) {
    throw new UsageError(`${flag} needs a value, and ${next} looks like an option (a value like that is written ${flag}${flag.startsWith('--') ? '=' : ''}${next})`);
  }
  return next;
}

function give({ given }: SortedWords, option: Option<unknown>, value: string): void {
  given.set(option, [...(given.get(option) ?? []), value]);
}

function valueOf(option: Option<unknown>, given: readonly string[], env: Environment): { value: unknown; source: string } {
  if (given.length > 0) return accept(option, given, `--${option.name}`);
  const variable = variableOf(option);
  const said = option.variable === true ? (env[variable] ?? '') : '';
  if (said === '' || isServiceLink(said)) return { value: option.fallback, source: 'default' };
  return accept(option, option.many === true ? said.split(',').map((item) => item.trim()) : [said], variable);
}

function accept(option: Option<unknown>, given: readonly string[], source: string): { value: unknown; source: string } {
  const value = option.read(given);
  if (isRefusal(value)) throw new UsageError(`${source}: ${value.refused}`);
  return { value, source };
}
