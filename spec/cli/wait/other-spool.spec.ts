import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { otherSpool } from '../../../cli/wait/other-spool.ts';
import { agedDaemon, AskingBalancer, environmentOf } from '../../support/balancing.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';

const ELSEWHERE = (daemons: string, changed: string): string =>
  `the daemon reads its marks in ${daemons}, and those in ${changed} were changed: no balancer hears of it, unless one of them is the other in a container (see --spool-root)`;

describe('the spool of a daemon and that of a command', () => {
  const folder = temporaryFolder();
  const [spool, other, link] = ['spool', 'other', 'link'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(spool);
  mkdirSync(other);
  symlinkSync(spool, link);

  it('are one by the same name, by another, and where the daemon does not say', () => {
    for (const changed of [spool, `${spool}/`, link, `${other}/../spool`]) assert.equal(otherSpool(spool, changed), undefined, changed);
    assert.equal(otherSpool(link, spool), undefined);
    assert.equal(otherSpool(undefined, spool), undefined);
  });

  it('are one by the same name even where it cannot be seen', () => assert.equal(otherSpool('/nonexistent/spool', '/nonexistent/spool'), undefined));

  it('are two otherwise, seen from here or not', () => {
    for (const [daemons, changed] of [[spool, other], ['/nonexistent/spool', spool], [spool, '/nonexistent/spool'], ['/nonexistent/a', '/nonexistent/b']] as const) {
      assert.equal(otherSpool(daemons, changed), ELSEWHERE(daemons, changed));
    }
  });
});

describe('a wait for balancers of a daemon that reads another spool', { concurrency: true }, () => {
  for (const command of ['down', 'up']) {
    it(`says so at once, and once, for ${command}`, async () => {
      const [daemon, elsewhere] = [await agedDaemon(), temporaryFolder()];
      const balancer = new AskingBalancer(daemon.port, command === 'up' ? { follow: () => 'DOWN' } : {});
      await balancer.checks(1);
      const { code, stderr } = await hactl([command, 'web', '--wait=1s', '--spool-root', elsewhere], { env: environmentOf(daemon) });
      assert.equal(code, 4);
      const [first, ...others] = stderr.split('\n');
      assert.equal(first, `hactl: ${ELSEWHERE(daemon.spoolRoot, elsewhere)}`);
      assert.ok(!others.some((line) => line.includes('reads its marks')), stderr);
    });
  }
});
