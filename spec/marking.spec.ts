// What hactl up, down and drain do to the spool, as other programs find it.
import assert from 'node:assert/strict';
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { writeMark } from '../lib/marking.ts';
import { readMark } from '../lib/spool.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl } from './support/hactl.ts';
import { lackingStrace, tracedHactl } from './support/strace.ts';
import { withUmask } from './support/umask.ts';
import { openFolder, ordinaryUser } from './support/user.ts';

const DONE = { code: 0, signal: null, stdout: '', stderr: '' };

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

describe('a mark that hactl makes', () => {
  for (const mask of [0, 0o077, 0o777]) {
    it(`has mode 0644 under the umask ${mask.toString(8)}, anew and over another`, async () => {
      const root = temporaryFolder();
      for (const words of [['down', 'web'], ['drain', 'web']]) {
        assert.deepEqual(await withUmask(mask, () => hactl([...words, '--spool-root', root])), DONE);
        assert.equal(modeOf(join(root, 'web')), '644');
      }
      assert.deepEqual(readdirSync(root), ['web']);
    });
  }

  it('is in a spool of mode 0755, which is made where it is missing', async () => {
    const root = join(temporaryFolder(), 'a', 'spool');
    assert.deepEqual(await withUmask(0o077, () => hactl(['drain', 'web', '--spool-root', root])), DONE);
    assert.deepEqual([root, dirname(root), join(root, 'web')].map(modeOf), ['755', '755', '644']);
  });

  it('is a line of JSON that the earlier hachecks read', async () => {
    const root = temporaryFolder();
    const began = Date.now() / 1000;
    const words = ['drain', 'web', '-P', '8080', '-r', 'kernel "6.1"\nupgrade', '-e', '1795345200', '--spool-root', root];
    assert.deepEqual(await hactl(words, { env: { SUDO_USER: 'ops', SSH_USER: 'other' } }), DONE);
    const text = readFileSync(join(root, 'web:8080'), 'utf8');
    const { creation, ...others } = JSON.parse(text) as { creation: number };
    assert.deepEqual(others, { reason: 'kernel "6.1" upgrade', expiration: 1795345200, state: 'drain', by: 'ops' });
    assert.ok(creation >= began - 0.001 && creation <= Date.now() / 1000, String(creation));
    assert.match(text, /^[^\n]+\n$/);
  });

  it('has at most 4 KiB of its reason', async () => {
    const root = temporaryFolder();
    assert.deepEqual(await hactl(['down', 'web', '-r', `x${'é'.repeat(30_000)}`, '--spool-root', root]), DONE);
    assert.equal((JSON.parse(readFileSync(join(root, 'web'), 'utf8')) as { reason: string }).reason, `x${'é'.repeat(2047)}`);
  });

  it('is another file than the one before, so that who reads that one reads it whole', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'web'), 'the old one, whole');
    const fd = openSync(join(root, 'web'), 'r');
    try {
      assert.deepEqual(await hactl(['down', 'web', '-r', 'new', '--spool-root', root]), DONE);
      assert.equal(readFileSync(fd, 'utf8'), 'the old one, whole');
      assert.equal(fstatSync(fd).nlink, 0);
    } finally {
      closeSync(fd);
    }
  });
});

describe('a spool that may be written to and not be read', () => {
  it('is left as it is, by hactl down and by hactl up', async () => {
    const user = ordinaryUser();
    const root = openFolder();
    writeFileSync(join(root, 'db'), '');
    chmodSync(root, 0o333);
    for (const words of [['down', 'web'], ['up', 'db']]) assert.equal((await hactl([...words, '--spool-root', root], user)).code, 3);
    chmodSync(root, 0o755);
    assert.deepEqual(readdirSync(root), ['db']);
  });
});

describe('onto a folder', () => {
  for (const command of ['up', 'down', 'drain']) {
    it(`hactl ${command} is exit 3 with advice, changes nothing and leaves nothing behind`, async () => {
      const root = temporaryFolder();
      mkdirSync(join(root, 'web'));
      const { code, stdout, stderr } = await hactl([command, 'web', 'api', '--spool-root', root]);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^hactl: web: [^\n]*folder[^\n]*rm -r[^\n]*\(EISDIR\)\n$/);
      assert.ok(stderr.includes(join(root, 'web')), stderr);
      assert.deepEqual(readdirSync(root), command === 'up' ? ['web'] : ['api', 'web']);
      rmdirSync(join(root, 'web'));
    });
  }
});

