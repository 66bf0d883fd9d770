import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../lib/clock.ts';

it('tells Unix seconds, and milliseconds that only grow', () => {
  assert.ok(Math.abs(systemClock.time() - Date.now() / 1000) < 1);
  const before = systemClock.monotonic();
  assert.ok(systemClock.monotonic() >= before);
});
