// What hactl serve needs before it lets anybody change the spool.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from './support/folder.ts';
import { AUTHORIZED, FORM, post as postForm, TOKEN } from './support/form.ts';
import { hactl, serving } from './support/hactl.ts';
import { openFolder, ordinaryUser } from './support/user.ts';

describe('hactl serve --remote-spool', { concurrency: true }, () => {
  const start = (contents: string | undefined, more: readonly string[] = ['--remote-spool']) => {
    const folder = temporaryFolder();
    if (contents !== undefined) writeFileSync(join(folder, 'token'), contents, { mode: 0o600 });
    return hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', join(folder, 'spool'), '--token-file', join(folder, 'token'), ...more]);
  };

  for (const [what, contents] of [['missing', undefined], ['empty', ''], ['blank', ' \t\n'], ['a line end', '\n']] as const) {
    it(`does not start where the file is ${what}`, async () => {
      const { code, stdout, stderr } = await start(contents);
      assert.deepEqual([code, stdout], [3, ''], stderr);
      assert.match(stderr, /^hactl: [^\n]*token[^\n]*\n$/);
    });
  }

  it('does not start without a file', async () => {
    const { code, stderr } = await hactl(['serve', '-p', '0', '--remote-spool', '--spool-root', temporaryFolder()]);
    assert.equal(code, 2);
    assert.match(stderr, /^hactl: --remote-spool: [^\n]*--token-file[^\n]*\n$/);
  });

  it('does not start with a spool that it cannot write to, and says which', async () => {
    const [folder, user] = [openFolder(), ordinaryUser()];
    writeFileSync(join(folder, 'token'), TOKEN);
    chmodSync(folder, 0o555);
    const words = ['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', folder];
    const { code, stdout, stderr } = await hactl([...words, '--remote-spool', '--token-file', join(folder, 'token')], user);
    assert.deepEqual([code, stdout], [3, ''], stderr);
    // Beside what the log says of the token.
    assert.match(stderr, new RegExp(`^hactl: .*${folder}.*EACCES`, 'm'));
    // To read is enough without it.
    const plain = await serving(['--spool-root', folder], user);
    plain.child.kill('SIGTERM');
    assert.deepEqual(await plain.ended, [0, null]);
  });

  it('says of a token that others can read that they can, and never what it is', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`, { mode: 0o644 });
    const daemon = await serving(['--spool-root', join(folder, 'spool'), '--remote-spool', '--token-file', join(folder, 'token'), '-v']);
    assert.equal((await postForm(daemon.port, '/spool/web/0', 'status=down')).status, 200);
    assert.equal((await postForm(daemon.port, '/spool/web/0', 'status=down', [FORM, `${AUTHORIZED}x`])).status, 401);
    daemon.child.kill('SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
    assert.match(daemon.stderr(), new RegExp(`--token-file: everybody on this host can read ${folder}/token: chmod o-r`));
    assert.ok(!daemon.stderr().includes(TOKEN), daemon.stderr());
  });
});
