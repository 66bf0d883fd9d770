import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseArguments, variableOf, type Environment } from '../../cli/arguments.ts';
import { UsageError } from '../../cli/errors.ts';
import { daemonOptions, idleOptions, SERVE_OPTIONS } from '../../cli/serving.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl } from '../support/hactl.ts';

function read(words: readonly string[], env: Environment = {}): DaemonOptions {
  return daemonOptions(parseArguments(SERVE_OPTIONS, words, env));
}

function idle(words: readonly string[], env: Environment = {}): string[] {
  return idleOptions(parseArguments(SERVE_OPTIONS, words, env));
}

const DEFAULTS: DaemonOptions = {
  sockets: undefined,
  ports: [3333],
  bindAddress: undefined,
  spoolRoot: '/var/spool/hacheck',
  cacheTime: 10,
  failureCacheTime: 1,
  refreshAhead: true,
  cacheEntries: 10_000,
  timeout: 10,
  maxProbes: 256,
  agentPort: undefined,
  agentAdmin: false,
  marksOn: 'all',
  logins: {
    mysql: { user: undefined, passwordFile: undefined, ports: [{ first: 3306, last: 3306 }] },
    redis: { user: undefined, passwordFile: undefined, ports: [{ first: 6379, last: 6379 }] },
  },
  targets: { forwardHeaders: [], serviceNameHeader: undefined, targetFromHeader: false, targetNetworks: [], probePorts: [] },
  tokenFile: undefined,
  allowClients: [],
  verbose: false,
};

interface Row {
  readonly name: string;
  readonly short?: string;
  readonly value: (options: DaemonOptions) => unknown;
  /** Other options that it does not stand without. */
  readonly beside?: readonly string[];
  readonly good: readonly (readonly [string, unknown])[];
  readonly bad: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: 'port', short: '-p', value: (it) => it.ports, good: [['0', [0]], ['1', [1]], ['65535', [65535]]], bad: ['x', '-1', '65536', '08', '1.5', '1e3'] },
  { name: 'bind-address', short: '-B', value: (it) => it.bindAddress, good: [['127.0.0.1', '127.0.0.1'], ['::', '::'], ['[0::1]', '::1']], bad: ['localhost', '127.1', '10.0.0.0/8', 'fe80::1%lo'] },
  { name: 'spool-root', value: (it) => it.spoolRoot, good: [['/a b', '/a b'], ['spool', 'spool']], bad: [] },
  { name: 'cache-time', value: (it) => it.cacheTime, good: [['0', 0], ['1', 1], ['0.5', 0.5], ['15', 15]], bad: ['x', '-1', '15.1', '16', '1e1', 'NaN', 'Infinity'] },
  { name: 'failure-cache-time', value: (it) => it.failureCacheTime, good: [['0', 0], ['0.5', 0.5], ['10', 10]], bad: ['x', '-1', '10.1', '11', '16', 'NaN'] },
  { name: 'refresh-ahead', value: (it) => it.refreshAhead, good: [['on', true], ['off', false], ['1', true], ['yes', true], ['TRUE', true], ['0', false], ['no', false], ['false', false]], bad: ['x', '2', 'onoff'] },
  { name: 'cache-entries', value: (it) => it.cacheEntries, good: [['1', 1], ['1000000', 1_000_000]], bad: ['0', 'x', '-1', '1.5', '1000001', 'NaN'] },
  { name: 'timeout', value: (it) => it.timeout, good: [['0.5', 0.5], ['10', 10]], bad: ['0', '0.0', 'x', '-1', 'Infinity', '1e9'] },
  { name: 'max-probes', value: (it) => it.maxProbes, good: [['1', 1], ['10000', 10_000]], bad: ['0', 'x', '-1', '1.5', '10001'] },
  { name: 'agent-port', value: (it) => it.agentPort, good: [['1', 1], ['3334', 3334]], bad: ['0', 'x', '-1', '65536'] },
  { name: 'mysql-user', value: (it) => it.logins.mysql.user, good: [['hacheck', 'hacheck'], ['o b', 'o b']], bad: ['a\nb', 'a\x7fb'] },
  { name: 'mysql-password-file', value: (it) => it.logins.mysql.passwordFile, beside: ['--mysql-user=a'], good: [['/a b', '/a b']], bad: [] },
  { name: 'mysql-login-port', value: (it) => it.logins.mysql.ports, good: [['3307', [{ first: 3307, last: 3307 }]], ['3306-3309', [{ first: 3306, last: 3309 }]]], bad: ['0', 'x', '3309-3306', '1-2-3', '-1', '1-', '65536', '1-65536', '08', '*'] },
  { name: 'redis-user', value: (it) => it.logins.redis.user, beside: ['--redis-password-file=/f'], good: [['hacheck', 'hacheck']], bad: ['a\rb'] },
  { name: 'redis-password-file', value: (it) => it.logins.redis.passwordFile, good: [['/a b', '/a b']], bad: [] },
  { name: 'redis-login-port', value: (it) => it.logins.redis.ports, good: [['6380', [{ first: 6380, last: 6380 }]]], bad: ['0', 'x', '2-1'] },
  { name: 'forward-header', value: (it) => it.targets.forwardHeaders, good: [['Host', ['Host']], ['x-a_b.c', ['x-a_b.c']]], bad: ['a b', 'a:', 'Connection', 'content-length', 'Transfer-Encoding', 'TE', 'Upgrade', 'Expect', 'Keep-Alive', 'Trailer', 'Proxy-Connection', '\u00e4'] },
  { name: 'service-name-header', value: (it) => it.targets.serviceNameHeader, good: [['SERVICE_NAME', 'SERVICE_NAME']], bad: ['a b', 'Content-Length'] },
  { name: 'target-network', value: (it) => it.targets.targetNetworks, good: [['10.0.0.0/8', [{ address: '10.0.0.0', prefix: 8 }]], ['2001:DB8::/32', [{ address: '2001:db8::', prefix: 32 }]], ['10.0.0.7', [{ address: '10.0.0.7', prefix: 32 }]], ['::1', [{ address: '::1', prefix: 128 }]], ['0.0.0.0/0', [{ address: '0.0.0.0', prefix: 0 }]]], bad: ['x', '10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/255.0.0.0', 'localhost/8', 'fe80::1%lo/64'] },
  { name: 'probe-port', value: (it) => it.targets.probePorts, good: [['8080', [{ first: 8080, last: 8080 }]], ['8000-8999', [{ first: 8000, last: 8999 }]]], bad: ['0', '8999-8000', 'http'] },
  { name: 'token-file', value: (it) => it.tokenFile, beside: ['--remote-spool'], good: [['/a b', '/a b']], bad: [] },
  { name: 'allow-client', value: (it) => it.allowClients, good: [['192.168.0.0/16', [{ address: '192.168.0.0', prefix: 16 }]], ['::ffff:10.0.0.2', [{ address: '10.0.0.2', prefix: 32 }]]], bad: ['x', '192.168.0.0/40'] },
  { name: 'marks-on', value: (it) => it.marksOn, good: [['all', 'all'], ['agent', 'agent']], bad: ['x', 'Agent', 'http', 'all,agent'] },
];
const SWITCHES = ['agent-admin', 'verbose', 'target-from-header', 'remote-spool'];

