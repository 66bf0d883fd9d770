import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isBalancer } from '../lib/balancer-row.ts';

describe('a balancer', () => {
  const QUIET = { state: null, via: 'http', user_agent: null } as const;
  const IS = [QUIET, { ...QUIET, via: 'agent' }, { ...QUIET, state: 'no check', user_agent: 'curl' }, { ...QUIET, via: 'agent', user_agent: 'curl' },
    ...['Envoy/HC', 'ELB-HealthChecker/2.0', 'ELB-HealthChecker', 'GoogleHC/1.0', 'Load Balancer Agent'].map((user_agent) => ({ ...QUIET, user_agent }))] as const;
  for (const row of IS) it(`is ${JSON.stringify(row)}`, () => assert.equal(isBalancer(row), true));

  for (const user_agent of ['curl/8.5.0', 'Prometheus/2', 'check_http/v2.3', 'Mozilla/5.0 Envoy/HC', 'envoy', 'elb-healthchecker', 'kube-probe/1.29']) {
    it(`is not ${user_agent}, who looks on`, () => assert.equal(isBalancer({ ...QUIET, user_agent }), false));
  }
});
