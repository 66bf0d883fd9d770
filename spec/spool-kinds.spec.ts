// Marks that are no regular files, and files that cannot be read: whatever stands there is a down, and nothing waits for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { readSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl, serving } from './support/hactl.ts';
import { ask } from './support/request.ts';
import { openFolder, ordinaryUser } from './support/user.ts';

const daemon = await testedDaemon();
const elsewhere = temporaryFolder();
const mark = join(daemon.spoolRoot, 'web');

function clear(): void {
  rmSync(mark, { recursive: true, force: true });
}

function makePipe(path: string): void {
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
}

function link(target: string): void {
  symlinkSync(target, mark);
}

async function makeSocket(path: string): Promise<void> {
  // A socket's path is at most 107 bytes long, and goes with its server: one that was moved stays.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(elsewhere, 's'), resolve));
  assert.equal(spawnSync('mv', [join(elsewhere, 's'), path]).status, 0);
  await new Promise((resolve) => server.close(resolve));
}

writeFileSync(join(elsewhere, 'plain'), 'kernel upgrade\n');
writeFileSync(join(elsewhere, 'drain'), '{"state": "drain", "reason": "kernel upgrade"}');
writeFileSync(join(elsewhere, 'expired'), '{"expiration": 1}');
makePipe(join(elsewhere, 'pipe'));

describe('a check is answered while the mark is', () => {
  const KINDS: readonly (readonly [string, () => void | Promise<void>, number, RegExp])[] = [
    ['a folder', () => mkdirSync(mark), 503, /^down: .*folder$/],
    ['a named pipe', () => makePipe(mark), 503, /^down: .*pipe$/],
    ['a socket', () => makeSocket(mark), 503, /^down: .*socket$/],
    ['a dangling link', () => link('nowhere'), 503, /^down: .*ENOENT$/],
    ['a link to itself', () => link('web'), 503, /^down: .*ELOOP$/],
    ['a link beyond a file', () => link(join(elsewhere, 'plain', 'x')), 503, /^down: .*ENOTDIR$/],
    ['a link to a file', () => link(join(elsewhere, 'plain')), 503, /^down: kernel upgrade$/],
    ['a link to a drain', () => link(join(elsewhere, 'drain')), 404, /^drained: kernel upgrade$/],
    ['a link to an expired mark', () => link(join(elsewhere, 'expired')), 200, /^OK$/],
    ['a link to a folder', () => link(elsewhere), 503, /^down: .*folder$/],
    ['a link to a pipe', () => link(join(elsewhere, 'pipe')), 503, /^down: .*pipe$/],
    ['a link to an endless device', () => link('/dev/zero'), 503, /^down: .*device$/],
  ];
  for (const [what, make, status, phrase] of KINDS) {
    it(`${what}: ${status}, and hactl says the same`, async () => {
      clear();
      await make();
      const answer = await ask(daemon.port, '/spool/web/0');
      assert.equal(answer.status, status);
      assert.match(answer.phrase, phrase);
      const { code, stdout, stderr } = await hactl(['status', 'web', '--spool-root', daemon.spoolRoot]);
      assert.deepEqual([code, stdout.split('\t', 2), stderr], [status === 200 ? 0 : 1, [{ 200: 'UP', 404: 'DRAIN' }[status] ?? 'DOWN', 'web'], '']);
      const listed = await hactl(['status', '--spool-root', daemon.spoolRoot]);
      assert.deepEqual([listed.code, listed.stdout], [0, status === 200 ? '' : stdout]);
    });
  }

  it('a pipe at which somebody writes: 503, and every byte stays in it', async () => {
    clear();
    makePipe(mark);
    const fd = openSync(mark, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      writeSync(fd, 'for somebody else');
      const { status, phrase } = await ask(daemon.port, '/spool/web/0');
      assert.equal(status, 503);
      assert.match(phrase, /^down: .*pipe$/);
      const bytes = Buffer.alloc(100);
      assert.equal(bytes.toString('utf8', 0, readSync(fd, bytes)), 'for somebody else');
    } finally {
      closeSync(fd);
    }
  });
});

describe('hactl up removes a mark that is', () => {
  const KINDS: readonly (readonly [string, () => void | Promise<void>])[] = [
    ['a pipe', () => makePipe(mark)],
    ['a socket', () => makeSocket(mark)],
    ['a dangling link', () => link('nowhere')],
    ['a link to itself', () => link('web')],
    ['a link to a file', () => link(join(elsewhere, 'plain'))],
  ];
  for (const [what, make] of KINDS) {
    it(what, async () => {
      clear();
      await make();
      assert.deepEqual(await hactl(['up', 'web', '--spool-root', daemon.spoolRoot]), { code: 0, signal: null, stdout: '', stderr: '' });
      assert.throws(() => lstatSync(mark), { code: 'ENOENT' });
      assert.equal((await ask(daemon.port, '/spool/web/0')).status, 200);
    });
    it(`${what}, and hactl down puts a file in its place`, async () => {
      clear();
      await make();
      assert.equal((await hactl(['down', 'web', '-r', 'new', '--spool-root', daemon.spoolRoot])).code, 0);
      assert.ok(lstatSync(mark).isFile());
      assert.equal((await ask(daemon.port, '/spool/web/0')).status, 503);
    });
  }

  it('a link, and leaves what it leads to', () => {
    assert.equal(readFileSync(join(elsewhere, 'plain'), 'utf8'), 'kernel upgrade\n');
    assert.ok(!existsSync(join(daemon.spoolRoot, 'nowhere')));
  });
});

describe('a mark that the daemon may not read', () => {
  it('is down, with the cause as its reason, for the daemon, status and check', async () => {
    const spool = join(openFolder(), 'spool');
    mkdirSync(spool);
    chmodSync(spool, 0o755);
    writeFileSync(join(spool, 'web'), '{"state": "drain"}');
    chmodSync(join(spool, 'web'), 0);
    const options = ordinaryUser();
    const { child, port, ended } = await serving(['--spool-root', spool], options);
    try {
      const { status, phrase, body } = await ask(port, '/spool/web/0');
      assert.equal(status, 503);
      assert.match(phrase, /^down: .*EACCES$/);
      assert.equal(body.startsWith('Service web in down state: '), true);
      assert.equal((await ask(port, '/spool/api/0')).status, 200);
      const said = await hactl(['status', 'web', '--spool-root', spool], options);
      assert.equal(said.code, 1);
      assert.match(said.stdout, /^DOWN\tweb\t.*EACCES\t\t\t\n$/);
      const checked = await hactl(['check', 'spool/web/0', '--spool-root', spool], options);
      assert.deepEqual([checked.code, checked.stdout], [1, body]);
    } finally {
      child.kill();
      await ended;
    }
  });
});
