import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { exposition, plain, type Metric } from '../../lib/metrics/exposition.ts';
import { lacking } from '../support/programs.ts';

const CHECKS: Metric = {
  name: 'checks_total', help: 'Checks that\nwere \\ answered.', type: 'counter',
  samples: [{ labels: { service: 'a"b\\c\nd', verdict: 'up' }, value: 3 }, { labels: { service: 'k\u00e4se', verdict: 'down' }, value: 0.5 }],
};
const DURATIONS: Metric = {
  name: 'probe_seconds', help: 'How long.', type: 'histogram',
  samples: [{ suffix: '_bucket', labels: { le: '1' }, value: 2 }, { suffix: '_bucket', labels: { le: '+Inf' }, value: 2 }, { suffix: '_sum', value: 1.5 }, { suffix: '_count', value: 2 }],
};

describe('the exposition', () => {
  it('has help, type and samples of each metric, escaped', () => {
    assert.equal(exposition([CHECKS, plain('gauge', 'up', 'Whether.', 1)]), [
      '# HELP checks_total Checks that\\nwere \\\\ answered.', '# TYPE checks_total counter',
      'checks_total{service="a\\"b\\\\c\\nd",verdict="up"} 3', 'checks_total{service="k\u00e4se",verdict="down"} 0.5',
      '# HELP up Whether.', '# TYPE up gauge', 'up 1', '',
    ].join('\n'));
  });

  it('leaves out what has no samples, and knows infinity', () => {
    assert.equal(exposition([{ ...CHECKS, samples: [] }]), '');
    assert.match(exposition([plain('gauge', 'up', 'Whether.', Infinity)]), /^up \+Inf$/m);
  });

  it('pleases promtool, which a broken one does not', { skip: lacking('promtool') }, () => {
    const check = (input: string): number | null => spawnSync('promtool', ['check', 'metrics'], { input }).status;
    const text = exposition([CHECKS, DURATIONS]);
    assert.equal(check(text), 0);
    for (const broken of [text.replaceAll('checks_total', 'checks'), text.replace('\\"', '"'), text.replace('# TYPE probe_seconds histogram', '# TYPE probe_seconds counter')]) assert.notEqual(check(broken), 0);
  });
});
