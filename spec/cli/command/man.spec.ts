import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manPage } from '../../../cli/man/page.ts';
import { hactl } from '../../support/hactl.ts';

describe('hactl man', () => {
  it('prints the page', async () => assert.deepEqual(await hactl(['man']), { code: 0, signal: null, stdout: await manPage(), stderr: '' }));

  it('prints the same in another zone and another language', async () => {
    assert.equal((await hactl(['man'], { env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'de_DE.UTF-8' } })).stdout, (await hactl(['man'], { env: { TZ: 'Pacific/Pago_Pago' } })).stdout);
  });

  it('takes nothing', async () => {
    assert.deepEqual(await hactl(['man', 'down']), { code: 2, signal: null, stdout: '', stderr: 'hactl: man prints one page, and takes no down (see hactl help man)\n' });
  });
});
