import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Balancers } from '../lib/balancers.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { HandClock } from './support/daemon.ts';
import { heldBytes } from './support/memory.ts';

/** An address for each number. */
function addressOf(at: number): string {
  return `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
}

describe('the memory of all rows', () => {
  const used = (): number => heldBytes().heap / 1024 / 1024;

  /** Mebibytes that are held after these checks and were not before; a second apart, of as many addresses. */
  function held(count: number, check: (at: number) => { path: string; serverState: string; userAgent: string }): number {
    const clock = new HandClock();
    const balancers = new Balancers(clock);
    // Anew for each, and flat, as they come from a socket.
    const received = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
    const before = used();
    for (let at = 0; at < count; at += 1) {
      const { path, serverState, userAgent } = check(at);
      const parsed = new Targeting(PATH_ALONE).read(received(path));
      assert.ok(!('refused' in parsed));
      balancers.ask({ address: addressOf(at), via: 'http', serverState: received(serverState), userAgent: received(userAgent) }, parsed);
      clock.advance(1);
    }
    const after = used();
    assert.equal([...balancers.rows()].length, 4_096);
    return after - before;
  }

  it('is bounded by what is shown, not by what was sent', () => {
    const grown = held(10_000, (at) => ({
      path: `/http/${`service-${at}-`.padEnd(128, 's')}/80/${'q'.repeat(14_000)}`,
      serverState: `UP; node=${`${at}`.padEnd(400, 'n')}; name=${'m'.repeat(500)}`,
      userAgent: 'u'.repeat(14_000),
    }));
    assert.ok(grown < 24, `${grown} MiB`);
  });

  it('is bounded however many addresses come and go', () => {
    const grown = held(100_000, () => ({ path: '/http/web/80/', serverState: 'UP; node=lb1', userAgent: '' }));
    assert.ok(grown < 12, `${grown} MiB`);
  });

  it('is not taken twice while they are read', () => {
    const balancers = new Balancers(new HandClock());
    const asking = new Targeting(PATH_ALONE).read('/http/web/80/');
    assert.ok(!('refused' in asking));
    for (let at = 0; at < 4_096; at += 1) balancers.ask({ address: addressOf(at), via: 'http', serverState: 'UP; node=lb1', userAgent: 'u' }, asking);
    const before = used();
    const rows = balancers.rows()[Symbol.iterator]();
    rows.next();
    const grown = used() - before;
    assert.ok(grown < 0.3, `${grown} MiB`);
    assert.equal(rows.next().done, false);
  });
});
