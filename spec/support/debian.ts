// The Debian package, built by make, and roots that it is installed into.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folder.ts';

const TOP = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the package in a copy of this tree, and gives its path. */
export function builtPackage(surroundings: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  execFileSync('cp', ['-r', 'lib', 'cli', 'Makefile', 'package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE.txt', folder], { cwd: TOP });
  symlinkSync(join(TOP, 'node_modules'), join(folder, 'node_modules'));
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, MAKEFLAGS: '', ...surroundings };
  execFileSync('make', ['-s', '-o', 'node_modules', 'deb'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [name = ''] = readdirSync(join(folder, 'dist')).filter((each) => each.endsWith('.deb'));
  return join(folder, 'dist', name);
}

/** A root in which nothing is installed. */
export interface ScratchRoot {
  readonly path: string;
  /** Runs dpkg on it; the package's scripts run outside of it, for there is no shell in it. */
  readonly dpkg: (...words: string[]) => void;
}

/** Makes one that goes with the specs around the call. */
export function scratchRoot(): ScratchRoot {
  const path = temporaryFolder();
  for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(path, 'var/lib/dpkg', folder), { recursive: true });
  writeFileSync(join(path, 'var/lib/dpkg/status'), '');
  const options = [`--root=${path}`, '--force-depends', '--force-script-chrootless', '--force-not-root', '--force-confold'];
  const dpkg = (...words: string[]): void => {
    const { status, stderr } = spawnSync('dpkg', [...options, ...words], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    if (status !== 0) throw new Error(`dpkg ${words.join(' ')}: ${stderr}`);
  };
  return { path, dpkg };
}
