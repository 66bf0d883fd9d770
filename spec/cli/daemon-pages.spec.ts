import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRecent, isRows, isStatus, spoolRootOf, type Status } from '../../cli/daemon-pages.ts';

const STATUS = { uptime: 1, marks_on: 'all', agent: null };
const ROW = {
  address: '10.0.0.2', service: 'web', port: 8080, via: 'http', node: null, name: null, state: null, weight: null, total: null, sessions: null, queue: null, target: null,
  last: 1, count: 1, interval: null, told: null, since: 1, running: 0, user_agent: null, probed_address: null, probed_port: null,
};
const LAST = { code: 200, remote_ip: '10.0.0.2', ts: 1 };

describe('a page of the daemon', () => {
  it('is known', () => {
    assert.ok(isStatus(STATUS) && isStatus({ ...STATUS, marks_on: 'agent', agent: { port: 1, admin: true } }));
    assert.ok(isRows([]) && isRows([ROW, { ...ROW, told: 'up', state: 'UP 2/3' }]));
    assert.ok(isRecent({ seen_services: [] }) && isRecent({ seen_services: [['web', LAST]], threshold_seconds: 600 }));
  });

  it('tells of a spool in plain characters alone', () => {
    const told = (spool_root?: unknown): string | undefined => spoolRootOf({ ...STATUS, spool_root } as Status);
    assert.deepEqual([told('/var/spool/hacheck'), told(), told(3), told('/a\x1b[2J'), told('/a\nb')], ['/var/spool/hacheck', undefined, undefined, undefined, undefined]);
  });

  for (const [what, page] of Object.entries({ nothing: null, 'no uptime': { ...STATUS, uptime: 'x' }, 'other marks': { ...STATUS, marks_on: 'some' }, 'another agent': { ...STATUS, agent: 3334 } })) {
    it(`is no status with ${what}`, () => assert.equal(isStatus(page), false));
  }
  for (const [what, row] of Object.entries({ 'a text for a number': { ...ROW, port: '8080' }, 'a field less': { ...ROW, via: undefined }, 'escapes in a name': { ...ROW, node: '\x1b[2J' }, 'a verdict of its own': { ...ROW, told: 'fine' }, 'a time beyond all': { ...ROW, last: 1e300 } })) {
    it(`has no rows with ${what}`, () => assert.equal(isRows([ROW, row]), false));
  }
  for (const [what, entry] of Object.entries({ 'a name alone': 'web', 'no service': ['-', LAST], 'an answer of another kind': ['web', { ...LAST, code: null }], 'escapes in an address': ['web', { ...LAST, remote_ip: '\x1b' }] })) {
    it(`tells of no services with ${what}`, () => assert.equal(isRecent({ seen_services: [entry] }), false));
  }
});
