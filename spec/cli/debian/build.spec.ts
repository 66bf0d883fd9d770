// The Debian package as make deb builds it, installed into a root of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { OLD_NAMES } from '../../../cli/command/index.ts';
import { defaultFile } from '../../../cli/unit/default.ts';
import { VERSION } from '../../../lib/version.ts';
import { builtPackage, scratchRoot } from '../../support/debian.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, hactl, serving } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { ask } from '../../support/request.ts';
import { withUmask } from '../../support/umask.ts';

const LACKING = lacking('dpkg-deb');
const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('make deb', { skip: LACKING, timeout: 120_000 }, async () => {
  if (LACKING !== false) return;
  const deb = builtPackage();
  const field = (name: string): string => execFileSync('dpkg-deb', ['-f', deb, name], { encoding: 'utf8' }).trim();
  const listed = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8' }).trimEnd().split('\n');

  it('builds the same to the byte in another folder, under another umask, in another time zone', () => {
    assert.equal(hash(withUmask(0o077, () => builtPackage({ TZ: 'Asia/Kolkata', LC_ALL: 'C', SOURCE_DATE_EPOCH: '1' }))), hash(deb));
  });

  it('builds a package of this version for every architecture, which needs Node 18', () => {
    assert.equal(basename(deb), `hacheck_${VERSION}_all.deb`);
    assert.deepEqual(['Package', 'Version', 'Architecture', 'Depends'].map(field), ['hacheck', VERSION, 'all', 'nodejs (>= 18)']);
  });

  it("packs root's files, which everybody may read and nobody else write", () => {
    for (const line of listed) assert.match(line, /^(?:drwxr-xr-x|-rw-r--r--|lrwxrwxrwx|-rwxr-xr-x) root\/root /);
    assert.deepEqual(listed.filter((line) => line.startsWith('-rwx')).map((line) => line.split(/ +/)[5]), ['./usr/bin/hactl']);
  });

  it('builds one in which lintian finds nothing', { skip: lacking('lintian') }, () => {
    const { status, stdout } = spawnSync('lintian', ['--fail-on', 'error,warning', '--allow-root', deb], { encoding: 'utf8' });
    assert.deepEqual([status, stdout.replace(/^N: .*\n/gm, '')], [0, '']);
  });

  it('installs the same hactl, the old names, units for the paths of the host, man page and completions', async () => {
    const { path, dpkg } = scratchRoot();
    dpkg('-i', deb);
    assert.equal(hash(join(path, 'usr/bin/hactl')), hash(HACTL));
    for (const name of OLD_NAMES.keys()) assert.equal(readlinkSync(join(path, 'usr/bin', name)), 'hactl');
    const unit = (...words: string[]): Promise<string> => hactl(['unit', ...words]).then(({ stdout }) => stdout);
    const units = { 'hacheck.service': await unit('--program', '/usr/bin/hactl', '--node', '/usr/bin/node'), 'hacheck.socket': await unit('--socket'), 'hacheck-agent.socket': await unit('--agent-socket') };
    for (const [name, text] of Object.entries(units)) assert.equal(readFileSync(join(path, 'lib/systemd/system', name), 'utf8'), text);
    for (const file of ['share/man/man1/hactl.1.gz', 'share/man/man1/haup.1.gz', 'share/bash-completion/completions/hactl', 'share/zsh/vendor-completions/_hactl', 'share/fish/vendor_completions.d/hactl.fish']) {
      assert.ok(statSync(join(path, 'usr', file)).size > 0, file);
    }
  });

  it('installs what runs: it takes services out and answers', async () => {
    const { path, dpkg } = scratchRoot();
    dpkg('-i', deb);
    const env = { HACHECK_SPOOL_ROOT: join(path, 'var/spool/hacheck') };
    assert.equal((await hactl(['web', '-r', 'disk'], { program: join(path, 'usr/bin/hadown'), env })).code, 0);
    const daemon = await serving([], { program: join(path, 'usr/bin/hactl'), env });
    assert.match((await ask(daemon.port, '/spool/web/0')).phrase, /^down by .*: disk$/);
    daemon.child.kill('SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
  });

  it('makes the spool, and enables nothing', () => {
    const { path, dpkg } = scratchRoot();
    dpkg('-i', deb);
    assert.equal(statSync(join(path, 'var/spool/hacheck')).mode & 0o7777, 0o755);
    assert.equal(existsSync(join(path, 'etc/systemd/system')), false);
  });

  it('makes the spool where there is no systemd, too', () => {
    const [path, bin] = [temporaryFolder(), temporaryFolder()];
    execFileSync('dpkg-deb', ['-R', deb, path]);
    for (const name of ['sh', 'install']) symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
    for (const version of ['', '0.9']) execFileSync(join(path, 'DEBIAN/postinst'), ['configure', version], { env: { DPKG_ROOT: path, PATH: bin } });
    assert.equal(statSync(join(path, 'var/spool/hacheck')).mode & 0o7777, 0o755);
  });

  it("leaves the operator's settings and marks alone: when it is installed again, removed, and purged", () => {
    const { path, dpkg } = scratchRoot();
    dpkg('-i', deb);
    const [settings, mark] = [join(path, 'etc/default/hacheck'), join(path, 'var/spool/hacheck/web')];
    assert.equal(readFileSync(settings, 'utf8'), defaultFile());
    appendFileSync(settings, 'HACHECK_CACHE_TIME=5\n');
    writeFileSync(mark, '');
    dpkg('-i', deb);
    dpkg('-r', 'hacheck');
    assert.ok(readFileSync(settings, 'utf8').endsWith('HACHECK_CACHE_TIME=5\n'));
    assert.equal(existsSync(join(path, 'usr/bin/hactl')), false);
    dpkg('-P', 'hacheck');
    assert.deepEqual([existsSync(settings), existsSync(mark)], [false, true]);
  });

  it('takes an empty spool away when it is purged', () => {
    const { path, dpkg } = scratchRoot();
    dpkg('-i', deb);
    dpkg('-P', 'hacheck');
    assert.equal(existsSync(join(path, 'var/spool/hacheck')), false);
  });

  it('lists its settings as a conffile, and the sums of all other files', () => {
    const folder = temporaryFolder();
    execFileSync('dpkg-deb', ['-R', deb, folder]);
    assert.deepEqual(readdirSync(join(folder, 'DEBIAN')).sort(), ['conffiles', 'control', 'md5sums', 'postinst', 'postrm', 'prerm']);
    assert.equal(readFileSync(join(folder, 'DEBIAN/conffiles'), 'utf8'), '/etc/default/hacheck\n');
    const { status, stdout } = spawnSync('md5sum', ['-c', 'DEBIAN/md5sums'], { cwd: folder, encoding: 'utf8' });
    assert.deepEqual([status, stdout.split('\n').length - 1], [0, listed.filter((line) => line.startsWith('-')).length - 1]);
  });
});
