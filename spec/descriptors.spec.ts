import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import { descriptorsNow, shareDescriptors } from '../lib/descriptors.ts';

describe('the shares of descriptors', () => {
  for (const [limit, inUse, hasAgent, shares] of [
    [64, 24, false, { http: 16, agent: 2, newProbes: 6, probes: 8 }],
    [64, 24, true, { http: 12, agent: 4, newProbes: 6, probes: 8 }],
    [1024, 24, false, { http: 656, agent: 2, newProbes: 246, probes: 328 }],
    [1024, 24, true, { http: 492, agent: 164, newProbes: 246, probes: 328 }],
    [30, 24, false, { http: 4, agent: 2, newProbes: 2, probes: 2 }],
    [Infinity, 0, false, { http: Infinity, agent: Infinity, newProbes: Infinity, probes: Infinity }],
  ] as const) {
    it(`of ${limit}, with ${inUse} in use ${hasAgent ? 'and an agent' : 'and no agent'}, are ${JSON.stringify(shares)}`, () => {
      assert.deepEqual(shareDescriptors(limit, inUse, hasAgent), shares);
    });
  }

  it('leave some for marks and other files', () => {
    for (let limit = 64; limit < 5_000; limit += 7) {
      const { http, agent, probes } = shareDescriptors(limit, 24, true);
      assert.ok(http + agent + probes + 24 <= limit - 16, String(limit));
    }
  });
});

describe('the descriptors of this process', () => {
  it('are counted', () => {
    const before = descriptorsNow().inUse;
    const open = [1, 2, 3].map(() => openSync('/dev/null', 'r'));
    assert.equal(descriptorsNow().inUse, before + 3);
    for (const fd of open) closeSync(fd);
  });

  it('have the limit that the shell says', () => {
    const script = "import('./lib/descriptors.ts').then(({ descriptorsNow }) => console.log(descriptorsNow().limit))";
    const said = execFileSync('sh', ['-c', `ulimit -n 99; exec "${process.execPath}" --import tsx -e "${script}"`], { encoding: 'utf8' });
    assert.equal(said, '99\n');
  });
});
