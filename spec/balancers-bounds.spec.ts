import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { notedBalancers, type Noted, type NotedBalancers } from './support/balancers.ts';

/** Notes checks a millisecond apart. */
function noteAll({ clock, note }: NotedBalancers, checks: readonly Noted[]): void {
  for (const check of checks) {
    clock.advance(0.001);
    note(check);
  }
}

function numbered(count: number, check: (at: number) => Noted): Noted[] {
  return Array.from({ length: count }, (_, at) => check(at));
}

/** An address for each number. */
function addressOf(at: number): string {
  return `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
}

function ports({ rows }: NotedBalancers): number[] {
  return rows().map(({ port }) => port).sort((a, b) => a - b);
}

describe('the rows of one address', () => {
  it('are 64; then the one that has been silent for longest goes', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(64, (at) => ({ port: at + 1 })));
    assert.deepEqual(ports(balancers), numbered(64, (at) => ({ port: at + 1 })).map(({ port }) => port));
    // 1 and 3 speak again, so 2 goes first, then 4 and 5.
    noteAll(balancers, [{ port: 1 }, { port: 3 }, { port: 101 }]);
    assert.deepEqual(ports(balancers).slice(0, 4), [1, 3, 4, 5]);
    noteAll(balancers, [{ port: 102 }, { port: 103 }]);
    assert.deepEqual(ports(balancers), [1, 3, ...numbered(59, (at) => ({ port: at + 6 })).map(({ port }) => port), 101, 102, 103]);
  });

  it('are told apart from every other address\'s: those keep theirs', () => {
    const balancers = notedBalancers();
    noteAll(balancers, [{ address: '10.0.0.9', port: 7 }]);
    noteAll(balancers, numbered(1_000, (at) => ({ port: at + 1 })));
    assert.equal(balancers.rows().filter(({ address }) => address === '10.0.0.9').length, 1);
    assert.equal(balancers.rows().length, 65);
  });

  it('are 64 with both ways, all names and all forms of the address together', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(200, (at) => ({ address: at % 2 === 0 ? '::ffff:10.0.0.2' : '10.0.0.2', via: at % 3 === 0 ? 'agent' : 'http', serverState: `UP; node=lb${at}` })));
    assert.deepEqual(balancers.rows().map(({ node }) => Number(node?.slice(2))).sort((a, b) => a - b), numbered(64, (at) => ({ port: 136 + at })).map(({ port }) => port));
  });

  it('begin anew where one had to go', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(65, (at) => ({ port: at + 1, told: 'down' })));
    noteAll(balancers, [{ port: 1, told: 'up' }]);
    const row = balancers.rows().find(({ port }) => port === 1);
    assert.deepEqual([row?.count, row?.interval, row?.told, row?.running], [1, null, 'up', 1]);
    assert.deepEqual(ports(balancers), [1, ...numbered(63, (at) => ({ port: at + 3 })).map(({ port }) => port)]);
  });

  it('do not push out a balancer that goes on asking', () => {
    const balancers = notedBalancers();
    for (let port = 1000; port < 1500; port += 1) noteAll(balancers, [{ port: 1, serverState: 'UP; node=lb1' }, { port }]);
    const row = balancers.rows().find(({ port }) => port === 1);
    assert.deepEqual([row?.count, balancers.rows().length], [500, 64]);
  });
});

describe('all rows', () => {
  it('are 4096; then the one that has been silent for longest goes, whoever it was', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(4_096, (at) => ({ address: addressOf(at) })));
    assert.equal(balancers.rows().length, 4_096);
    noteAll(balancers, [{ address: addressOf(0) }, { address: addressOf(2) }, { address: addressOf(4_096) }]);
    const gone = (): string[] => {
      const left = new Set(balancers.rows().map(({ address }) => address));
      return numbered(4_096, (at) => ({ address: addressOf(at) })).map(({ address = '' }) => address).filter((address) => !left.has(address));
    };
    assert.deepEqual([gone(), balancers.rows().length], [[addressOf(1)], 4_096]);
    noteAll(balancers, numbered(3, (at) => ({ address: addressOf(5_000 + at) })));
    assert.deepEqual([gone(), balancers.rows().length], [[1, 3, 4, 5].map(addressOf), 4_096]);
  });

  it('count for an address that is full, too: it makes room of its own', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(4_032, (at) => ({ address: addressOf(at + 1) })));
    noteAll(balancers, numbered(64, (at) => ({ address: '192.0.2.1', port: at + 1 })));
    noteAll(balancers, numbered(100, (at) => ({ address: '192.0.2.1', port: at + 101 })));
    assert.equal(balancers.rows().length, 4_096);
    assert.equal(balancers.rows().filter(({ address }) => address !== '192.0.2.1').length, 4_032);
  });

  it('make room at once where an address has no row left', () => {
    const balancers = notedBalancers();
    noteAll(balancers, numbered(20_000, (at) => ({ address: addressOf(at) })));
    assert.deepEqual(balancers.rows().map(({ address }) => address).sort(), numbered(4_096, (at) => ({ address: addressOf(15_904 + at) })).map(({ address }) => address).sort());
  });
});

describe('a User-Agent', () => {
  const FORMS = [
    ['', ''],
    ['curl/8.5.0', 'curl/8.5.0'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['x'.repeat(101), 'x'.repeat(100)],
    [`a\xe9\t\x80${'y'.repeat(16_000)}`, `a???${'y'.repeat(96)}`],
  ] as const;
  for (const [userAgent, shown] of FORMS) {
    it(`of ${userAgent.length} characters is shown with ${shown.length}, in ASCII`, () => {
      const { note, rows } = notedBalancers();
      note({ userAgent });
      assert.equal(rows()[0]?.user_agent, shown);
    });
  }
});
