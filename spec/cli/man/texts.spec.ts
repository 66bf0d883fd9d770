import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SPOOL_ROOT } from '../../../cli/option.ts';
import { DESCRIPTION, FILES, SEE_ALSO, VARIABLES } from '../../../cli/man/texts.ts';

describe('what the man page says beside the help', () => {
  it('names the spool, and settings', () => assert.deepEqual(FILES.map(([path]) => path), [SPOOL_ROOT.fallback, '/etc/default/hacheck']));
  it('names the variables that hactl looks at', () => assert.deepEqual(VARIABLES.map(([name]) => name), ['SUDO_USER', 'SSH_USER', 'NO_COLOR']));
  it('names other pages by section and name, as mandoc wants them', () => {
    const keys = SEE_ALSO.map(([name, section]) => `${section} ${name}`);
    assert.deepEqual(keys, [...keys].sort());
  });
  it('speaks of the product', () => assert.doesNotMatch(DESCRIPTION, /issue|contract|spec\b/i));
});
