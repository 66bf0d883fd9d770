// The spool itself: missing, made, no folder, out of reach, gone and back.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { makeSpool } from '../lib/marking.ts';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl, serving, type Run, type RunOptions } from './support/hactl.ts';
import { ask } from './support/request.ts';
import { freePort } from './support/service.ts';
import { openFolder, ordinaryUser } from './support/user.ts';
import { withUmask } from './support/umask.ts';

function serve(spool: string, options: RunOptions = {}): Promise<Run> {
  return hactl(['serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', spool], options);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

describe('while the daemon runs, a spool', () => {
  it('that is removed has no marks, and one that is made again has its own', async () => {
    const { port, spoolRoot } = await testedDaemon();
    writeFileSync(join(spoolRoot, 'web'), '');
    assert.equal((await ask(port, '/spool/web/0')).status, 503);
    rmSync(spoolRoot, { recursive: true });
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.ok(!existsSync(spoolRoot));
    assert.equal((await hactl(['down', 'web', '-r', 'again', '--spool-root', spoolRoot])).code, 0);
    assert.equal((await ask(port, '/spool/web/0')).phrase.replace(/ by \S+:/, ':'), 'down: again');
  });

  it('that becomes a file takes everything out, unasked and unprobed, until it is a folder again', async () => {
    const { port, spoolRoot } = await testedDaemon();
    rmSync(spoolRoot, { recursive: true });
    writeFileSync(spoolRoot, '');
    for (const path of ['/spool/web/0', `/http/web/${await freePort()}/`, '/tcp/api/1']) {
      const { status, phrase, body } = await ask(port, path);
      assert.deepEqual([status, phrase, body], [503, 'spool unreadable: ENOTDIR', 'spool unreadable: ENOTDIR\n']);
    }
    const page = await ask(port, '/status');
    assert.deepEqual([page.status, (JSON.parse(page.body) as { marks: unknown }).marks], [200, 'spool unreadable: ENOTDIR']);
    unlinkSync(spoolRoot);
    mkdirSync(spoolRoot);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });

  it('that is a link is the folder to which it leads now', async () => {
    const folder = temporaryFolder();
    for (const name of ['one', 'two']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'two', 'web'), 'in two');
    symlinkSync('one', join(folder, 'spool'));
    const { port } = await testedDaemon({ spoolRoot: join(folder, 'spool') });
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    symlinkSync('two', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'spool'));
    assert.equal((await ask(port, '/spool/web/0')).phrase, 'down: in two');
    assert.equal((await hactl(['up', 'web', '--spool-root', join(folder, 'spool')])).code, 0);
    assert.deepEqual(readdirSync(join(folder, 'two')), []);
  });

  it('whose link leads in a circle is unreadable', async () => {
    const { port, spoolRoot } = await testedDaemon();
    rmSync(spoolRoot, { recursive: true });
    symlinkSync('spool', spoolRoot);
    assert.equal((await ask(port, '/spool/web/0')).phrase, 'spool unreadable: ELOOP');
  });

  for (const mode of [0, 0o644]) {
    it(`with mode ${mode.toString(8)} is unreadable for a daemon without rights, until it may search it again`, async () => {
      const spool = join(openFolder(), 'spool');
      mkdirSync(spool);
      chmodSync(spool, 0o755);
      const options = ordinaryUser();
      const { child, port, ended } = await serving(['--spool-root', spool], options);
      try {
        assert.equal((await ask(port, '/spool/web/0')).status, 200);
        chmodSync(spool, mode);
        const { status, phrase, body } = await ask(port, '/spool/web/0');
        assert.deepEqual([status, phrase, body], [503, 'spool unreadable: EACCES', 'spool unreadable: EACCES\n']);
        assert.equal((JSON.parse((await ask(port, '/status')).body) as { marks: unknown }).marks, 'spool unreadable: EACCES');
        assert.match((await ask(port, '/metrics')).body, /^hacheck_spool_readable 0$/m);
        const said = await hactl(['status', 'web', '--spool-root', spool], options);
        assert.equal(said.code, 3);
        assert.match(said.stderr, /^hactl: [^\n]*EACCES[^\n]*\n$/);
        chmodSync(spool, 0o755);
        assert.equal((await ask(port, '/spool/web/0')).status, 200);
      } finally {
        chmodSync(spool, 0o755);
        child.kill();
        await ended;
      }
    });
  }
});

