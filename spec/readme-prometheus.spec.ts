// The README's alert: a rule that Prometheus takes, and that fires when it should.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { lacking } from './support/programs.ts';
import { blocks } from './support/readme.ts';
import { ask } from './support/request.ts';
import { httpService } from './support/service.ts';

const rules = blocks('yaml').find((block) => block.includes('alert:')) ?? '';
const [, metrics = ''] = /expr: (.*)/.exec(rules) ?? [];

function promtool(words: readonly string[], rule = rules): { status: number | null; said: string; folder: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hacheck.yml'), rule);
  const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr, folder };
}

/** Whether the alert fires so many minutes after the start of Unix time, for two series of values, one a minute in promtool's notation. */
function fires(expires: string, up: string, minutes = 10): boolean {
  const series = [['hacheck_mark_expiration_timestamp_seconds', expires], ['hacheck_marked_service_up', up]].map(([name, values]) => ({ series: `${name}{mark="web",instance="web1"}`, values }));
  const alert = { eval_time: `${minutes}m`, alertname: 'HacheckOutForTooLong', exp_alerts: [{ exp_labels: { mark: 'web', instance: 'web1' }, exp_annotations: { summary: 'web on web1 is still not up, though its mark has ended' } }] };
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hacheck.yml'), rules);
  writeFileSync(join(folder, 'test.yml'), JSON.stringify({ rule_files: ['hacheck.yml'], tests: [{ interval: '1m', input_series: series, alert_rule_test: [alert] }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test.yml'], { cwd: folder, encoding: 'utf8' });
  assert.ok(status === 0 || /got:\[\]/.test(stdout + stderr), stdout + stderr);
  return status === 0;
}

/** What a daemon says of a mark minute by minute, where the mark ends at a minute and the service answers so, a status for each. */
async function told(end: number, statuses: readonly number[]): Promise<{ readonly expires: string; readonly up: string }> {
  const clock = new HandClock();
  const start = clock.time();
  const { port, spoolRoot } = await testedDaemon({ cacheTime: 0 }, clock);
  let status = 0;
  const service = await httpService((_request, response) => response.writeHead(status).end());
  writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ expiration: start + 60 * end }));
  const values: { readonly expires: string; readonly up: string }[] = [];
  for (status of statuses) {
    await ask(port, `/http/web/${service.port}/`);
    const { body } = await ask(port, '/metrics');
    const [expires, up] = ['mark_expiration_timestamp_seconds', 'marked_service_up'].map((name) => new RegExp(`^hacheck_${name}{mark="web"} (.*)$`, 'm').exec(body)?.[1]);
    values.push({ expires: expires === undefined ? '_' : String(Number(expires) - start), up: up ?? '_' });
    clock.advance(60);
  }
  return { expires: values.map(({ expires }) => expires).join(' '), up: values.map(({ up }) => up).join(' ') };
}

describe('the alert of the README', { skip: lacking('promtool') }, () => {
  it('is one that promtool takes, and a broken one is not', () => {
    const { status, said } = promtool(['check', 'rules', 'hacheck.yml']);
    assert.deepEqual([status, /1 rules found/.test(said)], [0, true], said);
    assert.notEqual(promtool(['check', 'rules', 'hacheck.yml'], rules.replace('expr: ', 'expr: (')).status, 0);
  });

  it('is made of metrics that there are', async () => {
    const { port, spoolRoot } = await testedDaemon();
    writeFileSync(join(spoolRoot, 'web'), '{"expiration": 4000000000}');
    await ask(port, '/spool/web/0');
    const { body } = await ask(port, '/metrics');
    const named = metrics.match(/hacheck_\w+/g) ?? [];
    assert.equal(named.length, 2);
    for (const name of named) assert.ok(body.includes(`\n${name}{mark="web"} `), name);
  });

  it('fires where a service is not up though its mark has ended', () => assert.equal(fires('60x20', '0x20'), true));
  it('is silent while the mark stands', () => assert.equal(fires('3600x20', '0x20'), false));
  it('is silent where the service is up again', () => assert.equal(fires('60x20', '1x20'), false));
  it('is silent where nobody asks', () => assert.equal(fires('60x20', '_x20'), false));

  const [UP, FAILING] = [200, 503];
  const STORIES: readonly (readonly [what: string, end: number, statuses: readonly number[], up: string, fires: boolean])[] = [
    ['a service that has not come back since its mark ended', 3, Array(20).fill(FAILING), '0 '.repeat(20), true],
    ['a service that came back late', 3, [...Array(5).fill(FAILING), ...Array(15).fill(UP)], `${'0 '.repeat(5)}${'1 '.repeat(15)}`, false],
    ['a service that came back, and fails again', 3, [...Array(5).fill(FAILING), UP, ...Array(14).fill(FAILING)], `${'0 '.repeat(5)}1 ${'_ '.repeat(14)}`, false],
    ['a mark that ended a month ago', -43_200, [UP, ...Array(19).fill(FAILING)], `1 ${'_ '.repeat(19)}`, false],
    ['a mark that ended a month ago, and a port on which nobody was ever seen', -43_200, Array(20).fill(FAILING), '_ '.repeat(20), false],
  ];
  for (const [what, end, statuses, up, isFiring] of STORIES) {
    it(`${isFiring ? 'fires' : 'is silent'} for ${what}`, async () => {
      const series = await told(end, statuses);
      assert.equal(series.up, up.trim());
      assert.equal(fires(series.expires, series.up, 19), isFiring);
    });
  }
});
