import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownHost, TEN } from '../support/overview.ts';
import { haproxyRow } from '../support/rows.ts';

describe('the page as data', () => {
  it('is whose it is, and of when', () => {
    const { host, version, uptime, time, only, everything, unreadable } = new KnownHost().overview({ only: 'web' });
    assert.deepEqual([host, version, uptime, time, only, everything, unreadable], ['web17', '1.0.0', 90, TEN, 'web', undefined, undefined]);
  });

  it('says what takes everything out, and why marks cannot be read', () => {
    const host = new KnownHost();
    assert.equal(host.marks('all'), host.overview().everything);
    const broken = host.overview({ marks: { unreadable: 'EACCES' } });
    assert.deepEqual([broken.everything, broken.unreadable, broken.services.count], [undefined, 'EACCES', 0]);
  });

  it('has the balancers of every service, or of the one that is wanted', () => {
    const rows = [haproxyRow({ last: TEN }), haproxyRow({ service: 'api', last: TEN, address: '10.0.0.3' })];
    const addresses = (only?: string): string[] => new KnownHost().overview({ balancers: rows, only }).askers.shown.map(({ address }) => address);
    assert.deepEqual([addresses(), addresses('api'), addresses('nobody')], [['10.0.0.2', '10.0.0.3'], ['10.0.0.3'], []]);
  });
});
