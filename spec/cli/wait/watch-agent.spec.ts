import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../../lib/balancer-row.ts';
import type { Look } from '../../../cli/look.ts';
import { watching } from '../../support/watching.ts';

describe('where the agent alone is told of marks', () => {
  const up = { told: 'up', state: 'UP', weight: 0 } as const;

  it('its word at the balancer\'s address counts for checks over HTTP', async () => {
    const { standings, haproxy, agent } = watching();
    const [http, own] = await standings([haproxy(up), agent()], { marksOn: 'agent' });
    assert.deepEqual([http?.told, http?.quiet, own?.told], [true, 1, true]);
  });

  const OTHERS: readonly (readonly [string, Partial<BalancerRow>, Partial<Look>])[] = [
    ['of another address', { address: '10.0.0.3' }, { marksOn: 'agent' }],
    ['about another service', { service: 'api' }, { marksOn: 'agent' }],
    ['that was told up', { told: 'up' }, { marksOn: 'agent' }],
    ['before the mark was changed', { last: 1 }, { marksOn: 'agent' }],
    ['where checks over HTTP are told of marks, too', {}, { marksOn: 'all' }],
  ];
  for (const [what, row, look] of OTHERS) {
    it(`but not the word ${what}`, async () => {
      const { standings, haproxy, agent } = watching();
      assert.equal((await standings([haproxy(up), agent(row)], look))[0]?.told, false);
    });
  }

  it('a check over HTTP says nothing of the agent', async () => {
    const { standings, haproxy, agent } = watching();
    const [own] = await standings([agent({ told: 'up' }), haproxy()], { marksOn: 'agent' });
    assert.equal(own?.told, false);
  });
});

describe('an agent with --agent-admin', () => {
  const hiddenOf = async (row: Partial<BalancerRow>, look: Partial<Look> = { agentAdmin: true }): Promise<readonly unknown[]> => {
    const { standings, haproxy, agent } = watching({ state: 'drain' });
    const [http] = await standings([haproxy({ state: 'UP', told: 'drain' }), agent({ told: 'drain', ...row })], look);
    return [http?.hidden, http?.quiet];
  };
  it('hides a drain: HAProxy goes on saying UP', async () => assert.deepEqual(await hiddenOf({}), [true, 1]));
  it('hides nothing without the option', async () => assert.deepEqual(await hiddenOf({}, {}), [false, 0]));
  it('hides no down', async () => assert.deepEqual(await hiddenOf({ told: 'down' }), [false, 0]));
  it('hides nothing before it was told', async () => assert.deepEqual(await hiddenOf({ last: 1 }), [false, 0]));
  it('hides nothing from another balancer', async () => assert.deepEqual(await hiddenOf({ address: '10.0.0.3' }), [false, 0]));
});
