import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { variableOf } from '../../../cli/arguments.ts';
import { PROBE_OPTIONS } from '../../../cli/probing.ts';
import { SERVE_OPTIONS } from '../../../cli/serving.ts';
import { serviceUnit } from '../../../cli/unit/service.ts';
import { AGENT_SOCKET, SOCKET } from '../../../cli/unit/sockets.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, ready } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';

const UNIT = serviceUnit({ node: process.execPath, program: HACTL });
const SYSTEMD = { skip: lacking('systemd-analyze') };

/** The values of a setting, in order. */
function settings(name: string): string[] {
  return [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** Runs systemd-analyze on the units in a folder, with lines beneath [Service] of a drop-in. */
function analyze(words: readonly string[], dropIn = ''): { status: number | null; output: string } {
  const folder = temporaryFolder();
  const units = { 'hacheck.service': UNIT.replace('[Install]', `${dropIn}\n[Install]`), 'hacheck.socket': SOCKET, 'hacheck-agent.socket': AGENT_SOCKET };
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['--man=no', '--no-pager', ...words], { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('hacheck.service', () => {
  it('is found right by systemd-analyze verify, with its sockets', SYSTEMD, () => {
    assert.deepEqual(analyze(['verify', 'hacheck.service', 'hacheck.socket', 'hacheck-agent.socket']), { status: 0, output: '' });
  });

  it('is at most 1.3 to systemd-analyze security', SYSTEMD, () => {
    const { status, output } = analyze(['security', '--offline=true', '--threshold=13', './hacheck.service']);
    assert.match(output, /Overall exposure level for hacheck\.service: /);
    assert.equal(status, 0, output);
  });

  it('is right with each of the drop-ins that its comments tell', SYSTEMD, () => {
    const dropIns = [...UNIT.matchAll(/(?:^# {3}[A-Z]\w+=.*\n)+/gm)].map(([lines]) => lines.replaceAll(/^# {3}/gm, ''));
    assert.equal(dropIns.length, 4);
    for (const [, variable = '', name = ''] of dropIns.join('').matchAll(/ (\w+_FILE)=(\S+)/g)) {
      const [, credential = 'none'] = /^%d\/(\w+)$/.exec(name) ?? [];
      assert.match(dropIns.join(''), new RegExp(`^LoadCredential=${credential}:/`, 'm'), variable);
    }
    for (const lines of dropIns) assert.deepEqual(analyze(['verify', 'hacheck.service'], lines), { status: 0, output: '' }, lines);
  });

  it('starts again what a reload ended that came before the daemon could hear it', () => {
    assert.deepEqual([settings('Restart'), settings('RestartForceExitStatus')], [['on-failure'], ['SIGHUP']]);
  });

  it('names variables that there are', () => {
    const known = Object.values(SERVE_OPTIONS).map(variableOf);
    const named = [...UNIT.matchAll(/HACHECK_[A-Z_]+/g)].map(([name]) => name);
    assert.ok(named.length >= 4);
    assert.deepEqual(named.filter((name) => !known.includes(name)), []);
  });

  it('waits longer for the end than the daemon takes at most: --timeout and a second for who came first, and the same for who came meanwhile', () => {
    assert.ok(parseFloat(settings('TimeoutStopSec')[0] ?? '') > 2 * (PROBE_OPTIONS.timeout.fallback + 1));
  });

  it('has each setting once, but for the two halves of the filter of system calls', () => {
    const names = UNIT.split('\n').filter((line) => /^[A-Z]\w+=/.test(line)).map((line) => line.slice(0, line.indexOf('=')));
    assert.deepEqual(names.filter((name, at) => names.indexOf(name) < at), ['SystemCallFilter']);
  });

  it('says what the issue asks of it', () => {
    const EXPECTED: Readonly<Record<string, string>> = {
      ExecStart: `${process.execPath} --max-semi-space-size=1 --optimize-for-size ${HACTL} serve`, EnvironmentFile: '-/etc/default/hacheck', Restart: 'on-failure', DynamicUser: 'yes',
      ProtectSystem: 'strict', StartLimitIntervalSec: '0', RestrictAddressFamilies: 'AF_INET AF_INET6', SocketBindDeny: 'any', IPAddressDeny: 'any', IPAddressAllow: 'localhost',
      Documentation: 'man:hactl(1)', Wants: 'hacheck.socket',
    };
    for (const [name, value] of Object.entries(EXPECTED)) assert.deepEqual(settings(name), [value], name);
  });

  it('starts a daemon with flags that this Node takes, which a reload reaches', async () => {
    const [node = '', ...words] = settings('ExecStart')[0]?.split(' ') ?? [];
    const daemon = await ready(spawn(node, [...words, '-p', '0', '-B', '127.0.0.1', '--spool-root', temporaryFolder()], { env: {} }));
    const [, shell = '', command = ''] = /^(\S+) -c '(.*)'$/.exec(settings('ExecReload')[0] ?? '') ?? [];
    assert.equal(spawnSync(shell, ['-c', command.replaceAll('$$', '$')], { env: { MAINPID: String(daemon.child.pid) } }).status, 0);
    await daemon.said('SIGHUP: ');
    daemon.child.kill('SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
  });

  it('lets Node write the code that it runs', () => assert.doesNotMatch(UNIT, /^MemoryDenyWriteExecute=/m));
});
