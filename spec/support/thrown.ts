import assert from 'node:assert/strict';

/** What an act throws; a failure where it throws nothing. */
export function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}
