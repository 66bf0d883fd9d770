import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments, variableOf, type Environment } from '../../cli/arguments.ts';
import { UsageError } from '../../cli/errors.ts';
import { list, number, optional, single, text, toggle, word } from '../../cli/option.ts';

const TABLE = {
  reason: single({ name: 'reason', short: 'r', value: 'TEXT', help: '' }, text, undefined),
  cacheTime: single({ name: 'cache-time', short: 't', value: 'SECONDS', help: '', variable: true }, number(0, 15, 'seconds'), 10),
  ports: list({ name: 'port', short: 'p', value: 'PORT', help: '', variable: true }, number(0, 9, 'ports'), [3]),
  verbose: toggle({ name: 'verbose', short: 'v', help: '', variable: true }),
} as const;

function read(words: readonly string[], env: Environment = {}): Record<string, unknown> {
  const { values, operands } = parseArguments(TABLE, words, env);
  return { ...values, operands };
}

const NOTHING = { reason: undefined, cacheTime: 10, ports: [3], verbose: false, operands: [] };

describe('parseArguments', () => {
  it('gives the defaults where nothing is said', () => assert.deepEqual(read([]), NOTHING));

  const ROWS: readonly (readonly [string, readonly string[], object])[] = [
    ['a value in the next word', ['--reason', 'x y'], { reason: 'x y' }],
    ['a value behind =', ['--reason=x=y'], { reason: 'x=y' }],
    ['an empty value behind =', ['--reason='], { reason: '' }],
    ['an empty value in the next word', ['--reason', ''], { reason: '' }],
    ['a value that begins with - behind =', ['--reason=--for'], { reason: '--for' }],
    ['a hyphen alone as a value', ['-r', '-'], { reason: '-' }],
    ['the letter and the next word', ['-r', 'x'], { reason: 'x' }],
    ['the letter and its value in one word', ['-rx y'], { reason: 'x y' }],
    ['a switch', ['--verbose'], { verbose: true }],
    ['a switch by its letter', ['-v'], { verbose: true }],
    ['a switch and an option in one word', ['-vt', '5'], { verbose: true, cacheTime: 5 }],
    ['a switch, an option and its value in one word', ['-vt5'], { verbose: true, cacheTime: 5 }],
    ['the last of two values', ['-t', '1', '--cache-time=2'], { cacheTime: 2 }],
    ['every value of a list', ['-p', '1', '--port=2', '-p3'], { ports: [1, 2, 3] }],
    ['words that are no options, in order, wherever they stand', ['web', '-v', 'api', '-t', '1', 'all'], { verbose: true, cacheTime: 1, operands: ['web', 'api', 'all'] }],
    ['a hyphen alone as a word', ['-'], { operands: ['-'] }],
    ['no options behind --', ['-v', '--', '-r', '--nothing', '--'], { verbose: true, operands: ['-r', '--nothing', '--'] }],
    ['the name of a property that every object has as no option', ['constructor'], { operands: ['constructor'] }],
  ];
  for (const [what, words, expected] of ROWS) it(`reads ${what}`, () => assert.deepEqual(read(words), { ...NOTHING, ...expected }));

  const WRONG: readonly (readonly [readonly string[], string])[] = [
    [['--resaon', 'x'], "unknown option --resaon: did you mean '--reason'?"],
    [['--resaon=x'], "unknown option --resaon: did you mean '--reason'?"],
    [['--cache'], "unknown option --cache: did you mean '--cache-time'?"],
    [['--xyzzy'], 'unknown option --xyzzy'],
    [['--constructor'], 'unknown option --constructor'],
    [['-x'], 'unknown option -x'],
    [['-vx'], 'unknown option -vx'],
    [['-reason', 'x', '-x'], "unknown option -reason: did you mean '--reason'?"],
    [['-verbose'], "unknown option -verbose: did you mean '--verbose'?"],
    [['--reason'], '--reason needs a value'],
    [['-r'], '-r needs a value'],
    [['--reason', '--port'], '--reason needs a value, and --port looks like an option (a value like that is written --reason=--port)'],
    [['-r', '-1h'], '-r needs a value, and -1h looks like an option (a value like that is written -r-1h)'],
    [['--verbose=on'], '--verbose is a switch and takes no value'],
    [['-t', 'x'], '--cache-time: bad number "x": 0 to 15 seconds'],
    [['--cache-time='], '--cache-time: bad number "": 0 to 15 seconds'],
    [['-p', '1', '-p', '10'], '--port: bad number "10": 0 to 9 ports'],
  ];
  for (const [words, message] of WRONG) {
    it(`refuses ${words.join(' ')}`, () => assert.throws(() => read(words), (error) => error instanceof UsageError && error.message === message));
  }
});

