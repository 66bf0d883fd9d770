// Forms as a real curl posts them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from './support/folder.ts';
import { AUTHORIZED, spoolDaemon } from './support/form.ts';
import { lacking } from './support/programs.ts';

const { port, spoolRoot } = await spoolDaemon();
const BODY = 'status=down&reason=kernel+upgrade';

beforeEach(() => {
  for (const name of readdirSync(spoolRoot)) rmSync(join(spoolRoot, name));
});

describe('curl', { skip: lacking('curl') }, () => {
  const run = promisify(execFile);
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  const curl = async (...words: readonly string[]): Promise<string> =>
    (await run('curl', ['-sS', '--max-time', '20', '-w', '%{http_code}', '-H', AUTHORIZED, ...words])).stdout;

  it('marks as the README says', async () => {
    assert.equal(await curl('-d', 'status=down', '-d', 'reason=kernel upgrade', url('/spool/web/0')), 'web is down: kernel upgrade\n200');
    assert.equal(await curl('-d', 'status=drain', '--data-urlencode', 'reason=a&b=c + Ü', url('/spool/web/8080')), 'web:8080 is draining: a&b=c + Ü\n200');
    assert.equal(await curl('-d', 'status=up', url('/spool/web/0')), 'web is up; still out: web:8080\n200');
  });

  it('with Expect: 100-continue is told to go on, at once', async () => {
    const began = performance.now();
    assert.equal(await curl('-v', '-H', 'Expect: 100-continue', '--expect100-timeout', '15', '-d', BODY, url('/spool/web/0')), 'web is down: kernel upgrade\n200');
    assert.ok(performance.now() - began < 10_000);
  });

  it('with a form that is too large reads that, with or without Expect', async () => {
    const file = join(temporaryFolder(), 'form');
    writeFileSync(file, `status=down&reason=${'x'.repeat(4_000_000)}`);
    for (const expect of ['Expect:', 'Expect: 100-continue']) {
      assert.equal(await curl('-H', expect, '--data-binary', `@${file}`, url('/spool/web/0')), 'the form is more than 8 KiB\n400');
    }
    const { stdout } = await run('curl', ['-sS', '-w', '%{http_code}', '-H', 'Expect:', '--data-binary', `@${file}`, url('/spool/web/0')]);
    assert.match(stdout, /^no token: .*\n401$/);
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('with a form in chunks marks, too', async () => {
    assert.equal(await curl('-H', 'Transfer-Encoding: chunked', '-d', BODY, url('/spool/web/0')), 'web is down: kernel upgrade\n200');
  });

  it('with a file to upload is told what is wanted', async () => {
    assert.match(await curl('-F', 'status=down', url('/spool/web/0')), /^the form is sent as application\/x-www-form-urlencoded\n400$/);
  });
});
