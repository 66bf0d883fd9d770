import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../lib/balancer-row.ts';
import { askersView } from '../../lib/overview/balancers.ts';
import { haproxyRow, statelessRow } from '../support/rows.ts';

const NOW = 1001;
const CURL = { user_agent: 'curl/8' };

/** The addresses that are shown, each with its services. */
function shown(rows: readonly BalancerRow[], time = NOW): (readonly [string, string])[] {
  return askersView(rows, time).shown.map(({ address, rows: of }) => [address, of.map(({ row }) => row.service).join(' ')] as const);
}

describe('the balancers on the page', () => {
  it('are one for each address: with sessions that drain first, then silent ones, then by address; whoever is none comes last', () => {
    const rows = [
      haproxyRow({ address: '10.0.0.3' }), haproxyRow({ address: '10.0.0.2', service: 'b' }), haproxyRow({ address: '10.0.0.2', service: 'a' }),
      haproxyRow({ address: '10.0.0.5', last: 990 }), haproxyRow({ address: '10.0.0.9', state: 'NOLB', sessions: 2 }), statelessRow({ address: '10.0.0.1', ...CURL }),
    ];
    assert.deepEqual(shown(rows), [['10.0.0.9', 'web'], ['10.0.0.5', 'web'], ['10.0.0.2', 'a b'], ['10.0.0.3', 'web'], ['10.0.0.1', 'web']]);
  });

  it('have what drains first, then what is silent, then what is told to be out', () => {
    const [a, b, c, d] = [haproxyRow({ service: 'a' }), haproxyRow({ service: 'b' }), haproxyRow({ service: 'c' }), haproxyRow({ service: 'd' })];
    assert.deepEqual(shown([a, { ...b, told: 'down' }, { ...c, last: 990 }, { ...d, told: 'drain', sessions: 1 }]), [['10.0.0.2', 'd c b a']]);
    assert.deepEqual(shown([{ ...a, port: 9000 }, b, a]), [['10.0.0.2', 'a a b']]);
  });

  it('have sessions that drain once they are told drain, or say themselves that they send no more', () => {
    const counts = (row: Partial<BalancerRow>): number | undefined => askersView([haproxyRow({ sessions: 3, ...row })], NOW).shown[0]?.draining;
    for (const row of [{ told: 'drain' }, { state: 'NOLB' }, { state: 'DOWN 1/2' }, { weight: 0 }] as const) assert.equal(counts(row), 3, JSON.stringify(row));
    for (const row of [{}, { told: 'down' }, { told: null }, { told: 'drain', sessions: null }] as const) assert.equal(counts(row), 0, JSON.stringify(row));
    const view = askersView([haproxyRow({ state: 'NOLB', sessions: 1 }), haproxyRow({ state: 'NOLB', sessions: 2, address: '10.0.0.4' }), haproxyRow({ service: 'api' })], NOW);
    assert.deepEqual([...view.draining], [['web', 3]]);
  });

  it('are silent after twice their interval; whoever is no balancer may be', () => {
    const silent = (row: BalancerRow, time: number): number | undefined => askersView([row], time).shown[0]?.silent;
    assert.deepEqual([silent(haproxyRow(), 1004.3), silent(haproxyRow(), 1004.4), silent(statelessRow(CURL), 1004.4)], [0, 1, 0]);
  });

  it('bear the names that they give themselves, each once', () => {
    const rows = ['lb2', 'lb1', 'lb2', null].map((node, at) => haproxyRow({ node, service: `s${at}` }));
    const [asker] = askersView(rows, NOW).shown;
    assert.deepEqual([asker?.nodes, asker?.isBalancer], [['lb1', 'lb2'], true]);
  });

  it('are forgotten after an hour, and were asked a moment ago where a clock was set back', () => {
    assert.equal(askersView([haproxyRow()], 1000 + 3600).count, 1);
    assert.equal(askersView([haproxyRow()], 1000 + 3601).count, 0);
    assert.equal(askersView([haproxyRow()], 900).shown[0]?.rows[0]?.age, 0);
  });

  it('are 200 rows at most; the others are counted', () => {
    const rows = Array.from({ length: 4_096 }, (_none, at) => haproxyRow({ address: `10.0.0.${at % 64}`, service: `s${at}`, sessions: at === 4_000 ? 1 : 0, state: 'NOLB' }));
    const { shown: askers, count } = askersView(rows, NOW);
    assert.deepEqual([askers.reduce((sum, asker) => sum + asker.rows.length, 0), askers.length, count], [200, 4, 64]);
    assert.deepEqual(askers.map(({ rows: of, moreRows }) => of.length + moreRows), [64, 64, 64, 64]);
    assert.deepEqual([askers[0]?.address, askers[3]?.moreRows], ['10.0.0.32', 56]);
  });
});
