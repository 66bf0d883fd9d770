import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { terminal } from '../../support/shell.ts';
import { openFolder, ordinaryUser } from '../../support/user.ts';

const SINCE = Date.parse('2026-11-22T10:00:00Z') / 1000;
const UNTIL = Date.parse('2100-01-01T00:00:00Z') / 1000;

function spoolWith(marks: Readonly<Record<string, string | object>>): string {
  const root = temporaryFolder();
  for (const [name, said] of Object.entries(marks)) writeFileSync(join(root, name), typeof said === 'string' ? said : JSON.stringify(said));
  return root;
}

const WEB = { reason: 'kernel upgrade', creation: SINCE, expiration: UNTIL, state: 'down', by: 'ops' };
const WEB_LINE = 'kernel upgrade\tops\t2026-11-22T10:00:00Z\t2100-01-01T00:00:00Z';

describe('hactl status SERVICE', () => {
  const root = spoolWith({ web: WEB, 'api:80': { ...WEB, state: 'drain', expiration: null }, db: 'disk', past: { ...WEB, expiration: 1 }, 'x:10.0.0.7:80': '' });
  const ROWS: readonly (readonly [readonly string[], number, string])[] = [
    [['web'], 1, `DOWN\tweb\t${WEB_LINE}\n`],
    [['web:8080'], 1, `DOWN\tweb:8080\t${WEB_LINE}\n`],
    [['web', '-P', '8080', '-H', '10.0.0.7'], 1, `DOWN\tweb:10.0.0.7:8080\t${WEB_LINE}\n`],
    [['api'], 0, 'UP\tapi\t\t\t\t\n'],
    [['api:80'], 1, 'DRAIN\tapi:80\tkernel upgrade\tops\t2026-11-22T10:00:00Z\t\n'],
    [['api', '-P80'], 1, 'DRAIN\tapi:80\tkernel upgrade\tops\t2026-11-22T10:00:00Z\t\n'],
    [['api:81'], 0, 'UP\tapi:81\t\t\t\t\n'],
    [['db'], 1, 'DOWN\tdb\tdisk\t\t\t\n'],
    [['past'], 0, 'UP\tpast\t\t\t\t\n'],
    [['x:80'], 0, 'UP\tx:80\t\t\t\t\n'],
    [['x:10.0.0.7:80'], 1, 'DOWN\tx:10.0.0.7:80\t\t\t\t\n'],
    [['unknown', 'db', 'api'], 1, 'UP\tunknown\t\t\t\t\nDOWN\tdb\tdisk\t\t\t\nUP\tapi\t\t\t\t\n'],
    [['unknown', 'api'], 0, 'UP\tunknown\t\t\t\t\nUP\tapi\t\t\t\t\n'],
  ];
  for (const [words, code, stdout] of ROWS) {
    it(`${words.join(' ')} exits ${code}`, async () => assert.deepEqual(await hactl(['status', ...words, '--spool-root', root]), { code, signal: null, stdout, stderr: '' }));
  }

  it('counts the mark all, for web and web:8080, and for itself', async () => {
    const everything = spoolWith({ all: 'fire', web: { ...WEB, state: 'drain' } });
    const { code, stdout } = await hactl(['status', 'web', 'web:8080', 'all', '--spool-root', everything]);
    assert.deepEqual([code, stdout], [1, 'DOWN\tweb\tfire\t\t\t\nDOWN\tweb:8080\tfire\t\t\t\nDOWN\tall\tfire\t\t\t\n']);
  });

  it('takes a down before a drain, whichever mark it is', async () => {
    const both = spoolWith({ all: { state: 'drain', reason: 'move' }, 'web:8080': 'broken' });
    assert.equal((await hactl(['status', 'web', 'web:8080', '--spool-root', both])).stdout, 'DRAIN\tweb\tmove\t\t\t\nDOWN\tweb:8080\tbroken\t\t\t\n');
  });

  it('shows control characters as spaces', async () => {
    const hostile = spoolWith({ web: { reason: 'a\tb\nc\u001b[31md\u0085e\u202ef', by: 'x\ty' } });
    assert.equal((await hactl(['status', 'web', '--spool-root', hostile])).stdout, 'DOWN\tweb\ta b c [31md e f\tx y\t\t\n');
  });
});

describe('hactl status', () => {
  it('prints every mark that counts, by its name, and exits 0', async () => {
    const root = spoolWith({ web: WEB, all: '', 'api:80': { state: 'drain' }, past: { expiration: 1 }, '.hactl-draft': 'x' });
    assert.deepEqual(await hactl(['status', '--spool-root', root]), { code: 0, signal: null, stdout: `DOWN\tall\t\t\t\t\nDRAIN\tapi:80\t\t\t\t\nDOWN\tweb\t${WEB_LINE}\n`, stderr: '' });
  });

  it('prints nothing where nothing is out, and makes no spool', async () => {
    const root = join(temporaryFolder(), 'spool');
    for (const words of [[], ['--spool-root', root]]) {
      assert.deepEqual(await hactl(['status', ...words], { env: { HACHECK_SPOOL_ROOT: root } }), { code: 0, signal: null, stdout: '', stderr: '' });
    }
    assert.ok(!existsSync(root));
  });

  it('skips files that are no marks, and says so once', async () => {
    const root = spoolWith({ 'web~': 'x', 'web:08': '', web: '' });
    assert.deepEqual(await hactl(['status', '--spool-root', root]), {
      code: 0,
      signal: null,
      stdout: 'DOWN\tweb\t\t\t\t\n',
      stderr: `hactl: ${root}: not the name of a mark, and takes nothing out: "web:08", "web~"\n`,
    });
  });

  it('does not pass over -P or -H without a service in silence', async () => {
    assert.equal((await hactl(['status', '-P', '8080', '--spool-root', spoolWith({ web: '' })])).code, 2);
  });
});

