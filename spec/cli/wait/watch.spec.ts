import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../../lib/balancer-row.ts';
import { rowsAbout, type Watch } from '../../../cli/wait/watch.ts';
import type { Standing } from '../../../cli/wait/standing.ts';
import { HandClock } from '../../support/daemon.ts';
import { haproxyRow } from '../../support/rows.ts';
import { watching } from '../../support/watching.ts';

describe('a wait is for', () => {
  it('balancers, and names the others that ask', async () => {
    const { take, haproxy, agent } = watching();
    const curl = { node: null, name: null, state: null, user_agent: 'curl/8' } as const;
    const { standings, others } = await take([
      haproxy({ address: '10.0.0.1' }), haproxy({ address: '10.0.0.2', user_agent: 'curl/8' }), agent({ address: '10.0.0.3', user_agent: 'curl/8' }),
      haproxy({ address: '10.0.0.4', ...curl, user_agent: null }), haproxy({ address: '10.0.0.5', ...curl, user_agent: 'Envoy/HC' }), haproxy({ address: '10.0.0.6', ...curl }),
    ]);
    assert.deepEqual(standings.map(({ row }) => row.address), ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']);
    assert.deepEqual(others.map(({ address }) => address), ['10.0.0.6']);
  });

  it('whoever is named, too', async () => {
    const { take, haproxy } = watching({ waitFor: ['10.0.0.6'] });
    const { standings, others } = await take(['10.0.0.6', '10.0.0.7'].map((address) => haproxy({ address, state: null, user_agent: 'curl/8' })));
    assert.deepEqual([standings, others].map((rows) => rows.length), [1, 1]);
    assert.equal(standings[0]?.row.address, '10.0.0.6');
  });

  it('who has asked within the last minute, and no longer for who asked before', async () => {
    const { standings, haproxy, began } = watching();
    const rows = await standings([haproxy({ address: '10.0.0.1', last: began - 60 }), haproxy({ address: '10.0.0.2', last: began - 60.1 })]);
    assert.deepEqual(rows.map(({ row }) => row.address), ['10.0.0.1']);
  });

  it('who asks while it waits, to its end, also where the daemon has forgotten', async () => {
    const { standings, haproxy, clock } = watching();
    assert.deepEqual(await standings([]), []);
    assert.equal((await standings([haproxy({ told: 'up' })])).length, 1);
    clock.advance(120);
    const [left] = await standings([]);
    assert.deepEqual([left?.row.told, left?.silent], ['up', true]);
  });

  it('two rows of one address apart, by port, way, node and name', async () => {
    const { standings, haproxy, agent } = watching();
    const rows = [haproxy(), haproxy({ port: 81 }), haproxy({ node: 'lb2' }), haproxy({ name: 'web/b' }), haproxy({ address: '::1' }), agent()];
    assert.equal((await standings([...rows, ...rows])).length, rows.length);
  });
});

describe('a balancer was told', () => {
  const ROWS: readonly (readonly [string, Watch['state'], Partial<BalancerRow>, boolean])[] = [
    ['a down', 'down', { told: 'down' }, true],
    ['nothing but up', 'down', { told: 'up' }, false],
    ['a drain where a down is waited for', 'down', { told: 'drain' }, false],
    ['a down where a drain is waited for', 'drain', { told: 'down' }, true],
    ['a drain', 'drain', { told: 'drain' }, true],
    ['an up where a drain is waited for', 'drain', { told: 'up' }, false],
    ['an up', 'up', { told: 'up' }, true],
    ['a down where an up is waited for', 'up', { told: 'down' }, false],
  ];
  for (const [what, state, row, told] of ROWS) {
    it(`${told ? '' : 'not the new verdict: '}${what}`, async () => {
      const { standings, haproxy } = watching({ state });
      assert.equal((await standings([haproxy(row)]))[0]?.told, told);
    });
  }

  for (const [seconds, told] of [[-0.005, false], [-0.002, true], [0, true], [1, true]] as const) {
    it(`${told ? '' : 'nothing new '}${seconds} s after the mark was changed`, async () => {
      const since = new HandClock().time() - 9.5;
      const { standings, haproxy } = watching({ since });
      assert.equal((await standings([haproxy({ last: since + seconds })]))[0]?.told, told);
    });
  }
});

describe('reports running that say that nothing runs', () => {
  const quietAfter = async (reports: readonly Partial<BalancerRow>[]): Promise<number | undefined> => {
    const { standings, haproxy } = watching();
    let last: readonly Standing[] = [];
    for (const [at, row] of reports.entries()) last = await standings([haproxy({ count: at + 1, ...row })]);
    return last[0]?.quiet;
  };
  const ROWS: readonly (readonly [string, readonly Partial<BalancerRow>[], number])[] = [
    ['one', [{}], 1],
    ['two', [{}, {}], 2],
    ['with NOLB and weight 0 as well', [{ state: 'NOLB' }, { state: 'UP', weight: 0 }, {}], 3],
    ['none while it says UP', [{ state: 'UP' }], 0],
    ['none where it was told up', [{ told: 'up' }], 0],
    ['anew after one with a session', [{}, {}, { sessions: 1 }, {}], 1],
    ['anew after one with a queue', [{}, { queue: 1 }], 0],
    ['anew after one that says UP', [{}, {}, { state: 'UP 1/3' }, {}], 1],
    ['each one once, however often it is looked at', [{ count: 7 }, { count: 7 }, { count: 7 }], 1],
    ['also where the daemon was restarted and counts from 1 again', [{ count: 7 }, { count: 1 }], 2],
  ];
  for (const [what, reports, quiet] of ROWS) it(`count ${what}`, async () => assert.equal(await quietAfter(reports), quiet));
});

describe('rowsAbout', () => {
  const rows = [
    haproxyRow(), haproxyRow({ port: 0 }), haproxyRow({ service: 'webs' }), haproxyRow({ service: 'api', port: 8080 }), haproxyRow({ last: 939.9 }),
    haproxyRow({ port: 9000, probed_port: 8081 }), haproxyRow({ port: 9000, probed_address: '10.0.0.7', probed_port: 8081 }),
  ];
  const at = (found: readonly BalancerRow[]): number[] => found.map((row) => rows.indexOf(row));
  const SERVICES: readonly (readonly [string, Parameters<typeof rowsAbout>[1], readonly number[]])[] = [
    ['web', [{ service: 'web' }], [0, 1, 4, 5, 6]],
    ['web:8080', [{ service: 'web', port: 8080 }], [0, 4]],
    ['web:8081', [{ service: 'web', port: 8081 }], [5, 6]],
    ['web:10.0.0.7:8081', [{ service: 'web', port: 8081, address: '10.0.0.7' }], [6]],
    ['web:10.0.0.7:8080', [{ service: 'web', port: 8080, address: '10.0.0.7' }], []],
    ['web:127.0.0.1:8080', [{ service: 'web', port: 8080, address: '127.0.0.1' }], [0, 4]],
    ['web:127.0.0.1:8081', [{ service: 'web', port: 8081, address: '127.0.0.1' }], [5]],
    ['all', [{ service: 'all' }], [0, 1, 2, 3, 4, 5, 6]],
    ['api and webs', [{ service: 'api' }, { service: 'webs' }], [2, 3]],
    ['nothing', [], []],
  ];
  for (const [name, services, expected] of SERVICES) it(`are about ${name}`, () => assert.deepEqual(at(rowsAbout(rows, services)), expected));
});