describe('the options of serve', () => {
  it('have the defaults of the contract', () => assert.deepEqual(read([]), DEFAULTS));

  it('are those of the table, each with its variable', () => {
    assert.deepEqual(Object.values(SERVE_OPTIONS).map(({ name }) => name).sort(), [...ROWS.map(({ name }) => name), ...SWITCHES, 'log'].sort());
    for (const option of Object.values(SERVE_OPTIONS)) assert.equal(option.variable, true, option.name);
  });

  for (const { name, short, value: valueOf, beside = [], good, bad } of ROWS) {
    const variable = `HACHECK_${name.toUpperCase().replaceAll('-', '_')}`;
    for (const [text, value] of good) {
      it(`--${name} takes ${text}, and so does ${variable}`, () => {
        // A short cache time makes the default for failures shorter, too.
        const found = [read([...beside, `--${name}=${text}`]), read(beside, { [variable]: text }), ...(short === undefined ? [] : [read([short, text])])];
        for (const each of found) assert.deepEqual(valueOf(each), value);
      });
    }
    for (const text of bad) {
      it(`--${name} refuses ${text}, and so does ${variable}`, () => {
        assert.throws(() => read([`--${name}=${text}`]), (error) => error instanceof UsageError && error.message.startsWith(`--${name}: `));
        assert.throws(() => read([], { [variable]: text }), (error) => error instanceof UsageError && error.message.startsWith(`${variable}: `));
      });
    }
    it(`--${name} refuses an empty value; an empty ${variable} is unset`, () => {
      assert.throws(() => read([`--${name}=`]), (error) => error instanceof UsageError && error.message.startsWith(`--${name}: `));
      assert.deepEqual(read([], { [variable]: '' }), DEFAULTS);
    });
  }

  it('name every header, network and range that they are given', () => {
    assert.deepEqual(read(['--forward-header', 'Host', '--forward-header', 'X-A']).targets.forwardHeaders, ['Host', 'X-A']);
    assert.deepEqual(read([], { HACHECK_ALLOW_CLIENT: '10.0.0.0/8, ::1' }).allowClients, [{ address: '10.0.0.0', prefix: 8 }, { address: '::1', prefix: 128 }]);
    assert.deepEqual(read([], { HACHECK_PROBE_PORT: '80,8000-8999' }).targets.probePorts, [{ first: 80, last: 80 }, { first: 8000, last: 8999 }]);
  });

  const ALONE: readonly (readonly [readonly string[], RegExp])[] = [
    [['--mysql-password-file=/f'], /^--mysql-password-file: it is the password of --mysql-user; name one$/],
    [['--redis-user=a'], /^--redis-user: a user needs --redis-password-file$/],
    [['--remote-spool'], /^--remote-spool: name the file with the token for it: --token-file$/],
  ];
  for (const [words, message] of ALONE) {
    it(`refuse ${words.join(' ')} alone`, () => assert.throws(() => read(words), (error) => error instanceof UsageError && message.test(error.message)));
  }

  it('let headers choose the target, and tokens change the spool, when they are switched on', () => {
    assert.equal(read(['--target-from-header']).targets.targetFromHeader, true);
    assert.equal(read([], { HACHECK_REMOTE_SPOOL: 'on', HACHECK_TOKEN_FILE: '/f' }).tokenFile, '/f');
    assert.equal(read(['--token-file=/f']).tokenFile, undefined);
  });

  it('-v and HACHECK_VERBOSE switch on', () => {
    for (const found of [read(['-v']), read(['--verbose']), read([], { HACHECK_VERBOSE: '1' })]) assert.equal(found.verbose, true);
    assert.throws(() => read([], { HACHECK_VERBOSE: 'maybe' }), (error) => error instanceof UsageError && error.message.startsWith('HACHECK_VERBOSE: '));
  });

  it('--log and HACHECK_LOG say how the log is written', () => {
    const logOf = (words: readonly string[], env: Environment = {}): string => parseArguments(SERVE_OPTIONS, words, env).values.log;
    assert.deepEqual([logOf([]), logOf(['--log', 'json']), logOf([], { HACHECK_LOG: 'json' }), logOf(['--log=text'], { HACHECK_LOG: 'json' })], ['text', 'json', 'json', 'text']);
    assert.throws(() => logOf(['--log', 'xml']), (error) => error instanceof UsageError && error.message.startsWith('--log: '));
  });

  it('take a list of ports', () => {
    assert.deepEqual(read(['-p', '1', '-p', '2']).ports, [1, 2]);
    assert.deepEqual(read([], { HACHECK_PORT: '1,2' }).ports, [1, 2]);
    assert.deepEqual(read(['-p', '3'], { HACHECK_PORT: '1,2' }).ports, [3]);
  });

  for (const [cacheTime, expected] of [['0', 0], ['0.5', 0.5], ['1', 1], ['15', 1]] as const) {
    it(`keep failures for ${expected} s with a cache time of ${cacheTime} s`, () => assert.equal(read(['--cache-time', cacheTime]).failureCacheTime, expected));
  }

  it('refuse to keep failures for longer than anything else', () => {
    const more = (error: unknown): boolean => error instanceof UsageError && /FAILURE.CACHE.TIME.*3.*2/i.test(error.message);
    assert.throws(() => read(['--cache-time', '2', '--failure-cache-time', '3']), more);
    assert.throws(() => read(['--cache-time', '2'], { HACHECK_FAILURE_CACHE_TIME: '3' }), more);
  });
});

