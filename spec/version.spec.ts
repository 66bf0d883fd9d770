import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { VERSION } from '../lib/version.ts';

interface Package {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Package;

it('is the version of package.json', () => assert.equal(VERSION, manifest.version));

it('needs nothing at runtime, and four packages for development', () => {
  assert.deepEqual(manifest.dependencies ?? {}, {});
  assert.deepEqual(Object.keys(manifest.devDependencies), ['@types/node', 'esbuild', 'tsx', 'typescript']);
});
