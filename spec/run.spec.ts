// The runner of the specs notices what it did not run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folder.ts';

const TOP = fileURLToPath(new URL('..', import.meta.url));
const PASSING = "import { it } from 'node:test';\nit('passes', () => undefined);\n";

function run(sources: Readonly<Record<string, string>>, ci: string): { status: number | null; stderr: string } {
  const folder = temporaryFolder();
  const files = Object.entries(sources).map(([name, source]) => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  });
  // Without what tells node:test that it runs inside another run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', 'tsx', 'spec/run.ts', ...files], { cwd: TOP, env: { ...env, CI: ci }, encoding: 'utf8' });
}

describe('the runner of the specs', () => {
  it('is content when every file has run', () => {
    const { status, stderr } = run({ 'a.spec.ts': PASSING, 'b.spec.ts': PASSING }, 'true');
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('fails when a file ran no test', () => {
    const { status, stderr } = run({ 'a.spec.ts': PASSING, 'empty.spec.ts': '' }, 'false');
    assert.equal(status, 1);
    assert.match(stderr, /^not run: .*empty\.spec\.ts$/m);
  });

  it('fails when a spec fails, and says so last', () => {
    const { status, stderr } = run({ 'a.spec.ts': PASSING.replace('undefined', "{ throw new Error('no'); }") }, 'false');
    assert.equal(status, 1);
    assert.match(stderr, /^failed: passes \(.*a\.spec\.ts\): no\n$/);
  });

  it('fails in CI, and only there, when a spec is skipped', () => {
    const skipping = { 'a.spec.ts': PASSING.replace("'passes', ", "'passes', { skip: 'LACKING all' }, ") };
    assert.equal(run(skipping, 'false').status, 0);
    const { status, stderr } = run(skipping, 'true');
    assert.equal(status, 1);
    assert.match(stderr, /^skipped: passes \(.*a\.spec\.ts\)$/m);
  });
});
