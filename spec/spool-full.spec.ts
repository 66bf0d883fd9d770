// On a full disk a service can still be taken out; nothing else changes what stands.
import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { hactl } from './support/hactl.ts';
import { ask } from './support/request.ts';
import { lackingMount, smallDisk } from './support/small-disk.ts';

const skip = lackingMount();
const WARNING = /^hactl: web[^\n]*full[^\n]*\n$/;
const DRAIN = '{"reason":"old","creation":1000,"expiration":null,"state":"drain","by":"ops"}\n';
const DOWN = '{"reason":"old","creation":1000,"expiration":null,"state":"down","by":"ops"}\n';

describe('on a full disk', { skip }, () => {
  const disk = skip === false ? smallDisk() : { root: '', fill() {}, fillInodes() {}, freeInode() {} };
  const mark = join(disk.root, 'web');

  beforeEach(() => {
    for (const name of readdirSync(disk.root)) unlinkSync(join(disk.root, name));
  });

  function names(): string[] {
    return readdirSync(disk.root).filter((name) => !name.startsWith('.filler')).sort();
  }

  async function saysNo(words: readonly string[], name: string): Promise<void> {
    const { code, stdout, stderr } = await hactl([...words, '--spool-root', disk.root]);
    assert.deepEqual([code, stdout], [3, ''], stderr);
    assert.match(stderr, new RegExp(`^hactl: ${name}: [^\\n]*disk is full[^\\n]*make room[^\\n]*\\(ENOSPC\\)\\n$`));
  }

  async function saysDown(words: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await hactl([...words, '--spool-root', disk.root]);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.match(stderr, WARNING);
  }

  it('hactl down makes an empty mark, warns, and exits 0; a check says down', async () => {
    const { port } = await testedDaemon({ spoolRoot: disk.root });
    disk.fill();
    await saysDown(['down', 'web', '-r', 'x']);
    assert.deepEqual([names(), readFileSync(mark, 'utf8')], [['web'], '']);
    assert.equal(lstatSync(mark).mode & 0o777, 0o644);
    const { status, body } = await ask(port, '/spool/web/0');
    assert.deepEqual([status, body], [503, 'Service web in down state\n']);
  });

  it('hactl drain exits 3 and makes nothing', async () => {
    disk.fill();
    await saysNo(['drain', 'web', '-r', 'x'], 'web');
    assert.deepEqual(names(), []);
  });

  for (const [what, standing] of [['a down', DOWN], ['a drain', DRAIN], ['a down that has expired', '{"state":"down","expiration":1}']] as const) {
    it(`hactl drain over ${what} exits 3 and changes nothing`, async () => {
      writeFileSync(mark, standing);
      disk.fill();
      await saysNo(['drain', 'web', '-r', 'x'], 'web');
      assert.deepEqual([names(), readFileSync(mark, 'utf8')], [['web'], standing]);
    });

    for (const inodes of [false, true]) {
      it(`hactl down over ${what} is down${inodes ? ', also where no file can be made' : ''}`, async () => {
        writeFileSync(mark, standing);
        disk.fill();
        if (inodes) disk.fillInodes();
        await saysDown(['down', 'web', '-r', 'x']);
        assert.deepEqual([names(), readFileSync(mark, 'utf8')], [['web'], '']);
        assert.equal((await hactl(['status', 'web', '--spool-root', disk.root])).stdout, 'DOWN\tweb\t\t\t\t\n');
      });
    }
  }

  it('hactl down of several says so of each, and does all', async () => {
    disk.fill();
    const { code, stderr } = await hactl(['down', 'web', 'api', '--spool-root', disk.root]);
    assert.deepEqual([code, stderr.split('\n').length, names()], [0, 3, ['api', 'web']]);
  });

  it('hactl up works', async () => {
    writeFileSync(mark, DOWN);
    disk.fill();
    disk.fillInodes();
    assert.deepEqual(await hactl(['up', 'web', '--spool-root', disk.root]), { code: 0, signal: null, stdout: '', stderr: '' });
    assert.deepEqual(names(), []);
  });

  it('with room again, hactl down has its reason again', async () => {
    disk.fill();
    await saysDown(['down', 'web', '-r', 'x']);
    unlinkSync(join(disk.root, '.filler'));
    assert.deepEqual(await hactl(['down', 'web', '-r', 'x', '--spool-root', disk.root]), { code: 0, signal: null, stdout: '', stderr: '' });
    assert.equal((JSON.parse(readFileSync(mark, 'utf8')) as { reason: string }).reason, 'x');
  });

  it('where no file can be made, hactl down of a new name exits 3 with advice, and makes nothing', async () => {
    disk.fillInodes();
    await saysNo(['down', 'web', '-r', 'x'], 'web');
    assert.deepEqual(names(), []);
  });

  it('where one file can be made, hactl down makes it with its reason', async () => {
    disk.fillInodes();
    disk.freeInode();
    assert.equal((await hactl(['down', 'web', '-r', 'x', '--spool-root', disk.root])).code, 0);
    assert.equal((JSON.parse(readFileSync(mark, 'utf8')) as { reason: string }).reason, 'x');
  });

  it('where no file can be made, a drain exits 3 and changes nothing', async () => {
    writeFileSync(mark, DRAIN);
    disk.fillInodes();
    await saysNo(['drain', 'web', '-r', 'x'], 'web');
    assert.deepEqual([names(), readFileSync(mark, 'utf8')], [['web'], DRAIN]);
  });

  it('where no file can be made, a link is left as it is, and so is what it leads to', async () => {
    writeFileSync(join(disk.root, 'api'), DRAIN);
    symlinkSync('api', mark);
    disk.fillInodes();
    await saysNo(['down', 'web', '-r', 'x'], 'web');
    assert.deepEqual([names(), readFileSync(mark, 'utf8'), lstatSync(mark).isSymbolicLink()], [['api', 'web'], DRAIN, true]);
  });
});