describe('the port of the agent', () => {
  it('is refused where it is one of those of HTTP, too', () => {
    const same = (error: unknown): boolean => error instanceof UsageError && /AGENT.PORT: 3334 is the port of the checks over HTTP, too$/i.test(error.message);
    assert.throws(() => read(['--agent-port', '3334', '-p', '3333', '-p', '3334']), same);
    assert.throws(() => read(['-p', '3334'], { HACHECK_AGENT_PORT: '3334' }), same);
    assert.throws(() => read(['--agent-port', '3333']), (error) => error instanceof UsageError && error.message.startsWith('--agent-port: 3333 '));
    assert.deepEqual([read(['--agent-port', '3334']).agentPort, read(['--agent-port', '1', '-p', '0']).ports], [3334, [0]]);
  });

  const ADMIN = '--agent-admin does nothing without --agent-port';
  const MARKS = '--marks-on agent without --agent-port: only spool checks are told of a mark';
  const IDLE = [[[], []], [['--agent-admin'], [ADMIN]], [['--marks-on', 'agent'], [MARKS]], [['--marks-on', 'all'], []], [['--agent-admin', '--marks-on', 'agent'], [ADMIN, MARKS]]] as const;
  for (const [words, warnings] of IDLE) {
    it(`is missed ${warnings.length} times by ${words.join(' ') || 'nothing'}`, () => {
      assert.deepEqual(idle(words), warnings);
      assert.deepEqual(idle([...words, '--agent-port', '3334']), []);
    });
  }

  it('is what switches wait for, which their variables say, too', () => {
    assert.deepEqual(idle([], { HACHECK_AGENT_ADMIN: 'yes', HACHECK_MARKS_ON: 'agent' }), [ADMIN, MARKS]);
    assert.deepEqual(idle([], { HACHECK_AGENT_ADMIN: 'yes', HACHECK_MARKS_ON: 'agent', HACHECK_AGENT_PORT: '3334' }), []);
  });
});

