import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RELEASED, VERSION } from '../lib/version.ts';

interface Package {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Package;

it('is the version of package.json', () => assert.equal(VERSION, manifest.version));

it('has the day of its release, which is one of the calendar', () => assert.equal(new Date(`${RELEASED}T00:00:00Z`).toISOString().slice(0, 10), RELEASED));

it('needs nothing at runtime, and four packages for development', () => {
  assert.deepEqual(manifest.dependencies ?? {}, {});
  assert.deepEqual(Object.keys(manifest.devDependencies), ['@types/node', 'esbuild', 'tsx', 'typescript']);
});

it('is made of TypeScript and of nothing else', () => {
  for (const room of ['lib', 'cli']) {
    const folder = fileURLToPath(new URL(`../${room}`, import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
    assert.deepEqual(files.filter((name) => !name.endsWith('.ts')), []);
  }
});
