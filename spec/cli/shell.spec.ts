import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { lacking } from '../support/programs.ts';
import { shell } from '../support/shell.ts';

describe('standard output', () => {
  const folder = temporaryFolder();
  const spool = join(folder, 'spool');
  mkdirSync(spool);
  // More than a pipe holds, so that hactl still writes when its reader goes or falls asleep.
  for (let at = 100; at < 300; at += 1) writeFileSync(join(spool, `web-${at}`), 'x'.repeat(4000));
  const options = { env: { HACHECK_SPOOL_ROOT: spool }, cwd: folder };

  it('may lose its reader: no error, no word', async () => {
    const { stdout, stderr } = await shell('{ hactl status; echo "exit $?" > code; } | head -n 1 | cut -c 1-12', options);
    assert.deepEqual([stdout, stderr], ['DOWN\tweb-100\n', '']);
    assert.equal(readFileSync(join(folder, 'code'), 'utf8'), 'exit 0\n');
  });

  it('may have a reader that is slow, and does not block', { skip: lacking('perl') }, async () => {
    // Whatever shares the pipe can make it so; Node as a parent would undo it.
    const unblock = "perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die'";
    const { stdout, stderr } = await shell(`{ ${unblock}; hactl status; echo "exit $?" > code; } | { sleep 0.5; wc -l | tr -d ' '; }`, options);
    assert.deepEqual([stdout, stderr, readFileSync(join(folder, 'code'), 'utf8')], ['200\n', '', 'exit 0\n']);
  });

  for (const command of ['status', 'status web', 'status --json', 'help', 'help down', '--version', 'check spool/web/0', 'check http/web-100/1']) {
    it(`may be full: hactl ${command} exits 3 with one line`, async () => {
      const { code, stderr } = await shell(`hactl ${command} > /dev/full`, options);
      const lines = stderr.split('\n').filter((line) => !line.startsWith('HTTP/1.1 '));
      assert.deepEqual([code, lines], [3, ['hactl: cannot write to standard output: ENOSPC', '']]);
    });
  }

  it('may be closed, and standard error, too', async () => {
    assert.equal((await shell('hactl status >&- 2>&-', options)).code, 0);
    assert.equal((await shell('hactl nosuch >&- 2>&-', options)).code, 2);
  });

  it('may be full on standard error, which changes no exit code', async () => {
    assert.equal((await shell('hactl 2> /dev/full', options)).code, 2);
    assert.equal((await shell('hactl down ../x 2> /dev/full', options)).code, 2);
  });
});
