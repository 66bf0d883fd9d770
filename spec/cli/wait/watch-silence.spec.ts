import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { watching } from '../../support/watching.ts';

describe('a balancer is silent', () => {
  const ROWS: readonly (readonly [string, number | null, number, boolean])[] = [
    ['not within twice its interval and 0.3 s', 1, 2.29, false],
    ['after that', 1, 2.31, true],
    ['not within 4.3 s where its interval is not known', null, 4.29, false],
    ['after 4.3 s where it is not known', null, 4.31, true],
    ['not for long where it asks seldom', 30, 60, false],
    ['after 0.3 s and a little where it asks often', 0.01, 0.33, true],
  ];
  for (const [what, interval, seconds, silent] of ROWS) {
    it(what, async () => {
      const { standings, haproxy, clock, began } = watching();
      const rows = [haproxy({ interval, last: began })];
      assert.equal((await standings(rows))[0]?.silent, false);
      clock.advance(seconds);
      assert.equal((await standings(rows))[0]?.silent, silent);
    });
  }

  it('from when it asked last, also where that was before the wait', async () => {
    const { standings, haproxy, began } = watching();
    const [short, long] = await standings([haproxy({ address: '10.0.0.1', last: began - 4 }), haproxy({ address: '10.0.0.2', last: began - 5 })]);
    assert.deepEqual([short?.silent, long?.silent], [false, true]);
  });

  it('not because the host has so many connections that counting them takes long', async () => {
    const { standings, haproxy, clock, began } = watching();
    const looked = standings([haproxy({ last: began })]);
    clock.advance(10);
    assert.equal((await looked)[0]?.silent, false);
  });

  it('not because an operator sets the clock', async () => {
    const { standings, haproxy, clock, began } = watching();
    const rows = [haproxy({ last: began })];
    await standings(rows);
    for (const seconds of [50, -3600, 3500]) {
      clock.jump(seconds);
      assert.equal((await standings(rows))[0]?.silent, false);
    }
    clock.jump(-3600);
    clock.advance(10);
    assert.equal((await standings(rows))[0]?.silent, true);
  });

  it('no more when it asks again, and again when it does not', async () => {
    const { standings, haproxy, clock, began } = watching();
    await standings([haproxy({ last: began })]);
    clock.advance(10);
    const rows = [haproxy({ last: clock.time(), count: 2 })];
    assert.equal((await standings(rows))[0]?.silent, false);
    clock.advance(5);
    assert.equal((await standings(rows))[0]?.silent, true);
  });

  it('not where it asks, and the clock was set back', async () => {
    const { standings, haproxy, clock, began } = watching();
    await standings([haproxy({ last: began })]);
    clock.jump(-3600);
    clock.advance(10);
    const rows = [haproxy({ last: clock.time(), count: 2 })];
    assert.equal((await standings(rows))[0]?.silent, false);
    clock.advance(5);
    assert.equal((await standings(rows))[0]?.silent, true);
  });
});
