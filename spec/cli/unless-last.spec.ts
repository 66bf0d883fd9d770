import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isLast } from '../../cli/unless-last.ts';
import { agedDaemon, askFrom, environmentOf, runningHactl } from '../support/balancing.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl, type Run } from '../support/hactl.ts';
import { haproxyRow } from '../support/rows.ts';
import { freePort } from '../support/service.ts';

describe('the last server of a balancer', () => {
  const ROWS: readonly (readonly [string | null, number | null, number | null, boolean])[] = [
    ['UP', 10, 10, true], ['UP', 10, 20, false], ['UP', 10, 11, false], ['UP', 1, 0, true], ['UP', 0, 0, true], ['UP', 0, 10, false],
    ['UP 1/3', 10, 10, true], ['UP 2/3', 10, 30, false],
    ['NOLB', 10, 0, true], ['NOLB', 10, 10, false], ['NOLB', 10, 20, false], ['NOLB 2/3', 10, 0, true], ['NOLB 2/3', 10, 1, false],
    ['DOWN', 10, 10, false], ['DOWN', 1, 0, false], ['DOWN 1/2', 10, 0, false], ['no check', 10, 10, false],
    [null, null, null, false], ['UP', null, 10, false], ['UP', 10, null, false],
  ];
  for (const [state, weight, total, last] of ROWS) {
    it(`is ${last ? '' : 'not '}one that is ${state} with weight ${weight} of ${total}`, () => assert.equal(isLast(haproxyRow({ state, weight, total })), last));
  }
});

/** Asks about a service as HAProxy does that sees it in some state, with a weight of a total. */
function report(port: number, state: string, weight: string, path = '/spool/web/8080', from = '127.0.0.2'): Promise<number> {
  return askFrom(from, port, path, { 'x-haproxy-server-state': `${state}; name=web/web1; node=lb1; weight=${weight}; scur=0/0; qcur=0` });
}

const DONE: Run = { code: 0, signal: null, stdout: '', stderr: '' };

describe('hactl down --unless-last', { concurrency: true }, () => {
  for (const [command, state, weight] of [['down', 'UP', '10/10'], ['drain', 'UP 1/3', '1/1'], ['down', 'NOLB', '10/0']] as const) {
    it(`refuses, exit 5 and no mark: ${command} while a balancer says ${state} with weight ${weight}`, async () => {
      const daemon = await agedDaemon();
      await report(daemon.port, 'UP', '10/20', '/spool/web/8080', '127.0.0.3');
      await report(daemon.port, state, weight);
      const run = await hactl([command, 'api', 'web', '--unless-last', '--wait'], { env: environmentOf(daemon) });
      const stderr = `hactl: api, web stays as it is: 127.0.0.2 lb1 web/web1 says that no other server is left for web (${state}, weight ${weight.replace('/', ' of ')}); put another server back first, or leave --unless-last out\n`;
      assert.deepEqual(run, { code: 5, signal: null, stdout: '', stderr });
      assert.deepEqual(readdirSync(daemon.spoolRoot), []);
    });
  }

  it('takes out what is not the last one', async () => {
    const daemon = await agedDaemon();
    await report(daemon.port, 'UP', '10/20');
    await report(daemon.port, 'NOLB', '10/20', '/spool/web/8081');
    await report(daemon.port, 'UP', '10/10', '/spool/api/0');
    assert.deepEqual(await hactl(['down', 'web', '--unless-last'], { env: environmentOf(daemon) }), DONE);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
  });

  it('takes out one port, where another is the last of its backend, and refuses all', async () => {
    const daemon = await agedDaemon();
    const env = environmentOf(daemon);
    await report(daemon.port, 'UP', '10/20');
    await report(daemon.port, 'UP', '10/10', '/spool/web/8081');
    assert.deepEqual(await hactl(['down', 'web:8080', '--unless-last'], { env }), DONE);
    for (const service of ['web', 'web:8081', 'all']) assert.equal((await hactl(['down', service, '--unless-last'], { env })).code, 5);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['web:8080']);
  });

  it('takes out again what is down already', async () => {
    const daemon = await agedDaemon();
    await report(daemon.port, 'DOWN', '10/0');
    assert.deepEqual(await hactl(['down', 'web', '--unless-last'], { env: environmentOf(daemon) }), DONE);
  });

  for (const [who, ask] of [['nobody', async () => 0], ['a balancer without send-state', (port: number) => askFrom('127.0.0.2', port, '/spool/web/8080')]] as const) {
    it(`warns where ${who} asks, and takes it out`, async () => {
      const daemon = await agedDaemon();
      await ask(daemon.port);
      const stderr = 'hactl: no balancer says how many servers are left: in HAProxy that takes http-check send-state\n';
      assert.deepEqual(await hactl(['down', 'web', '--unless-last'], { env: environmentOf(daemon) }), { ...DONE, stderr });
      assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
    });
  }

  it('is exit 3 and no mark without a daemon', async () => {
    const root = join(temporaryFolder(), 'spool');
    const port = await freePort();
    const { code, stderr } = await hactl(['drain', 'web', '--unless-last', '-p', String(port), '--spool-root', root]);
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`^hactl: no daemon answers on 127\\.0\\.0\\.1 port ${port} \\(ECONNREFUSED\\)[^\\n]*\\n$`));
    assert.ok(!existsSync(root));
  });

  it('waits until a daemon has been up for ten seconds, and hears who asks until then', async () => {
    const daemon = await agedDaemon(8);
    const run = runningHactl(['down', 'web', '--unless-last'], { env: environmentOf(daemon) });
    await run.said('hacheck was started');
    assert.deepEqual([run.isRunning(), readdirSync(daemon.spoolRoot)], [true, []]);
    await report(daemon.port, 'UP', '1/1');
    const { code, stderr } = await run.ended;
    assert.equal(code, 5);
    assert.match(stderr, /^hactl: hacheck was started [89] s ago; waiting until it has been up for 10 s[^\n]*\nhactl: web stays as it is: [^\n]*\n$/);
    assert.deepEqual(readdirSync(daemon.spoolRoot), []);
  });

  it('then waits, where --wait says so', async () => {
    const daemon = await agedDaemon();
    await report(daemon.port, 'UP', '1/2');
    const run = runningHactl(['down', 'web', '--unless-last', '--wait=20s'], { env: environmentOf(daemon) });
    await run.said('told up\n');
    await report(daemon.port, 'DOWN', '1/1');
    assert.equal((await run.ended).code, 0);
  });
});
