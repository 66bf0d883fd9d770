import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SETTLED, startingUp } from '../../cli/look.ts';

describe('startingUp', () => {
  const at = (uptime: number): string | undefined => startingUp({ uptime, marksOn: 'all', agentAdmin: false, spoolRoot: undefined, rows: [] });
  it('is over after ten seconds', () => assert.deepEqual([at(SETTLED), at(1e6)], [undefined, undefined]));
  it('says how old the daemon is', () => {
    assert.equal(at(9.99), 'hacheck was started 9 s ago; waiting until it has been up for 10 s, so that every balancer has had its turn to ask');
    assert.match(at(0) ?? '', /^hacheck was started 0 s ago/);
  });
});
