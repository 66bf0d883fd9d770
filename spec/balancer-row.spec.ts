import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isBalancer, isSilent, saysOut } from '../lib/balancer-row.ts';
import { haproxyRow, statelessRow } from './support/rows.ts';

describe('a balancer', () => {
  const QUIET = { state: null, via: 'http', user_agent: null } as const;
  const IS = [QUIET, { ...QUIET, via: 'agent' }, { ...QUIET, state: 'no check', user_agent: 'curl' }, { ...QUIET, via: 'agent', user_agent: 'curl' },
    ...['Envoy/HC', 'ELB-HealthChecker/2.0', 'ELB-HealthChecker', 'GoogleHC/1.0', 'Load Balancer Agent'].map((user_agent) => ({ ...QUIET, user_agent }))] as const;
  for (const row of IS) it(`is ${JSON.stringify(row)}`, () => assert.equal(isBalancer(row), true));

  for (const user_agent of ['curl/8.5.0', 'Prometheus/2', 'check_http/v2.3', 'Mozilla/5.0 Envoy/HC', 'envoy', 'elb-healthchecker', 'kube-probe/1.29']) {
    it(`is not ${user_agent}, who looks on`, () => assert.equal(isBalancer({ ...QUIET, user_agent }), false));
  }
});

describe('who says that it sends no new sessions', () => {
  for (const given of [{ state: 'DOWN' }, { state: 'DOWN 1/2' }, { state: 'NOLB' }, { state: 'NOLB 1/3' }, { weight: 0 }]) {
    it(`is ${JSON.stringify(given)}`, () => assert.equal(saysOut(haproxyRow(given)), true));
  }
  for (const given of [{ state: 'UP' }, { state: 'UP 2/3' }, { state: 'no check' }, { weight: null }]) {
    it(`is not ${JSON.stringify(given)}`, () => assert.equal(saysOut(haproxyRow(given)), false));
  }
  it('is nobody who says no state', () => assert.equal(saysOut(statelessRow()), false));
});

describe('who is silent', () => {
  it('has not asked for twice its interval, and a little more', () => assert.deepEqual([6.3, 6.31].map((age) => isSilent(3, age)), [false, true]));
  it('is taken to ask every 2 s where no interval is known yet', () => assert.deepEqual([4.3, 4.31].map((age) => isSilent(null, age)), [false, true]));
});
