// dist/hactl alone, as it is copied to hosts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folder.ts';
import { HACTL, hactl, serving } from './support/hactl.ts';
import { ask } from './support/request.ts';

const TOP = fileURLToPath(new URL('..', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const RUNS_SOURCES = major > 22 || (major === 22 && minor >= 18);

/** A copy of the file in an empty folder, beneath a package.json that says what it likes. */
function copied(manifest?: string): string {
  const folder = temporaryFolder();
  if (manifest !== undefined) writeFileSync(join(folder, 'package.json'), manifest);
  mkdirSync(join(folder, 'bin'));
  copyFileSync(HACTL, join(folder, 'bin', 'hactl'));
  return join(folder, 'bin', 'hactl');
}

describe('the one file', () => {
  for (const manifest of [undefined, '{"type":"module"}', '{"type":"commonjs"}', '{}']) {
    it(`runs alone beneath ${manifest === undefined ? 'no package.json' : `a package.json of ${manifest}`}`, async () => {
      const program = copied(manifest);
      const spool = temporaryFolder();
      const env = { HACHECK_SPOOL_ROOT: spool };
      assert.deepEqual(await hactl(['down', 'web', '-r', 'disk'], { program, env }), { code: 0, signal: null, stdout: '', stderr: '' });
      const daemon = await serving([], { program, env });
      assert.match((await ask(daemon.port, '/spool/web/0')).phrase, /^down by .*: disk$/);
      daemon.child.kill('SIGTERM');
      assert.deepEqual(await daemon.ended, [0, null]);
    });
  }

  it('asks for node by the name that is in the PATH, and may be executed', () => {
    assert.match(readFileSync(HACTL, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.equal(lstatSync(HACTL).mode & 0o777, 0o755);
  });

  it('needs nothing but Node', () => {
    const required = [...readFileSync(HACTL, 'utf8').matchAll(/require\("([^"]+)"\)/g)].map(([, name = '']) => name);
    assert.ok(required.length > 5);
    assert.deepEqual(required.filter((name) => !name.startsWith('node:')), []);
  });

  it('is readable: lines that a person reads, under the names of the files that they come from', () => {
    const lines = readFileSync(HACTL, 'utf8').split('\n');
    assert.ok(lines.includes('// lib/check.ts'));
    assert.ok(lines.every((line) => line.length < 400));
  });

  it('is the same to the byte when it is built again, in another folder', () => {
    const folder = temporaryFolder();
    execFileSync('cp', ['-r', 'lib', 'cli', 'Makefile', 'package.json', 'package-lock.json', 'tsconfig.json', folder], { cwd: TOP });
    execFileSync('ln', ['-s', join(TOP, 'node_modules'), folder]);
    execFileSync('make', ['-s', '-o', 'node_modules', 'dist'], { cwd: folder });
    assert.ok(readFileSync(join(folder, 'dist', 'hactl')).equals(readFileSync(HACTL)));
  });
});

// Node 22.18 and newer take the types out by themselves; spec/nodes.ts sees to it that CI runs this on 24.
if (RUNS_SOURCES) {
  describe('the sources', () => {
    it('run as they lie', async () => {
      const { code, stdout } = await hactl(['status', 'web', '--spool-root', temporaryFolder()], { program: join(TOP, 'cli/hactl.ts') });
      assert.deepEqual([code, stdout], [0, 'UP\tweb\t\t\t\t\n']);
    });
  });
}
