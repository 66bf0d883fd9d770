import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AskedChecks, type Asked } from '../lib/asked.ts';
import { Log } from '../lib/log.ts';
import { Counts } from '../lib/metrics/counts.ts';
import { createPipeline } from '../lib/pipeline.ts';
import { createRunner, type Run } from '../lib/runner.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { DEFAULTS, HandClock } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { freePort } from './support/service.ts';

interface Running {
  readonly run: Run;
  readonly asked: (path: string) => Asked;
  readonly counts: Counts;
  readonly spoolRoot: string;
  readonly log: () => Promise<string[]>;
}

function running(label?: string): Running {
  const [clock, spoolRoot, file] = [new HandClock(), temporaryFolder(), join(temporaryFolder(), 'log')];
  const fd = openSync(file, 'a');
  after(() => closeSync(fd));
  const log = new Log(fd, clock);
  const counts = new Counts(['spool', 'tcp'], clock.monotonic);
  const checks = new AskedChecks(new Targeting(PATH_ALONE), clock.monotonic);
  const asked = (path: string): Asked => {
    const found = checks.read(path);
    return 'refused' in found ? assert.fail(found.refused) : found;
  };
  const said = async (): Promise<string[]> => {
    await log.flush(5000);
    return readFileSync(file, 'utf8').replace(/^\S+ /gm, '').split('\n').slice(0, -1);
  };
  return { run: createRunner({ pipeline: createPipeline({ ...DEFAULTS, spoolRoot }, clock, assert.ifError), counts, log }, checks, label), asked, counts, spoolRoot, log: said };
}

describe('a runner', () => {
  it('answers a check at once where a mark or the spool does, and later where a probe does', async () => {
    const { run, asked } = running();
    const [now, later] = [run(asked('/spool/web/0'), false), run(asked(`/tcp/web/${await freePort()}`), false)];
    assert.deepEqual([now instanceof Promise, later instanceof Promise, (await later).verdict.state], [false, true, 'down']);
  });

  it('says in the log what has changed, behind its label, and counts every answer', async () => {
    const { run, asked, counts, spoolRoot, log } = running('agent ');
    const port = await freePort();
    await run(asked('/spool/web/0'), false);
    writeFileSync(join(spoolRoot, 'web'), '');
    await run(asked('/spool/web/0'), false);
    await run(asked('/spool/web/0'), false);
    rmSync(join(spoolRoot, 'web'));
    await run(asked('/spool/web/0'), false);
    await run(asked(`/tcp/db/${port}`), false);
    assert.deepEqual(await log(), ['agent spool/web/0 up -> down after 0 s: down', 'agent spool/web/0 down -> up after 0 s: up: no mark stands', `agent tcp/db/${port} is down: connect ECONNREFUSED 127.0.0.1:${port}`]);
    assert.deepEqual(counts.metrics()[0]?.samples.map(({ labels, value }) => [labels?.['protocol'], labels?.['verdict'], value]), [['spool', 'up', 2], ['spool', 'down', 2], ['tcp', 'down', 1]]);
  });
});
