import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl, type Run } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { terminal } from '../../support/shell.ts';
import { openFolder, ordinaryUser } from '../../support/user.ts';

interface Contents {
  readonly reason: unknown;
  readonly creation: number;
  readonly expiration: number | null;
  readonly state: unknown;
  readonly by: unknown;
}

function contents(root: string, mark: string): Contents {
  return JSON.parse(readFileSync(join(root, mark), 'utf8')) as Contents;
}

const DONE: Run = { code: 0, signal: null, stdout: '', stderr: '' };

for (const state of ['down', 'drain'] as const) {
  describe(`hactl ${state}`, () => {
    it('makes a mark of several services, with reason, creation and who', async () => {
      const root = join(temporaryFolder(), 'a', 'spool');
      const began = Date.now() / 1000;
      const run = await hactl([state, 'web', 'web:8080', 'web:10.0.0.7:8080', 'all', '-r', 'kernel upgrade', '--spool-root', root], { env: { SUDO_USER: 'ops' } });
      assert.deepEqual(run, DONE);
      assert.deepEqual(readdirSync(root), ['all', 'web', 'web:10.0.0.7:8080', 'web:8080']);
      assert.equal(statSync(join(root, 'web')).mode & 0o777, 0o644);
      assert.equal(statSync(root).mode & 0o777, 0o755);
      const { creation, ...mark } = contents(root, 'web:10.0.0.7:8080');
      assert.deepEqual(mark, { reason: 'kernel upgrade', expiration: null, state, by: 'ops' });
      assert.ok(creation >= began && creation <= Date.now() / 1000);
    });

    it('says nothing but an error when piped, and a sentence on a terminal', { skip: lacking('script') }, async () => {
      const env = { HACHECK_SPOOL_ROOT: temporaryFolder() };
      const { code, stdout } = await terminal(`hactl ${state} web --reason "kernel upgrade" --for 30m`, 80, { env });
      assert.equal(code, 0);
      const word = state === 'down' ? 'down' : 'draining';
      assert.match(stdout, new RegExp(`^web is ${word} for 30 min, until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ: kernel upgrade\\n$`));
    });
  });
}

describe('the end of a mark', () => {
  const root = temporaryFolder();

  for (const [text, seconds] of [['90s', 90], ['30m', 1800], ['2h', 7200], ['1d', 86400], ['1d2h30m5s', 95405]] as const) {
    it(`comes ${seconds} s later with --for ${text}`, async () => {
      assert.deepEqual(await hactl(['down', text, '--for', text, '--spool-root', root]), DONE);
      const { creation, expiration } = contents(root, text);
      assert.ok(Math.abs(Number(expiration) - creation - seconds) < 0.1, `${expiration} - ${creation}`);
    });
  }

  for (const words of [['--until', '2100-01-01T00:00:00Z'], ['--until=2100-01-01 01:00+01:00'], ['--until', '4102444800'], ['-e', '4102444800'], ['-e4102444800'], ['--expiration=4102444800']]) {
    it(`is the moment that ${words.join(' ')} names`, async () => {
      assert.deepEqual(await hactl(['down', 'web', ...words, '--spool-root', root]), DONE);
      assert.equal(contents(root, 'web').expiration, 4102444800);
    });
  }

  for (const past of ['0', '1', '1500000000.5']) {
    it(`may lie in the past with -e ${past}, and the service is up`, async () => {
      assert.equal((await hactl(['down', 'past', '-e', past, '--spool-root', root])).code, 0);
      assert.equal((await hactl(['status', 'past', '--spool-root', root])).stdout, 'UP\tpast\t\t\t\t\n');
    });
  }

  it('is not said to take out what is up, when it lies in the past', { skip: lacking('script') }, async () => {
    const { stdout } = await terminal('hactl down past -e 1', 80, { env: { HACHECK_SPOOL_ROOT: root } });
    assert.doesNotMatch(stdout, /past is down/);
  });

  it('takes a new place when the same is said again, and the beginning stays', async () => {
    assert.equal((await hactl(['down', 'again', '-r', 'x', '--for', '1h', '--spool-root', root])).code, 0);
    const before = contents(root, 'again');
    assert.equal((await hactl(['down', 'again', '-r', 'x', '--for', '2h', '--spool-root', root])).code, 0);
    const after = contents(root, 'again');
    assert.equal(after.creation, before.creation);
    assert.ok(Number(after.expiration) >= Number(before.expiration) + 3600);
  });
});

