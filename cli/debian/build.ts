// make deb: from a tree that make install has filled to a package, which is the same to the byte wherever and whenever it is built.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VERSION } from '../../lib/version.ts';
import { defaultFile } from '../unit/default.ts';
import { changelog, control, copyright, RELEASE_TIME } from './control.ts';
import { POSTINST, POSTRM, PRERM } from './scripts.ts';

const CONFFILE = '/etc/default/hacheck';
const MAN = 'usr/share/man/man1';
const DOC = 'usr/share/doc/hacheck';

/** Everything in a folder, as sorted paths beneath it. */
function pathsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function put(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** By the program: the bytes of Node's own zlib differ from one version to the next. */
function gzip(content: string | Buffer): Buffer {
  return execFileSync('gzip', ['-9n'], { input: content });
}

/** Debian's man pages are compressed, and so are those that links lead to. */
function compressMan(folder: string): void {
  for (const name of pathsIn(folder)) {
    const path = join(folder, name);
    if (lstatSync(path).isSymbolicLink()) symlinkSync(`${readlinkSync(path)}.gz`, `${path}.gz`);
    else put(`${path}.gz`, gzip(readFileSync(path)));
    rmSync(path);
  }
}

/** As dpkg-gencontrol counts: each file in whole KiB, everything else as one. */
function installedSize(tree: string): number {
  return pathsIn(tree).map((name) => lstatSync(join(tree, name))).reduce((sum, stats) => sum + (stats.isFile() ? Math.ceil(stats.size / 1024) : 1), 0);
}

function md5sums(tree: string): string {
  const files = pathsIn(tree).filter((name) => lstatSync(join(tree, name)).isFile() && `/${name}` !== CONFFILE);
  return files.map((name) => `${createHash('md5').update(readFileSync(join(tree, name))).digest('hex')}  ${name}\n`).join('');
}

/** The umask of the build is not to be seen; nor is its moment, which dpkg-deb sees to. */
function settleModes(tree: string): void {
  for (const path of ['', ...pathsIn(tree)].map((name) => join(tree, name))) {
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) chmodSync(path, stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

const [tree = '', output = ''] = process.argv.slice(2);
compressMan(join(tree, MAN));
put(join(tree, CONFFILE), defaultFile());
put(join(tree, DOC, 'copyright'), copyright(readFileSync(new URL('../../LICENSE.txt', import.meta.url), 'utf8')));
put(join(tree, DOC, 'changelog.gz'), gzip(changelog()));
const own = { control: control(installedSize(tree)), md5sums: md5sums(tree), conffiles: `${CONFFILE}\n` };
for (const [name, text] of Object.entries(own)) put(join(tree, 'DEBIAN', name), text);
for (const [name, text] of Object.entries({ postinst: POSTINST, prerm: PRERM, postrm: POSTRM })) put(join(tree, 'DEBIAN', name), text, 0o755);
settleModes(tree);
const env = { ...process.env, SOURCE_DATE_EPOCH: String(RELEASE_TIME) };
execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, join(output, `hacheck_${VERSION}_all.deb`)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
