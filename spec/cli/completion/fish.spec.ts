import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { binFolder, complete } from '../../support/completion.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { lacking } from '../../support/programs.ts';

describe('fish', { skip: lacking('fish') }, () => {
  const bin = binFolder();
  const spool = temporaryFolder();
  for (const name of ['web', 'web:8080']) writeFileSync(join(spool, name), 'kernel upgrade');
  const env = { HACHECK_SPOOL_ROOT: spool };

  it('shows a few words about each', async () => {
    assert.equal((await complete('fish', 'hactl up web', { bin, env })).stdout, 'web\tdown: kernel upgrade\nweb:8080\tdown: kernel upgrade\n');
    assert.equal((await complete('fish', 'hactl dow', { bin, env })).stdout, 'down\ttake services out: balancers are told 503\n');
  });

  it('completes behind sudo', async () => {
    writeFileSync(join(bin, 'sudo'), '#!/bin/sh\nexec "$@"\n');
    chmodSync(join(bin, 'sudo'), 0o755);
    assert.deepEqual((await complete('fish', 'sudo hactl up web:80', { bin, env })).words, ['web:8080']);
  });
});
