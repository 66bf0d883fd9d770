import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeEntry, type Change } from '../lib/change.ts';

const CHANGE: Change = { name: 'http/web/8080/health', service: 'web', from: 'up', after: 80.12345, to: 'down', reason: '503 Service Unavailable' };

describe('a change of a verdict', () => {
  it('is said in one line: what, from what to what, after how long, why', () => {
    assert.equal(changeEntry(CHANGE).message, 'http/web/8080/health up -> down after 80 s: 503 Service Unavailable');
    assert.equal(changeEntry(CHANGE, 'agent ').message, 'agent http/web/8080/health up -> down after 80 s: 503 Service Unavailable');
  });

  it('is said whole, however long the path is', () => {
    const { message, fields } = changeEntry({ ...CHANGE, name: `http/web/8080/${'x'.repeat(16_000)}` });
    assert.match(message, /^http\/web\/8080\/x{486}\.\.\. up -> down after 80 s: 503 Service Unavailable$/);
    assert.equal(String(fields?.['check']).length, 16_014);
  });

  it('is said in fields for machines', () => {
    const fields = { event: 'change', check: 'http/web/8080/health', service: 'web', from: 'up', to: 'down', after: 80.123, reason: '503 Service Unavailable' };
    assert.deepEqual(changeEntry(CHANGE).fields, fields);
  });

  it('from nothing known is a first verdict, after no time', () => {
    const first = changeEntry({ ...CHANGE, from: undefined });
    assert.equal(first.message, 'http/web/8080/health is down: 503 Service Unavailable');
    assert.deepEqual([first.fields?.['from'], first.fields?.['after']], [null, null]);
  });

  for (const [to, priority] of [['down', 'warning'], ['drain', 'notice'], ['up', 'info']] as const) {
    it(`to ${to} is of priority ${priority}`, () => assert.equal(changeEntry({ ...CHANGE, to }).priority, priority));
  }
});
