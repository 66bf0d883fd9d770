// POST where the spool takes nothing: a full disk, one that is read-only, a spool that has gone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { temporaryFolder } from './support/folder.ts';
import { post as postForm, spoolDaemon, TOKEN } from './support/form.ts';
import { hactl, serving } from './support/hactl.ts';
import { ask } from './support/request.ts';
import { lackingMount, smallDisk } from './support/small-disk.ts';
import { openFolder, ordinaryUser } from './support/user.ts';

const DRAIN = '{"reason":"old","creation":1000,"expiration":null,"state":"drain","by":"ops"}\n';

describe('POST /spool on a full disk', { skip: lackingMount() }, async () => {
  const disk = smallDisk();
  const { port, post, log } = await spoolDaemon({ spoolRoot: disk.root });
  const names = (): string[] => readdirSync(disk.root).filter((name) => !name.startsWith('.filler')).sort();

  beforeEach(() => {
    for (const name of readdirSync(disk.root)) unlinkSync(join(disk.root, name));
  });

  it('takes down, without the reason, and says so', async () => {
    disk.fill();
    const response = await post('/spool/web/0', 'status=down&reason=kernel+upgrade&expiration=4000000000');
    assertOwnAnswer(response, { status: 200, body: 'web is down, but the disk is full: the mark has no reason and no end\n' });
    assert.deepEqual([names(), readFileSync(join(disk.root, 'web'), 'utf8'), (await ask(port, '/spool/web/0')).phrase], [['web'], '', 'down']);
  });

  it('drains nothing: 503 with the cause, and what stood there stands', async () => {
    writeFileSync(join(disk.root, 'web'), DRAIN);
    disk.fill();
    for (const path of ['/spool/web/0', '/spool/api/0']) {
      assertOwnAnswer(await post(path, 'status=drain&reason=new'), {
        status: 503, phrase: 'the spool cannot be written: ENOSPC', body: 'the spool cannot be written: ENOSPC\n',
      });
    }
    assert.deepEqual([names(), readFileSync(join(disk.root, 'web'), 'utf8')], [['web'], DRAIN]);
    assert.match(await log(), /api could not be changed: ENOSPC \(by 127\.0\.0\.1, over HTTP\)/);
  });

  it('takes nothing new down where no file can be made: 503', async () => {
    disk.fillInodes();
    assertOwnAnswer(await post('/spool/web/0', 'status=down'), { status: 503, phrase: 'the spool cannot be written: ENOSPC' });
    assert.deepEqual(names(), []);
  });

  it('puts back', async () => {
    writeFileSync(join(disk.root, 'web'), DRAIN);
    disk.fill();
    disk.fillInodes();
    assertOwnAnswer(await post('/spool/web/0', 'status=up'), { status: 200, body: 'web is up\n' });
    assert.deepEqual(names(), []);
  });
});

describe('POST /spool on a disk that is read-only', { skip: lackingMount() }, async () => {
  const disk = smallDisk();
  const remount = (how: 'ro' | 'rw'): void => assert.equal(spawnSync('mount', ['-o', `remount,${how}`, disk.root]).status, 0);

  it('is 503 with the cause, and works again when it can', async () => {
    const { port, post, tokenFile } = await spoolDaemon({ spoolRoot: disk.root });
    writeFileSync(join(disk.root, 'web'), DRAIN);
    remount('ro');
    for (const [path, form] of [
      ['/spool/web/0', 'status=up'], ['/spool/web/0', 'status=down'], ['/spool/api/0', 'status=down'], ['/spool/api/0', 'status=drain'],
    ] as const) {
      assertOwnAnswer(await post(path, form), { status: 503, phrase: 'the spool cannot be written: EROFS' });
    }
    assert.deepEqual([readdirSync(disk.root), readFileSync(join(disk.root, 'web'), 'utf8'), (await ask(port, '/spool/web/0')).status], [['web'], DRAIN, 404]);
    const refused = await hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', disk.root, '--remote-spool', '--token-file', tokenFile]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, new RegExp(`hactl: .*${disk.root}.*EROFS`));
    remount('rw');
    assert.equal((await post('/spool/web/0', 'status=up')).body, 'web is up\n');
  });
});

describe('POST /spool', () => {
  it('makes a spool that has gone', async () => {
    const { spoolRoot, post } = await spoolDaemon();
    rmSync(spoolRoot, { recursive: true });
    assertOwnAnswer(await post('/spool/web/0', 'status=up'), { status: 200, body: 'web was not out\n' });
    assertOwnAnswer(await post('/spool/web/0', 'status=down'), { status: 200, body: 'web is down\n' });
    assert.deepEqual(readdirSync(spoolRoot), ['web']);
  });

  it('is 503 where a file stands in the place of the spool', async () => {
    const { spoolRoot, post } = await spoolDaemon();
    rmSync(spoolRoot, { recursive: true });
    writeFileSync(spoolRoot, '');
    for (const form of ['status=down', 'status=up']) assert.match((await post('/spool/web/0', form)).phrase, /^the spool cannot be written: (EEXIST|ENOTDIR)$/);
    assert.equal(readFileSync(spoolRoot, 'utf8'), '');
  });

  it('is 503 where a folder stands in the place of a mark, which it leaves', async () => {
    const { spoolRoot, post } = await spoolDaemon();
    mkdirSync(join(spoolRoot, 'web', 'inside'), { recursive: true });
    for (const form of ['status=down', 'status=up']) assert.match((await post('/spool/web/0', form)).phrase, /^the spool cannot be written: E[A-Z]+$/);
    assert.deepEqual([readdirSync(spoolRoot), readdirSync(join(spoolRoot, 'web'))], [['web'], ['inside']]);
  });

  it('is 503 for a daemon that may no longer write there', async () => {
    const [user, folder, secret] = [ordinaryUser(), openFolder(), temporaryFolder()];
    const spool = join(folder, 'spool');
    mkdirSync(spool);
    chmodSync(spool, 0o777);
    chmodSync(secret, 0o755);
    writeFileSync(join(secret, 'token'), TOKEN);
    const daemon = await serving(['--spool-root', spool, '--remote-spool', '--token-file', join(secret, 'token')], user);
    assert.equal((await postForm(daemon.port, '/spool/web/0', 'status=down')).status, 200);
    chmodSync(spool, 0o555);
    for (const form of ['status=up', 'status=drain']) {
      assertOwnAnswer(await postForm(daemon.port, '/spool/web/0', form), { status: 503, phrase: 'the spool cannot be written: EACCES' });
    }
    daemon.child.kill('SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
    assert.match(daemon.stderr(), /web could not be changed: EACCES/);
  });
});