describe('the options that say where to listen', () => {
  const given = (words: readonly string[], env: Environment = {}, agent: readonly number[] = []): string[] => idleOptions(parseArguments(SERVE_OPTIONS, words, env), { http: [3], agent });

  it('do nothing where sockets were given, which is said in one line where they stand somewhere', () => {
    const opens = 'opens nothing, for the sockets were given; with systemd, ListenStream= of their units says where';
    assert.deepEqual(given([]), []);
    assert.deepEqual(given(['-p', '1', '-B', '::1'], { HACHECK_AGENT_PORT: '2' }), [`--port, --bind-address, HACHECK_AGENT_PORT: ${opens}`]);
    assert.deepEqual(idle(['-p', '1']), []);
  });

  it("are not what the agent's options wait for then: that is a socket of its own", () => {
    assert.equal(given(['--agent-admin']).length, 1);
    assert.equal(given(['--marks-on', 'agent']).length, 1);
    assert.deepEqual(given(['--agent-admin', '--marks-on', 'agent'], {}, [4]), []);
  });
});

describe('an option that does nothing without another', () => {
  const PAIRS: readonly (readonly [readonly string[], string, readonly string[]])[] = [
    [['--target-network=10.0.0.0/8'], '--target-network does nothing without --target-from-header', ['--target-from-header']],
    [['--token-file=/f'], '--token-file does nothing without --remote-spool', ['--remote-spool']],
    [['--mysql-login-port=3307'], '--mysql-login-port does nothing without --mysql-user', ['--mysql-user=a']],
    [['--redis-login-port=6380'], '--redis-login-port does nothing without --redis-password-file', ['--redis-password-file=/f']],
  ];
  for (const [words, warning, other] of PAIRS) {
    it(`is said: ${words.join(' ')}`, () => {
      assert.deepEqual(idle(words), [warning]);
      assert.deepEqual(idle([...words, ...other]), []);
    });
  }
});

describe('hactl serve with a bad value opens nothing and exits 2', { concurrency: 2 }, () => {
  const root = join(temporaryFolder(), 'spool');
  const runs: readonly (readonly [readonly string[], Readonly<Record<string, string>>, string])[] = [
    ...ROWS.filter(({ bad }) => bad.length > 0).flatMap(({ name, bad: [first = ''] }) => [
      [[`--${name}=${first}`], {}, `--${name}`] as const,
      [[], { [`HACHECK_${name.toUpperCase().replaceAll('-', '_')}`]: first }, `HACHECK_${name.toUpperCase().replaceAll('-', '_')}`] as const,
    ]),
    [['--failure-cache-time', '3', '--cache-time', '2'], {}, '--failure-cache-time'],
    [['-p', '0', '-p', 'x'], {}, '--port'],
    [['-p', '3334', '--agent-port', '3334'], {}, '--agent-port'],
    [['-p', '3334'], { HACHECK_AGENT_PORT: '3334' }, 'HACHECK_AGENT_PORT'],
    [[], { HACHECK_AGENT_ADMIN: 'maybe' }, 'HACHECK_AGENT_ADMIN'],
    [[], { HACHECK_VERBOSE: 'maybe' }, 'HACHECK_VERBOSE'],
    [['--prot', '0'], {}, 'unknown option --prot'],
  ];
  for (const [words, env, named] of runs) {
    it(`and names ${named}: ${[...words, ...Object.entries(env).map((pair) => pair.join('='))].join(' ')}`, async () => {
      const { code, stdout, stderr } = await hactl(['serve', ...words], { env: { HACHECK_SPOOL_ROOT: root, ...env } });
      assert.deepEqual([code, stdout], [2, '']);
      assert.ok(stderr.startsWith(`hactl: ${named}:`) && stderr.split('\n').length === 2, stderr);
      assert.ok(!existsSync(root));
    });
  }

  it('knows its variables by the names in the messages', () => assert.equal(variableOf(SERVE_OPTIONS.failureCacheTime), 'HACHECK_FAILURE_CACHE_TIME'));
});