describe('a service that is taken out again', () => {
  const old = { name: 'web', state: 'down', reason: 'kernel upgrade', by: 'ops', creation: 1000, expiration: 5000 } as const;
  const again = { state: 'down', reason: 'kernel upgrade', by: 'night', expiration: 9000 } as const;
  const fresh = { ...again, name: 'web', creation: 2000 };
  const rootWith = (contents: string): string => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'web'), contents);
    return root;
  };
  const CUT = 'é'.repeat(2048);
  const CASES = [
    ['in the same state for the same reason keeps when and who, and takes the new end', {}, again, { ...old, expiration: 9000 }],
    ['without an end has none from then on', {}, { ...again, expiration: undefined }, { ...old, expiration: undefined }],
    ['for the same reason but for blanks and controls is the same', {}, { ...again, reason: ' kernel upgrade\n' }, { ...old, expiration: 9000 }],
    ['for the same reason, one that was cut, is the same', { reason: CUT }, { ...again, reason: `${CUT}é` }, { ...old, reason: CUT, expiration: 9000 }],
    ['for another reason starts anew', {}, { ...again, reason: 'disk' }, { ...fresh, reason: 'disk' }],
    ['for no reason starts anew', {}, { ...again, reason: undefined }, { ...fresh, reason: undefined }],
    ['drained over down starts anew', {}, { ...again, state: 'drain' }, { ...fresh, state: 'drain' }],
    ['down over drained starts anew', { state: 'drain' }, again, fresh],
    ['drained over drained keeps when and who', { state: 'drain' }, { ...again, state: 'drain' }, { ...old, state: 'drain', expiration: 9000 }],
    ['after its end starts anew', { expiration: 1999 }, again, fresh],
    ['at the moment of its end starts anew', { expiration: 2000 }, again, fresh],
    ['over a mark that does not say since when says since now, and by whom', { creation: null }, again, fresh],
  ] as const;
  for (const [what, standing, wanted, written] of CASES) {
    it(what, () => {
      const root = rootWith(JSON.stringify({ ...old, ...standing }));
      assert.deepEqual(writeMark(root, 'web', wanted, 2000), { mark: written, full: false });
      assert.deepEqual(readMark(root, 'web'), written);
    });
  }

  it('after touch starts now', () => {
    const root = rootWith('');
    writeMark(root, 'web', { ...again, reason: undefined }, 2000);
    assert.deepEqual(readMark(root, 'web'), { ...fresh, reason: undefined });
  });

  it('by hactl keeps its creation and who it was', async () => {
    const root = rootWith(JSON.stringify({ ...old, expiration: null }));
    assert.deepEqual(await hactl(['down', 'web', '-r', 'kernel upgrade', '--for', '1h', '--spool-root', root], { env: { SUDO_USER: 'night' } }), DONE);
    const { creation, by, expiration } = JSON.parse(readFileSync(join(root, 'web'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([creation, by], [1000, 'ops']);
    assert.ok(typeof expiration === 'number' && Math.abs(expiration - Date.now() / 1000 - 3600) < 60);
  });
});

describe('to last through a crash', { skip: lackingStrace() }, () => {
  it('a mark is a draft in the spool, written and synced, renamed, and the spool is synced', () => {
    const root = temporaryFolder();
    const calls = tracedHactl(['down', 'web', '-r', 'x', '--spool-root', root]).filter((call) => call.includes(root) && !call.startsWith('execve'));
    const steps = calls.map((call) => call.replaceAll(root, 'SPOOL').replace(/\.hactl-[\w-]+/g, 'DRAFT'));
    const ORDER = [
      /^openat?\(.*"SPOOL\/DRAFT", .*O_EXCL/,
      /^write\(\d+<SPOOL\/DRAFT>, "\{/,
      /^f(data)?sync\(\d+<SPOOL\/DRAFT>\) += 0/,
      /^rename.*"SPOOL\/DRAFT".*"SPOOL\/web"/,
      /^fsync\(\d+<SPOOL>\) += 0/,
    ];
    const places = ORDER.map((step) => steps.findIndex((call) => step.test(call)));
    assert.ok(places.every((at, index) => at > (places[index - 1] ?? -1)), steps.join('\n'));
  });

  it('its removal is synced', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'web'), '');
    const calls = tracedHactl(['up', 'web', '--spool-root', root]);
    const removed = calls.findIndex((call) => /^unlink(at)?\(/.test(call) && call.includes(join(root, 'web')));
    assert.ok(removed >= 0);
    assert.ok(calls.slice(removed).some((call) => call.startsWith('fsync(') && call.includes(`<${root}>`)), calls.join('\n'));
  });

  it('the folder in which a spool is made is synced, too', () => {
    const folder = temporaryFolder();
    const calls = tracedHactl(['down', 'web', '--spool-root', join(folder, 'spool')]);
    const synced = calls.filter((call) => call.startsWith('fsync('));
    assert.ok(synced.some((call) => call.includes(`<${folder}>`)), synced.join('\n'));
  });
});
