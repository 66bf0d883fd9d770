// What the project depends on: nothing at runtime, and few things to be developed with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

interface Locked {
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
}

describe('the dependencies', () => {
  it('are none without those to develop with, to npm', () => {
    const told = JSON.parse(execFileSync('npm', ['ls', '--omit=dev', '--json', '--loglevel=silent'], { encoding: 'utf8' })) as { dependencies?: unknown; problems?: unknown };
    assert.deepEqual([told.dependencies, told.problems], [undefined, undefined]);
  });

  it('are locked, each with its checksum, as package.json has them', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
    const { devDependencies } = json('package.json') as { devDependencies: Record<string, string> };
    assert.deepEqual(Object.keys(devDependencies).sort(), ['@types/node', 'esbuild', 'tsx', 'typescript']);
    assert.deepEqual(packages['']?.devDependencies, devDependencies);
    for (const [name, { dev, integrity }] of Object.entries(packages)) {
      if (name !== '') assert.ok(dev === true && integrity?.startsWith('sha512-') === true, name);
    }
  });
});
