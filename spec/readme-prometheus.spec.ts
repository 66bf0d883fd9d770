// The README's alert: a rule that Prometheus takes, and that fires when it should.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { lacking } from './support/programs.ts';
import { blocks } from './support/readme.ts';
import { ask } from './support/request.ts';

const rules = blocks('yaml').find((block) => block.includes('alert:')) ?? '';
const [, metrics = ''] = /expr: (.*)/.exec(rules) ?? [];

function promtool(words: readonly string[], rule = rules): { status: number | null; said: string; folder: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hacheck.yml'), rule);
  const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr, folder };
}

/** Whether the alert fires ten minutes after the start of Unix time, for a mark that ends then and a service that is so. */
function fires({ expires, up }: { readonly expires: number; readonly up: number | '_' }): boolean {
  const series = [['hacheck_mark_expiration_timestamp_seconds', expires], ['hacheck_marked_service_up', up]].map(([name, value]) => ({ series: `${name}{mark="web",instance="web1"}`, values: `${value}x20` }));
  const alert = { eval_time: '10m', alertname: 'HacheckOutForTooLong', exp_alerts: [{ exp_labels: { mark: 'web', instance: 'web1' }, exp_annotations: { summary: 'web on web1 is still not up, though its mark has ended' } }] };
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hacheck.yml'), rules);
  writeFileSync(join(folder, 'test.yml'), JSON.stringify({ rule_files: ['hacheck.yml'], tests: [{ interval: '1m', input_series: series, alert_rule_test: [alert] }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test.yml'], { cwd: folder, encoding: 'utf8' });
  assert.ok(status === 0 || /got:\[\]/.test(stdout + stderr), stdout + stderr);
  return status === 0;
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

  it('fires where a service is not up though its mark has ended', () => assert.equal(fires({ expires: 60, up: 0 }), true));
  it('is silent while the mark stands', () => assert.equal(fires({ expires: 3600, up: 0 }), false));
  it('is silent where the service is up again', () => assert.equal(fires({ expires: 60, up: 1 }), false));
  it('is silent where nobody asks', () => assert.equal(fires({ expires: 60, up: '_' }), false));
});
