import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { variableOf } from '../../cli/arguments.ts';
import { SERVE_OPTIONS } from '../../cli/serving.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl } from '../support/hactl.ts';

const NAMES = Object.values(SERVE_OPTIONS).map(({ name }) => name);

async function configOf(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await hactl(['serve', '--print-config', ...words], { env });
  assert.deepEqual([code, stderr], [0, '']);
  return new Map(stdout.trimEnd().split('\n').map((line) => [line.split('\t')[0] ?? '', line.split('\t').slice(1).join(' from ')]));
}

describe('hactl serve --print-config', () => {
  it('says every option, its default, and that it is one', async () => {
    const config = await configOf([]);
    assert.deepEqual([...config.keys()], NAMES.map((name) => `--${name}`));
    assert.ok([...config.values()].every((line) => line.endsWith(' from default')));
    const SOME = [['port', '3333'], ['bind-address', ''], ['cache-time', '10'], ['failure-cache-time', '1'], ['mysql-login-port', '3306'], ['verbose', 'off'], ['log', 'text'], ['spool-root', '/var/spool/hacheck']] as const;
    for (const [name, value] of SOME) assert.equal(config.get(`--${name}`), `${value} from default`);
  });

  it('says what a flag or a variable sets, and which; the flag wins', async () => {
    const env = { HACHECK_CACHE_TIME: '0.5', HACHECK_TIMEOUT: '3', HACHECK_PORT: '1,2', HACHECK_VERBOSE: 'yes', HACHECK_ALLOW_CLIENT: '10.0.0.0/8,::1', HACHECK_PROBE_PORT: '' };
    const config = await configOf(['--timeout', '4', '--probe-port=80', '--probe-port=8000-8999'], env);
    const SET = [
      ['cache-time', '0.5 from HACHECK_CACHE_TIME'], ['failure-cache-time', '0.5 from default'], ['timeout', '4 from --timeout'], ['port', '1,2 from HACHECK_PORT'],
      ['verbose', 'on from HACHECK_VERBOSE'], ['allow-client', '10.0.0.0/8,::1/128 from HACHECK_ALLOW_CLIENT'], ['probe-port', '80,8000-8999 from --probe-port'],
    ] as const;
    for (const [name, value] of SET) assert.equal(config.get(`--${name}`), value);
  });

  it('shows control characters of a value as spaces', async () => {
    const config = await configOf(['--spool-root', '/a\n--log\tb\x1b[31m']);
    assert.deepEqual([...config.keys()], NAMES.map((name) => `--${name}`));
    assert.equal(config.get('--spool-root'), '/a --log b [31m from --spool-root');
  });

  it('opens nothing and makes nothing', async () => {
    const spool = join(temporaryFolder(), 'spool');
    await configOf(['--spool-root', spool]);
    assert.equal(existsSync(spool), false);
  });

  it('says where passwords and tokens are, never what they are', async () => {
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, 'hunter2\n', { mode: 0o600 });
    const { code, stdout, stderr } = await hactl(['serve', '--print-config', '--remote-spool', '--token-file', file, '--redis-password-file', file]);
    assert.equal(code, 0);
    assert.ok(stdout.includes(`--token-file\t${file}\t--token-file\n`));
    assert.ok(!`${stdout}${stderr}`.includes('hunter2'));
  });

  it('takes no value from what Kubernetes sets for a service called hacheck, and says so', async () => {
    const env = { HACHECK_PORT: 'tcp://10.0.0.1:3333', HACHECK_CACHE_TIME: '3' };
    const { code, stdout, stderr } = await hactl(['serve', '--print-config'], { env });
    assert.deepEqual([code, stderr], [0, "hactl: HACHECK_PORT=tcp://10.0.0.1:3333 is Kubernetes' and says nothing here\n"]);
    assert.match(stdout, /^--port\t3333\tdefault$/m);
    assert.match(stdout, /^--cache-time\t3\tHACHECK_CACHE_TIME$/m);
    assert.deepEqual(await hactl(['down', 'web', '--spool-root', temporaryFolder()], { env }), { code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('warns of variables that are none, with the nearest right name', async () => {
    const { code, stdout, stderr } = await hactl(['serve', '--print-config'], { env: { HACHECK_CASH_TIME: '3', HACHECK_AGENT_ADMIN: 'on' } });
    assert.deepEqual([code, stdout.split('\n').length - 1], [0, NAMES.length]);
    assert.deepEqual(stderr.trimEnd().split('\n'), [
      "hactl: HACHECK_CASH_TIME is no variable of hacheck's: did you mean 'HACHECK_CACHE_TIME'?",
      'hactl: --agent-admin does nothing without --agent-port',
    ]);
  });

  it('refuses what serve refuses, and names the variable', async () => {
    const { code, stdout, stderr } = await hactl(['serve', '--print-config'], { env: { HACHECK_CACHE_TIME: '16' } });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^hactl: HACHECK_CACHE_TIME: bad number '?"?16/);
  });

  it('can be read back: each value, given to its variable, is in force again', async () => {
    const first = await configOf(['--port=1', '--probe-port=80', '--target-from-header', '--target-network=10.0.0.0/8', '--log=json', '--agent-port=2', '--agent-admin']);
    const values = [...first].map(([flag, line]) => [flag, line.replace(/ from .*/, '')] as const);
    const env = Object.fromEntries(values.map(([flag, value]) => [variableOf(Object.values(SERVE_OPTIONS).find(({ name }) => `--${name}` === flag) ?? assert.fail(flag)), value]));
    const { stdout } = await hactl(['serve', '--print-config'], { env });
    assert.deepEqual(stdout.trimEnd().split('\n').map((line) => line.split('\t').slice(0, 2)), values.map(([flag, value]) => [flag, value]));
  });
});