describe('hactl status --json', () => {
  const root = spoolWith({ web: WEB, db: '' });
  const DB = { state: 'DOWN', service: 'db', reason: null, by: null, since: null, until: null };
  const ROW = { state: 'DOWN', service: 'web', reason: 'kernel upgrade', by: 'ops', since: '2026-11-22T10:00:00Z', until: '2100-01-01T00:00:00Z' };
  const ROWS: readonly (readonly [readonly string[], number, unknown])[] = [
    [[], 0, [DB, ROW]],
    [['web'], 1, [ROW]],
    [['api', 'db'], 1, [{ ...DB, state: 'UP', service: 'api' }, DB]],
    [['api'], 0, [{ ...DB, state: 'UP', service: 'api' }]],
  ];
  for (const [services, code, expected] of ROWS) {
    it(`${services.join(' ')} prints one array with the columns' names, null for what is not known, and exits ${code}`, async () => {
      const run = await hactl(['status', ...services, '--json', '--spool-root', root]);
      assert.equal(run.code, code);
      assert.equal(JSON.stringify(JSON.parse(run.stdout)), JSON.stringify(expected));
      assert.ok(run.stdout.endsWith(']\n'));
    });
  }

  it('prints an empty array where nothing is out', async () => {
    assert.equal((await hactl(['status', '--json', '--spool-root', spoolWith({})])).stdout, '[]\n');
  });
});

describe('hactl status of a spool that it cannot read', () => {
  for (const services of [[], ['web']]) {
    it(`exits 3 with one line when the spool is a file, ${services.length} services named`, async () => {
      const root = join(spoolWith({ file: '' }), 'file');
      const { code, stdout, stderr } = await hactl(['status', ...services, '--spool-root', root]);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^hactl: [^\n]*ENOTDIR[^\n]*\n$/);
      assert.doesNotMatch(stderr, /sudo/);
    });

    it(`exits 3 with advice without permission, ${services.length} services named`, async () => {
      const root = openFolder();
      chmodSync(root, 0);
      const { code, stdout, stderr } = await hactl(['status', ...services, '--spool-root', root], ordinaryUser());
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^hactl: [^\n]*EACCES[^\n]*\n$/);
      assert.match(stderr, /sudo/);
      assert.ok(stderr.includes(root), stderr);
    });
  }
});

describe('hactl status on a terminal', { skip: lacking('script') }, () => {
  const now = Date.now() / 1000;
  const mark = { ...WEB, creation: now - 12 * 60, expiration: now + 18 * 60 + 20 };

  it('is an aligned table with times that people read, in colour', async () => {
    const env = { HACHECK_SPOOL_ROOT: spoolWith({ web: mark, 'api:80': { state: 'drain' } }) };
    const { code, stdout } = await terminal('hactl status', 100, { env });
    assert.equal(code, 0);
    assert.equal(
      stdout,
      [
        'STATE  SERVICE  REASON          BY   SINCE         UNTIL',
        '\x1b[33mDRAIN\x1b[0m  api:80',
        '\x1b[31mDOWN \x1b[0m  web      kernel upgrade  ops  since 12 min  18 min left',
        '',
      ].join('\n'),
    );
  });

  it('has no colour with NO_COLOR, and the exit code of a service that is out', async () => {
    const env = { HACHECK_SPOOL_ROOT: spoolWith({ web: mark }), NO_COLOR: '1' };
    const { code, stdout } = await terminal('hactl status web api', 100, { env });
    assert.equal(code, 1);
    assert.equal(
      stdout,
      'STATE  SERVICE  REASON          BY   SINCE         UNTIL\nDOWN   web      kernel upgrade  ops  since 12 min  18 min left\nUP     api\n',
    );
  });

  it('cuts a long reason to the width, and shows its control characters as spaces', async () => {
    const env = { HACHECK_SPOOL_ROOT: spoolWith({ web: { ...mark, reason: `a\u001b[2Jb\n${'x'.repeat(200)}` } }), NO_COLOR: '1' };
    const [, line = ''] = (await terminal('hactl status', 90, { env })).stdout.split('\n');
    assert.equal(line.length, 90);
    assert.match(line, /^DOWN   web      a \[2Jb x+…  ops  since 12 min  18 min left$/);
  });

  it('takes a terminal that does not know its width for one of 80 columns', async () => {
    const env = { HACHECK_SPOOL_ROOT: spoolWith({ web: { ...mark, reason: 'x'.repeat(200) } }), NO_COLOR: '1' };
    const [, line = ''] = (await terminal('hactl status', 0, { env })).stdout.split('\n');
    assert.equal(line.length, 80);
  });

  it('says so where nothing is out', async () => {
    assert.equal((await terminal('hactl status', 80, { env: { HACHECK_SPOOL_ROOT: spoolWith({}) } })).stdout, 'no marks: nothing is taken out\n');
  });

  it('prints JSON where it is asked to, without colour', async () => {
    const { stdout } = await terminal('hactl status --json', 80, { env: { HACHECK_SPOOL_ROOT: spoolWith({ web: '' }) } });
    assert.equal((JSON.parse(stdout) as unknown[]).length, 1);
  });

  it('is lines with tabs in a pipe, though stderr is a terminal', async () => {
    const { stdout } = await terminal('hactl status | cat', 80, { env: { HACHECK_SPOOL_ROOT: spoolWith({ web: WEB }) } });
    // The terminal may turn tabs into spaces.
    assert.match(stdout, /^DOWN\s+web\s+kernel upgrade\s+ops\s+2026-11-22T10:00:00Z\s+2100-01-01T00:00:00Z\n$/);
  });
});