describe('who takes a service out', () => {
  const ROWS = [
    [{ SUDO_USER: 'ops', SSH_USER: 'deploy', USER: 'nobody' }, 'ops'],
    [{ SUDO_USER: '', SSH_USER: 'deploy', USER: 'nobody' }, 'deploy'],
    [{ SSH_USER: 'deploy' }, 'deploy'],
    [{ USER: 'somebody-else', LOGNAME: 'somebody-else' }, userInfo().username],
    [{ SUDO_USER: 'o\tp\ns' }, 'o p s'],
  ] as const;
  for (const [env, by] of ROWS) {
    it(`is ${by} with ${JSON.stringify(env)}`, async () => {
      const root = temporaryFolder();
      assert.equal((await hactl(['down', 'web', '--spool-root', root], { env })).code, 0);
      assert.equal(contents(root, 'web').by, by);
    });
  }
});

describe('what hactl down refuses, it does not do', { concurrency: 2 }, () => {
  const root = join(temporaryFolder(), 'spool');
  const HOW = ': like 90s, 30m, 2h, 1d or 1h30m, and more than nothing';
  const WHEN = ': Unix seconds, or ISO 8601 like 2026-11-22T18:00:00Z or "2026-11-22 18:00"';
  const ONE = '--for, --until and -e say the same thing: give one of them';
  const ROWS: readonly (readonly [readonly string[], string])[] = [
    [['web', '--for', '5'], `--for: bad duration "5" (5s, 5m or 5h?)${HOW}`],
    [['web', '--for', '-1h'], '--for needs a value, and -1h looks like an option (a value like that is written --for=-1h)'],
    [['web', '--for=-1h'], `--for: bad duration "-1h"${HOW}`],
    [['web', '--for', '0s'], `--for: bad duration "0s"${HOW}`],
    [['web', '--for='], `--for: bad duration ""${HOW}`],
    [['web', '--for'], '--for needs a value'],
    [['web', '--until', 'yesterday'], `--until: bad time "yesterday"${WHEN}`],
    [['web', '--until', '2026-02-30'], `--until: bad time "2026-02-30"${WHEN}`],
    [['web', '--until', '2001-01-01T00:00:00Z'], '--until: 2001-01-01T00:00:00Z is in the past'],
    [['web', '--until', '1'], '--until: 1970-01-01T00:00:01Z is in the past'],
    [['web', '-e', 'soon'], `--expiration: bad time "soon"${WHEN}`],
    [['web', '--for', '1h', '--until', '2100-01-01'], ONE],
    [['web', '--for', '1h', '-e', '1'], ONE],
    [['web', '--until', '2100-01-01', '-e', '1'], ONE],
    [['all:8080'], 'all:8080 takes nothing out: name the service, as in web:8080, or take out all'],
    [['web', 'all', '-P', '8080'], 'all:8080 takes nothing out: name the service, as in web:8080, or take out all'],
    [['web', 'api', '../x', 'db'], 'bad service "../x": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['web', '/etc/passwd'], 'bad service "/etc/passwd": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
  ];
  for (const [words, message] of ROWS) {
    it(words.join(' '), async () => {
      const run = await hactl(['down', ...words], { env: { HACHECK_SPOOL_ROOT: root } });
      assert.deepEqual(run, { code: 2, signal: null, stdout: '', stderr: `hactl: ${message} (see hactl help down)\n` });
      assert.ok(!existsSync(root));
    });
  }
});

describe('what hactl down cannot do', () => {
  it('is said for that service alone, and the others are taken out: exit 3', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'web'));
    const { code, stderr } = await hactl(['down', 'api', 'web', 'db', '--spool-root', root]);
    assert.deepEqual([code, stderr], [3, `hactl: web: ${root}/web: a folder has the mark's name; look what is in it, then remove it with rm -r (EISDIR)\n`]);
    assert.deepEqual(readdirSync(root), ['api', 'db', 'web']);
  });

  it('is said when the spool is a file', async () => {
    const root = join(temporaryFolder(), 'file');
    writeFileSync(root, '');
    const { code, stderr } = await hactl(['down', 'web', '--spool-root', root]);
    assert.deepEqual([code, stderr], [3, `hactl: web: ${root}: a file, or a link to nothing, is in the way of the spool; name another folder with --spool-root (EEXIST)\n`]);
  });

  for (const [what, words] of [['in a spool of root\'s', []], ['in a spool that is still to be made', ['--spool-root']]] as const) {
    it(`is said with advice where permission is missing ${what}, without the name of any draft`, async () => {
      const root = openFolder();
      chmodSync(root, 0o555);
      const spool = words.length === 0 ? root : join(root, 'spool');
      const { code, stdout, stderr } = await hactl(['drain', 'web', '--spool-root', spool], ordinaryUser());
      assert.deepEqual([code, stdout, readdirSync(root)], [3, '', []]);
      assert.match(stderr, /^hactl: web: [^\n]*sudo[^\n]* \(EACCES\)\n$/);
      assert.ok(stderr.includes(spool), stderr);
      assert.ok(!stderr.includes('/.hactl-'), stderr);
    });
  }
});
