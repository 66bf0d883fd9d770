// Two daemons on one spool, and a daemon whose program is replaced beneath it.
import assert from 'node:assert/strict';
import { copyFileSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL, hactl, serving, type ServingHactl } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { httpService } from '../support/service.ts';

/** The longest there is, so that no verdict is too old before a spec has ended. */
const CACHE_TIME = ['--cache-time', '15'];

async function started(spool: string, program = HACTL): Promise<ServingHactl> {
  const daemon = await serving(['--spool-root', spool, ...CACHE_TIME], { program });
  after(async () => {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  });
  return daemon;
}

async function statuses(daemons: readonly ServingHactl[], path: string): Promise<number[]> {
  return Promise.all(daemons.map(async ({ port }) => (await ask(port, path)).status));
}

describe('two daemons on one spool', () => {
  it('both tell each mark from the next check on, and have a cache each', async () => {
    const spool = temporaryFolder();
    const daemons = [await started(spool), await started(spool)];
    const service = await httpService((_request, response) => void response.end('fine'));
    const path = `/http/web/${service.port}/`;
    assert.deepEqual(await statuses(daemons, path), [200, 200]);
    for (const [command, status] of [['down', 503], ['drain', 404], ['up', 200]] as const) {
      assert.equal((await hactl([command, 'web', '--spool-root', spool])).code, 0);
      assert.deepEqual(await statuses(daemons, path), [status, status], command);
    }
    assert.equal(service.connections(), 2);
  });
});

describe('a daemon whose program is replaced', () => {
  it('goes on as it was, whether the file is another one now or was written over', async () => {
    const [spool, program] = [temporaryFolder(), join(temporaryFolder(), 'hactl')];
    copyFileSync(HACTL, program);
    const daemon = await started(spool, program);
    const service = await httpService((_request, response) => void response.end('fine'));
    copyFileSync(HACTL, `${program}.new`);
    renameSync(`${program}.new`, program);
    assert.equal((await hactl(['down', 'api', '-r', 'upgrade', '--spool-root', spool], { program })).code, 0);
    // What was never used so far is compiled from what was read at the start.
    truncateSync(program, 0);
    for (const [path, status] of [[`/http/web/${service.port}/`, 200], ['/grpc/web/1/', 503], ['/spool/api/0', 503], ['/metrics', 200], ['/balancers', 200], ['/status', 200]] as const) {
      assert.equal((await ask(daemon.port, path)).status, status, path);
    }
    daemon.child.kill('SIGTERM');
    assert.deepEqual(await daemon.ended, [0, null]);
  });
});
