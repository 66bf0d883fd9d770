import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments, variableOf } from '../../../cli/arguments.ts';
import { defaultOf } from '../../../cli/option.ts';
import { daemonOptions, idleOptions, SERVE_OPTIONS } from '../../../cli/serving.ts';
import { defaultFile } from '../../../cli/unit/default.ts';

/** The settings in its comments, as EnvironmentFile= would read them. */
const settings = [...defaultFile().matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const);
const inForce = (names: readonly string[]): Record<string, string> => Object.fromEntries(settings.filter(([name]) => names.includes(name)));

describe('/etc/default/hacheck', () => {
  it('says nothing but in comments', () => {
    for (const line of defaultFile().trimEnd().split('\n')) assert.ok(line === '' || line.startsWith('#'), line);
    assert.ok(defaultFile().endsWith('\n') && !defaultFile().includes('\n\n\n'));
  });

  it('has every option once, behind its help', () => {
    assert.deepEqual(settings.map(([name]) => name).sort(), Object.values(SERVE_OPTIONS).map(variableOf).sort());
    for (const option of Object.values(SERVE_OPTIONS)) {
      const lines = defaultFile().split('\n');
      const at = lines.findIndex((line) => line.startsWith(`#${variableOf(option)}=`));
      const above = lines.slice(0, at).findLast((line) => line.startsWith('# --'));
      assert.ok(above?.startsWith(`# --${option.name}: ${option.help}`), option.name);
    }
  });

  it('has values that the daemon takes, alone where they can be, and all together', () => {
    const beside: Readonly<Record<string, readonly string[]>> = { HACHECK_MYSQL_PASSWORD_FILE: ['HACHECK_MYSQL_USER'], HACHECK_REDIS_USER: ['HACHECK_REDIS_PASSWORD_FILE'], HACHECK_REMOTE_SPOOL: ['HACHECK_TOKEN_FILE'] };
    for (const [name] of settings) daemonOptions(parseArguments(SERVE_OPTIONS, [], inForce([name, ...(beside[name] ?? [])])));
    const all = parseArguments(SERVE_OPTIONS, [], inForce(settings.map(([name]) => name)));
    assert.deepEqual(idleOptions(all), []);
    assert.deepEqual(Object.values(all.sources).filter((source) => source === 'default'), []);
  });

  it('has the defaults where there are some', () => {
    for (const option of Object.values(SERVE_OPTIONS)) {
      const fallback = defaultOf(option);
      if (fallback !== undefined) assert.equal(inForce([variableOf(option)])[variableOf(option)], fallback, option.name);
    }
  });

  it('says of what hactl must know, too, where it is told', () => {
    for (const name of ['HACHECK_SPOOL_ROOT', 'HACHECK_PORT']) {
      assert.match(defaultFile(), new RegExp(`\n# hactl does not read this file: tell it the same, in /etc/environment\\. [^\n]*\n#${name}=`));
    }
    assert.equal(defaultFile().split('/etc/environment').length, 3);
  });

  it('has what the sockets say instead at its end, and says so', () => {
    assert.deepEqual(settings.slice(-3).map(([name]) => name), ['HACHECK_PORT', 'HACHECK_BIND_ADDRESS', 'HACHECK_AGENT_PORT']);
    assert.match(defaultFile(), /\n# Where it listens, if hacheck\.socket and hacheck-agent\.socket do not; [^\n]*\n\n# --port: /);
  });
});
