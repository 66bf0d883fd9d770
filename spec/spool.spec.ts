import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { removeMark } from '../lib/marking.ts';
import { decidingMark, listMarks, readMark } from '../lib/spool.ts';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl } from './support/hactl.ts';
import { ask } from './support/request.ts';

const NOW = 1763805600;
const NAMES = ['all', 'web', 'web:80'];
const root = join(temporaryFolder(), 'spool');

function put(marks: Readonly<Record<string, string>>): void {
  for (const [name, contents] of Object.entries(marks)) writeFileSync(join(root, name), contents);
}

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

describe('decidingMark', () => {
  const down = '{"state": "down"}';
  const drain = '{"state": "drain"}';
  const expired = '{"state": "down", "expiration": 1}';
  const CASES: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined])[] = [
    ['nothing where nothing is marked', {}, undefined],
    ['the mark of the service', { web: down }, 'web'],
    ['the mark of the port', { 'web:80': down }, 'web:80'],
    ['the mark of everything', { all: down }, 'all'],
    ['no mark of another service, port or beginning', { api: down, 'web:81': down, web2: down, we: down, WEB: down, 'web.': down }, undefined],
    ['the first of equals', { all: down, web: down, 'web:80': down }, 'all'],
    ['the first of equal drains', { web: drain, 'web:80': drain }, 'web'],
    ['a down before a drain', { all: drain, web: drain, 'web:80': down }, 'web:80'],
    ['an empty one, a down, before a drain', { all: drain, web: '' }, 'web'],
    ['a drain where the down has expired', { all: expired, web: drain }, 'web'],
    ['nothing where all have expired', { all: expired, web: expired, 'web:80': '{"state": "drain", "expiration": 1}' }, undefined],
  ];
  for (const [what, marks, name] of CASES) {
    it(`finds ${what}`, () => {
      put(marks);
      const found = decidingMark(root, NAMES, () => NOW);
      assert.equal(found !== undefined && 'name' in found ? found.name : found, name);
    });
  }

  it('looks anew each time', () => {
    assert.equal(decidingMark(root, NAMES, () => NOW), undefined);
    put({ web: '' });
    assert.notEqual(decidingMark(root, NAMES, () => NOW), undefined);
    rmSync(join(root, 'web'));
    assert.equal(decidingMark(root, NAMES, () => NOW), undefined);
  });
});

describe('readMark', () => {
  it('reads an expired mark, too', () => {
    put({ web: '{"expiration": 1, "reason": "x"}' });
    assert.deepEqual(readMark(root, 'web'), { name: 'web', state: 'down', reason: 'x', by: undefined, creation: undefined, expiration: 1 });
  });

  it('tells a spool that is missing from one that is no folder', () => {
    assert.equal(readMark(join(root, 'missing'), 'web'), undefined);
    put({ file: '' });
    assert.deepEqual(readMark(join(root, 'file'), 'web'), { unreadable: 'ENOTDIR' });
  });
});

describe('removeMark', () => {
  it('says whether there was one', () => {
    put({ web: '', web2: '' });
    assert.equal(removeMark(root, 'web'), true);
    assert.equal(removeMark(root, 'web'), false);
    assert.equal(removeMark(join(root, 'missing'), 'web'), false);
    assert.deepEqual(readdirSync(root), ['web2']);
  });
});

describe('a listing', () => {
  const STRAYS = ['-web', 'w b', 'web:', 'web:0', 'web:08', 'web:x:80', 'w\u00fc', 'web~', '#web#'];

  it('is sorted, without dot files, expired marks and names of no marks', () => {
    put({ 'web:10.0.0.7:8080': '', web: '', all: '', 'web:8080': '', 'api.v2': '', Web: '' });
    put({ '.hactl-1-0': 'half', '.web.swp': '', old: '{"expiration": 1}' });
    put(Object.fromEntries(STRAYS.map((name) => [name, ''])));
    mkdirSync(join(root, 'folder'));
    const { marks, strays } = listMarks(root, NOW);
    assert.deepEqual(marks.map(({ name }) => name), ['Web', 'all', 'api.v2', 'folder', 'web', 'web:10.0.0.7:8080', 'web:8080']);
    assert.deepEqual([...strays].sort(), [...STRAYS].sort());
  });

  for (const name of ['web:[::1]:80', 'web:0:0:0:0:0:0:0:1:80', 'web:::0001:80', 'web:FE80::1:80']) {
    it(`takes ${name} for no mark: its one name is another, and under this one no check looks for it`, () => {
      put({ [name]: '' });
      assert.deepEqual(listMarks(root, NOW), { marks: [], strays: [name] });
    });
  }

  it('of hactl status warns of names that are no marks, and exits 0', async () => {
    put({ web: 'x', 'w b': '', '.draft': '' });
    const { code, stdout, stderr } = await hactl(['status', '--spool-root', root]);
    assert.deepEqual([code, stdout], [0, 'DOWN\tweb\tx\t\t\t\n']);
    assert.match(stderr, /^hactl: [^\n]*"w b"[^\n]*\n$/);
  });

  it('of a missing spool is empty, and makes none', async () => {
    rmSync(root, { recursive: true });
    assert.deepEqual(listMarks(root, NOW), { marks: [], strays: [] });
    for (const words of [['status'], ['status', 'web'], ['up', 'web']]) {
      const { code, stderr } = await hactl([...words, '--spool-root', root]);
      assert.deepEqual([code, stderr], [0, '']);
    }
    assert.throws(() => readdirSync(root), { code: 'ENOENT' });
  });

  it('of /status has what is out, and the log names each stray once', async () => {
    const { port, log } = await testedDaemon({ spoolRoot: root });
    put({ web: 'x', old: '{"expiration": 1}', 'w b': '', '.draft': '' });
    const first = await ask(port, '/status');
    const second = await ask(port, '/status');
    const marks = [{ state: 'DOWN', service: 'web', reason: 'x', by: null, since: null, until: null }];
    for (const { body } of [first, second]) assert.deepEqual((JSON.parse(body) as { marks: unknown }).marks, marks);
    assert.equal((await log()).split('w b').length, 2);
  });
});