describe('variables', () => {
  it('are called HACHECK_ and the option\'s name in capitals', () => assert.equal(variableOf(TABLE.cacheTime), 'HACHECK_CACHE_TIME'));

  const ROWS: readonly (readonly [string, Environment, readonly string[], object])[] = [
    ['count where no flag is given', { HACHECK_CACHE_TIME: '5' }, [], { cacheTime: 5 }],
    ['are as if unset when they are empty', { HACHECK_CACHE_TIME: '', HACHECK_PORT: '', HACHECK_VERBOSE: '' }, [], {}],
    ['lose against a flag', { HACHECK_CACHE_TIME: '5' }, ['-t', '6'], { cacheTime: 6 }],
    ['are not even read where a flag is given', { HACHECK_CACHE_TIME: 'x' }, ['-t', '6'], { cacheTime: 6 }],
    ['hold lists with commas', { HACHECK_PORT: '1,2' }, [], { ports: [1, 2] }],
    ['may have spaces in their lists', { HACHECK_PORT: ' 1, 2 ' }, [], { ports: [1, 2] }],
    ['give way to the whole list of flags', { HACHECK_PORT: '1,2' }, ['-p', '4'], { ports: [4] }],
    ['switch on', { HACHECK_VERBOSE: 'yes' }, [], { verbose: true }],
    ['switch off', { HACHECK_VERBOSE: 'off' }, [], { verbose: false }],
    ['lose against a switch', { HACHECK_VERBOSE: 'off' }, ['-v'], { verbose: true }],
    ['are none where the option has none', { HACHECK_REASON: 'x' }, [], {}],
  ];
  for (const [what, env, words, expected] of ROWS) it(what, () => assert.deepEqual(read(words, env), { ...NOTHING, ...expected }));

  const WRONG: readonly (readonly [Environment, string])[] = [
    [{ HACHECK_CACHE_TIME: '16' }, 'HACHECK_CACHE_TIME: bad number "16": 0 to 15 seconds'],
    [{ HACHECK_PORT: '1,x' }, 'HACHECK_PORT: bad number "x": 0 to 9 ports'],
    [{ HACHECK_PORT: '1,' }, 'HACHECK_PORT: bad number "": 0 to 9 ports'],
    [{ HACHECK_VERBOSE: 'maybe' }, 'HACHECK_VERBOSE: bad switch "maybe": 1, true, yes or on; 0, false, no or off'],
  ];
  for (const [env, message] of WRONG) {
    it(`are named when they are wrong: ${Object.entries(env).join()}`, () => assert.throws(() => read([], env), (error) => error instanceof UsageError && error.message === message));
  }
});

describe('an option whose value may be left out', () => {
  const OPTIONS = {
    wait: optional({ name: 'wait', value: 'SECONDS', bare: '60', help: '' }, number(1, 99, 'seconds'), undefined),
    mode: optional({ name: 'mode', short: 'm', value: 'red|blue', bare: 'blue', help: '', variable: true }, word('red', 'blue'), 'none'),
    verbose: TABLE.verbose,
  } as const;
  const take = (words: readonly string[], env: Environment = {}): object => {
    const { values, sources, operands } = parseArguments(OPTIONS, words, env);
    return { ...values, from: sources.wait, operands };
  };
  const BARE = { wait: undefined, mode: 'none', verbose: false, from: 'default', operands: [] };

  const ROWS: readonly (readonly [string, readonly string[], object])[] = [
    ['is what it falls back on where it is not given', [], {}],
    ['stands for its bare value', ['--wait'], { wait: 60, from: '--wait' }],
    ['takes the value behind =', ['--wait=5'], { wait: 5, from: '--wait' }],
    ['leaves the next word alone', ['--wait', 'web', '-v'], { wait: 60, from: '--wait', verbose: true, operands: ['web'] }],
    ['leaves the next option alone', ['--wait', '--verbose'], { wait: 60, from: '--wait', verbose: true }],
    ['leaves alone what would be a bad value', ['--wait', '100'], { wait: 60, from: '--wait', operands: ['100'] }],
    ['may be the last word, and the word before --', ['--wait', '--', '5'], { wait: 60, from: '--wait', operands: ['5'] }],
    ['is overruled by a later one', ['--wait=5', '--wait'], { wait: 60, from: '--wait' }],
    ['overrules an earlier one', ['--wait', '--wait=5'], { wait: 5, from: '--wait' }],
  ];
  for (const [what, words, expected] of ROWS) it(what, () => assert.deepEqual(take(words), { ...BARE, ...expected }));

  it('is read from its variable', () => assert.deepEqual(take([], { HACHECK_MODE: 'red' }), { ...BARE, mode: 'red' }));

  const WRONG: readonly (readonly [readonly string[], string])[] = [
    [['--wait', '60'], '--wait takes its value behind an equals sign: --wait=60'],
    [['web', '--wait', '5', 'api'], '--wait takes its value behind an equals sign: --wait=5'],
    [['--mode', 'red'], '--mode takes its value behind an equals sign: --mode=red'],
    [['--wait='], '--wait: bad number "": 1 to 99 seconds'],
    [['--wait=0'], '--wait: bad number "0": 1 to 99 seconds'],
    [['--mode=green'], '--mode: bad word "green": red or blue'],
  ];
  for (const [words, message] of WRONG) {
    it(`refuses ${words.join(' ')}`, () => assert.throws(() => take(words), (error) => error instanceof UsageError && error.message === message));
  }
});
