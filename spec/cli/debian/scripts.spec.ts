// The package's scripts as dpkg calls them, with a /run and a /var/spool of their own, beside programs that write down what they are told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { POSTINST, POSTRM, PRERM } from '../../../cli/debian/scripts.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { lacking } from '../../support/programs.ts';

const PROGRAMS = ['systemctl', 'systemd-tmpfiles', 'deb-systemd-helper', 'deb-systemd-invoke'];
/** Whether the host is systemd's ($1), where the script lies ($2), and its arguments. The programs fail, which must be said, and not matter. */
const ON_HOST = `
set -e
mount -t tmpfs none /run && mount -t tmpfs none /var/spool
if [ -n "$MOUNTED" ]; then mkdir /var/spool/hacheck && mount -t tmpfs none /var/spool/hacheck; fi
if $1; then mkdir -p /run/systemd/system; fi
for name in ${PROGRAMS.join(' ')}; do printf '#!/bin/sh\\necho "%s $*" >> %s/calls; exit 1\\n' $name "$2" > "$2/$name"; chmod 755 "$2/$name"; done
script=$2/script; PATH="$2:$PATH"; export PATH; shift 2
sh "$script" "$@"
if [ -d /var/spool/hacheck ]; then echo spool; fi`;
const ROOT = process.getuid?.() === 0 ? lacking('unshare') : 'LACKING root, who installs packages';

/** How the script called systemd's programs, whether there is a spool now, and what the script said. */
function run(script: string, words: readonly string[], systemd: boolean, env: Readonly<Record<string, string>> = {}): { calls: string[]; spool: boolean; stderr: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'script'), script);
  const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', ON_HOST, 'sh', String(systemd), folder, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } });
  assert.equal(status, 0, stderr);
  const calls = join(folder, 'calls');
  return { calls: existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [], spool: stdout === 'spool\n', stderr };
}

describe('the scripts of the package', () => {
  it('are understood by sh', () => {
    for (const script of [POSTINST, POSTRM, PRERM]) {
      assert.ok(script.startsWith('#!/bin/sh\nset -e\n'));
      assert.deepEqual(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' }).stderr, '');
    }
  });

  const SCRIPTS = { POSTINST, POSTRM, PRERM };
  const UNITS = 'hacheck.socket hacheck-agent.socket hacheck.service';
  const CALLS: readonly (readonly [keyof typeof SCRIPTS, readonly string[], readonly string[]])[] = [
    ['POSTINST', ['configure', ''], ['systemctl --system daemon-reload']],
    ['POSTINST', ['configure', '0.9'], ['systemctl --system daemon-reload', 'deb-systemd-invoke try-restart hacheck.service']],
    ['POSTINST', ['triggered', 'x'], []],
    ['PRERM', ['remove'], [`deb-systemd-invoke stop ${UNITS}`]],
    ['PRERM', ['upgrade', '1.1'], []],
    ['POSTRM', ['remove'], ['systemctl --system daemon-reload']],
    ['POSTRM', ['upgrade', '1.1'], ['systemctl --system daemon-reload']],
    ['POSTRM', ['purge'], ['systemctl --system daemon-reload', `deb-systemd-helper purge ${UNITS}`]],
  ];
  for (const [script, words, expected] of CALLS) {
    const name = `${script.toLowerCase()} ${words.join(' ').trim()}`;
    it(`${name} tells systemd ${expected.join(', ') || 'nothing'}`, { skip: ROOT }, () => {
      const { calls, stderr } = run(SCRIPTS[script], words, true);
      assert.deepEqual(calls.filter((call) => !/^systemd-tmpfiles|update-state/.test(call)), expected);
      assert.equal(stderr, calls.map((call) => `hacheck: failed, see above, and do it by hand: ${call}\n`).join(''));
    });
    it(`${name} goes well on a host without systemd`, { skip: ROOT }, () => {
      const { calls, spool } = run(SCRIPTS[script], words, false);
      assert.deepEqual(calls.filter((call) => /^systemctl|invoke/.test(call)), []);
      assert.equal(spool, words[0] === 'configure');
    });
  }

  it('leave a spool that is mounted, and say so, when the package is purged', { skip: ROOT }, () => {
    const { spool, stderr } = run(POSTRM, ['purge'], false, { MOUNTED: 'yes' });
    assert.equal(spool, true);
    assert.match(stderr, /^rmdir: .*hacheck.*\nhacheck: failed, see above, and do it by hand: rmdir .*\n$/m);
  });

  it('remember which units were enabled, for the day when the package goes', { skip: ROOT }, () => {
    const { calls } = run(POSTINST, ['configure', ''], true);
    assert.deepEqual(calls.filter((call) => call.startsWith('deb-systemd-helper')), UNITS.split(' ').map((unit) => `deb-systemd-helper update-state ${unit}`));
  });
});
