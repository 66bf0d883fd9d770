import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkPaths } from '../../../cli/completion/check-path.ts';
import { PROTOCOLS } from '../../../lib/probe/index.ts';
import { around } from '../../support/around.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ask } from '../../support/request.ts';

describe('the path of a check', async () => {
  const { port } = await testedDaemon();
  await ask(port, '/spool/web/8080');
  await ask(port, '/spool/web/0');
  const spool = temporaryFolder();
  for (const name of ['all', 'api:80', 'web:8081']) writeFileSync(join(spool, name), '');
  const paths = async (current: string): Promise<string[]> => (await checkPaths(around({ HACHECK_PORT: String(port), HACHECK_SPOOL_ROOT: spool }, current))).map(({ word }) => word);

  it('begins with a protocol', async () => {
    for (const current of ['', 'ht']) assert.deepEqual(await paths(current), PROTOCOLS.map((protocol) => `${protocol}/`));
  });
  it('goes on with a service that is seen or marked', async () => assert.deepEqual(await paths('http/w'), ['http/web/', 'http/api/']));
  it('ends with a port of that service', async () => assert.deepEqual(await paths('http/web/'), ['http/web/8080', 'http/web/8081']));
  it('has port 0 for spool', async () => assert.deepEqual(await paths('spool/web/'), ['spool/web/0', 'spool/web/8080', 'spool/web/8081']));
  it('has no query that is known', async () => assert.deepEqual(await paths('http/web/8080/'), []));
});
