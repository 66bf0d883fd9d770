import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SPOOL_ROOT } from '../../../cli/option.ts';
import { TMPFILES } from '../../../cli/unit/tmpfiles.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { lacking } from '../../support/programs.ts';

const ROOT = process.getuid?.() === 0 ? lacking('systemd-tmpfiles') : 'LACKING root, whose the spool is to be';

describe('tmpfiles.d/hacheck.conf', () => {
  it('makes the spool as hactl would, and leaves the marks in it', { skip: ROOT }, () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'usr/lib/tmpfiles.d'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/tmpfiles.d/hacheck.conf'), TMPFILES);
    const spool = join(root, SPOOL_ROOT.fallback);
    for (let times = 0; times < 2; times += 1) {
      const { status, stderr } = spawnSync('systemd-tmpfiles', [`--root=${root}`, '--create', 'hacheck.conf'], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
      const { mode, uid, gid } = statSync(spool);
      assert.deepEqual([mode & 0o7777, uid, gid], [0o755, 0, 0]);
      writeFileSync(join(spool, 'web'), '');
    }
    assert.ok(statSync(join(spool, 'web')).isFile());
  });

  it('says nothing of removing, and nothing of age', () => assert.match(TMPFILES, /^# .*\nd \S+ 0755 root root -\n$/));
});
