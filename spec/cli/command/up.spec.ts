import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl, type Run } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { terminal } from '../../support/shell.ts';
import { openFolder, ordinaryUser } from '../../support/user.ts';

const DONE: Run = { code: 0, signal: null, stdout: '', stderr: '' };

function spoolWith(...marks: string[]): string {
  const root = temporaryFolder();
  for (const mark of marks) writeFileSync(join(root, mark), '');
  return root;
}

describe('hactl up', () => {
  it('removes the marks of several services, and no other', async () => {
    const root = spoolWith('web', 'web:8080', 'web:10.0.0.7:80', 'api', 'db');
    assert.deepEqual(await hactl(['up', 'web', 'web:10.0.0.7:80', 'api', '--spool-root', root]), DONE);
    assert.deepEqual(readdirSync(root), ['db', 'web:8080']);
  });

  it('says on a terminal which parts are still out', { skip: lacking('script') }, async () => {
    const root = spoolWith('all', 'web', 'web:8080', 'api');
    const env = { HACHECK_SPOOL_ROOT: root };
    assert.match((await terminal('hactl up web', 80, { env })).stdout, /still out, by the mark all: hactl up all\n.*still out: web:8080 \(hactl up web:8080\)/s);
    assert.match((await terminal('hactl up all', 80, { env })).stdout, /all is up\n.*still out: api, web:8080 \(hactl up api web:8080\)/s);
    assert.match((await terminal('hactl up db', 80, { env })).stdout, /^db was not out\n$/);
  });

  it('says that -p names no port of the service', async () => {
    const { code, stderr } = await hactl(['up', 'web', '-p', '8080', '--spool-root', spoolWith()]);
    assert.deepEqual([code, stderr], [0, "hactl: -p is the daemon's port and changes nothing here; port 8080 of web alone is web:8080\n"]);
  });

  it('removes the mark all alone', async () => {
    const root = spoolWith('all', 'web');
    assert.equal((await hactl(['up', 'all', '--spool-root', root])).code, 0);
    assert.deepEqual(readdirSync(root), ['web']);
  });

  it('of what is up is no error', async () => assert.deepEqual(await hactl(['up', 'web', '--spool-root', spoolWith()]), DONE));

  it('takes a missing spool for an empty one, and makes none', async () => {
    const root = join(temporaryFolder(), 'spool');
    assert.deepEqual(await hactl(['up', 'web', '--spool-root', root]), DONE);
    assert.ok(!existsSync(root));
  });

  const STILL_OUT = [
    ['web', ['all', 'web'], 'web is still out, by the mark all: hactl up all'],
    ['web:8080', ['web', 'web:8080'], 'web:8080 is still out, by the mark web: hactl up web'],
    ['web', ['all'], 'web is still out, by the mark all: hactl up all'],
  ] as const;
  for (const [service, marks, line] of STILL_OUT) {
    it(`${service} while ${marks.join(' and ')} stand says what still takes it out`, async () => {
      assert.deepEqual(await hactl(['up', service, '--spool-root', spoolWith(...marks)]), { ...DONE, stderr: `hactl: ${line}\n` });
    });
  }

  it('changes nothing when one name is bad, not even its neighbours', async () => {
    const root = spoolWith('web', 'api');
    const { code, stderr } = await hactl(['up', 'web', '../web', 'api', '--spool-root', root]);
    assert.deepEqual([code, stderr.split('\n').length], [2, 2]);
    assert.deepEqual(readdirSync(root), ['api', 'web']);
  });

  it('does the others when one fails, and exits 3', async () => {
    const root = spoolWith('api', 'db');
    mkdirSync(join(root, 'web'));
    const { code, stderr } = await hactl(['up', 'api', 'web', 'db', '--spool-root', root]);
    assert.deepEqual([code, stderr], [3, `hactl: web: ${root}/web: a folder has the mark's name; look what is in it, then remove it with rm -r (EISDIR)\n`]);
    assert.deepEqual(readdirSync(root), ['web']);
  });

  it('says a word on a terminal', { skip: lacking('script') }, async () => {
    const { code, stdout } = await terminal('hactl up web', 80, { env: { HACHECK_SPOOL_ROOT: spoolWith('web') } });
    assert.deepEqual([code, stdout], [0, 'web is up\n']);
  });
});

describe('hactl up without permission', () => {
  const somebody = ordinaryUser();

  it('exits 3 with one line that says where and what to do, and the mark stands', async () => {
    const root = openFolder();
    writeFileSync(join(root, 'web'), '');
    chmodSync(root, 0o555);
    const run = await hactl(['up', 'web', '--spool-root', root], somebody);
    assert.deepEqual(run, { code: 3, signal: null, stdout: '', stderr: `hactl: web: ${root}/web: no permission; try it with sudo, or name another spool with --spool-root (EACCES)\n` });
    assert.deepEqual(readdirSync(root), ['web']);
  });

  it('is no error where nothing is out', async () => {
    const root = openFolder();
    chmodSync(root, 0o555);
    assert.deepEqual(await hactl(['up', 'web', '--spool-root', root], somebody), DONE);
  });

  it('exits 3 where it cannot even see what is out', async () => {
    const root = openFolder();
    chmodSync(root, 0);
    const { code, stderr } = await hactl(['up', 'web', '--spool-root', root], somebody);
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: web: [^\n]*sudo[^\n]* \(EACCES\)\n$/);
  });
});