describe('at its start the daemon', () => {
  it('makes a missing spool, and the folders above it, with mode 0755 whatever the umask says', async () => {
    const spool = join(temporaryFolder(), 'a', 'b', 'spool');
    const { child, port, ended } = await withUmask(0o077, () => serving(['--spool-root', spool]));
    try {
      assert.deepEqual([spool, dirname(spool), dirname(dirname(spool))].map(modeOf), ['755', '755', '755']);
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
    } finally {
      child.kill();
      await ended;
    }
  });

  const REFUSED: readonly (readonly [string, string, (path: string) => void, RegExp])[] = [
    ['is a file', 'spool', (path) => writeFileSync(path, ''), /EEXIST|ENOTDIR/],
    ['lies beyond a file', 'file/spool', (path) => writeFileSync(dirname(path), ''), /ENOTDIR/],
    ['is a link in a circle', 'spool', (path) => symlinkSync('spool', path), /ELOOP/],
    ['is a dangling link', 'spool', (path) => symlinkSync('nowhere', path), /link to nothing[^\n]*EEXIST/],
  ];
  for (const [what, name, make, cause] of REFUSED) {
    it(`refuses a spool that ${what}, in one line: what, where, and what to do`, async () => {
      const spool = join(temporaryFolder(), name);
      make(spool);
      const { code, stdout, stderr } = await serve(spool);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^hactl: [^\n]+\n$/);
      assert.match(stderr, cause);
      assert.ok(stderr.includes(spool), stderr);
      assert.match(stderr, /--spool-root/);
    });
  }

  it('refuses a spool in a folder in which none can be made, though it is there', async () => {
    // Where Node's own making of folders one in the other never ends.
    const { code, stdout, stderr } = await serve('/proc/spool/of/hacheck');
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^hactl: \/proc\/spool: no folder can be made here; [^\n]*--spool-root \(ENOENT\)\n$/);
  });

  for (const mode of [0, 0o311, 0o644]) {
    it(`refuses a spool with mode ${mode.toString(8)} where it has no rights`, async () => {
      const spool = join(openFolder(), 'spool');
      mkdirSync(spool);
      chmodSync(spool, mode);
      const { code, stderr } = await serve(spool, ordinaryUser());
      chmodSync(spool, 0o755);
      assert.equal(code, 3);
      assert.match(stderr, /^hactl: [^\n]*EACCES[^\n]*\n$/);
      assert.ok(stderr.includes(spool), stderr);
    });
  }

  it('says who should make a missing spool, and how, where it may not', async () => {
    const folder = openFolder();
    chmodSync(folder, 0o555);
    const spool = join(folder, 'spool');
    const { code, stderr } = await serve(spool, ordinaryUser());
    chmodSync(folder, 0o755);
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: [^\n]*EACCES[^\n]*\n$/);
    assert.ok(stderr.includes(`sudo install -d -m 0755 ${spool}`), stderr);
  });

  it('needs no right to write', async () => {
    const spool = join(openFolder(), 'spool');
    mkdirSync(spool);
    writeFileSync(join(spool, 'web'), '{"expiration": 1}');
    chmodSync(join(spool, 'web'), 0o444);
    chmodSync(spool, 0o555);
    const { child, port, ended } = await serving(['--spool-root', spool], ordinaryUser());
    try {
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
      assert.deepEqual(readdirSync(spool), ['web']);
    } finally {
      chmodSync(spool, 0o755);
      child.kill();
      await ended;
    }
  });
});

describe('makeSpool', () => {
  for (const mask of [0, 0o022, 0o077, 0o027]) {
    it(`makes folders of mode 0755 under the umask ${mask.toString(8)}, and leaves those that are there`, () => {
      const folder = temporaryFolder();
      chmodSync(folder, 0o700);
      const spool = join(folder, 'a', 'b');
      withUmask(mask, () => makeSpool(`${spool}/`));
      assert.deepEqual([spool, dirname(spool), folder].map(modeOf), ['755', '755', '700']);
      chmodSync(spool, 0o750);
      withUmask(mask, () => makeSpool(spool));
      assert.equal(modeOf(spool), '750');
    });
  }
});
