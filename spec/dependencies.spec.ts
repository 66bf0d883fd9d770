// What the project depends on: nothing at runtime, and few things to be developed with.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { httpService } from './support/service.ts';

interface Locked {
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What npm makes of a registry's answers: how many vulnerabilities there are, by package; or that it had no answer, and why. */
type Audit = { readonly vulnerabilities: Readonly<Record<string, unknown>> } | { readonly message: string; readonly statusCode?: number };

/** Statuses of a registry that tells nobody what is vulnerable: those that are mere copies of packages. */
const TELLS_NOTHING: readonly (number | undefined)[] = [404, 405, 501];

function audit(...words: readonly string[]): Promise<Audit> {
  return new Promise((resolve) => {
    // It ends with 1 where it finds something, and where it could not ask.
    execFile('npm', ['audit', '--json', '--loglevel=silent', '--fetch-retries=0', ...words], (_error, stdout) => resolve(JSON.parse(stdout) as Audit));
  });
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

  it('have no known vulnerability among what is there at runtime', async () => {
    assert.deepEqual(((await audit('--omit=dev')) as { vulnerabilities: unknown }).vulnerabilities, {});
  });

  it('have none among those to develop with, as far as the registry tells', async (test) => {
    const found = await audit();
    if ('vulnerabilities' in found) return assert.deepEqual(found.vulnerabilities, {});
    if (TELLS_NOTHING.includes(found.statusCode)) return test.diagnostic(`NOT ASKED: this registry tells of no vulnerabilities: ${found.message}`);
    test.skip(`LACKING a registry: ${found.message}`);
  });

  it('would be known to have some, by a registry that tells', async () => {
    const advisory = { id: 1, url: 'https://example.com/1', title: 'a hole', severity: 'high', vulnerable_versions: '*', cwe: [], cvss: { score: 9, vectorString: null } };
    const registry = await httpService((request, response) => {
      if (request.method !== 'POST') return void response.writeHead(404).end();
      response.end(JSON.stringify({ esbuild: [advisory] }));
    });
    const found = await audit('--registry', `http://127.0.0.1:${registry.port}`);
    assert.ok('vulnerabilities' in found && 'esbuild' in found.vulnerabilities, JSON.stringify(found));
  });
});
