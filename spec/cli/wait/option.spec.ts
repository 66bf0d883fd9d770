import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments } from '../../../cli/arguments.ts';
import { UsageError } from '../../../cli/errors.ts';
import { LET_GO_OPTIONS, refuseWithoutWait, TAKE_BACK_OPTIONS } from '../../../cli/wait/option.ts';

describe('the options of a wait', () => {
  it('have HAProxy\'s own defaults, and no wait', () => {
    assert.deepEqual(parseArguments(LET_GO_OPTIONS, [], {}).values, { wait: undefined, waitFor: [], strict: false, fall: 3, json: false });
    assert.deepEqual(parseArguments(TAKE_BACK_OPTIONS, [], {}).values, { wait: undefined, waitFor: [], rise: 2, json: false });
  });

  for (const [word, seconds] of [['--wait', 60], ['--wait=60s', 60], ['--wait=1h30m', 5400], ['--wait=2d', 172800]] as const) {
    it(`${word} is a wait of ${seconds} s`, () => assert.equal(parseArguments(LET_GO_OPTIONS, [word], {}).values.wait, seconds));
  }

  it('take the last of two waits', () => assert.equal(parseArguments(TAKE_BACK_OPTIONS, ['--wait=5s', '--wait'], {}).values.wait, 60));

  it('take every address of --wait-for, as it is compared', () => {
    assert.deepEqual(parseArguments(LET_GO_OPTIONS, ['--wait-for', '10.0.0.2', '--wait-for=[2001:DB8::0:1]'], {}).values.waitFor, ['10.0.0.2', '2001:db8::1']);
  });

  it('are no variables', () => {
    const env = { HACHECK_WAIT: '5s', HACHECK_FALL: '9', HACHECK_STRICT: '1', HACHECK_JSON: '1', HACHECK_WAIT_FOR: '::1' };
    assert.deepEqual(parseArguments(LET_GO_OPTIONS, [], env), parseArguments(LET_GO_OPTIONS, [], {}));
  });
});

describe('refuseWithoutWait', () => {
  for (const words of [['--fall', '3'], ['--strict'], ['--json'], ['--wait-for', '::1']]) {
    it(`refuses ${words.join(' ')} alone, and names it`, () => {
      const refused = (error: unknown): boolean => error instanceof UsageError && error.message === `${words[0]} goes with --wait`;
      assert.throws(() => refuseWithoutWait(parseArguments(LET_GO_OPTIONS, words, {})), refused);
      assert.doesNotThrow(() => refuseWithoutWait(parseArguments(LET_GO_OPTIONS, [...words, '--wait=1s'], {})));
    });
  }
  it('refuses --rise alone', () => assert.throws(() => refuseWithoutWait(parseArguments(TAKE_BACK_OPTIONS, ['--rise=2'], {})), /^Error: --rise goes with --wait$/));
  it('has nothing against none', () => assert.doesNotThrow(() => refuseWithoutWait(parseArguments(TAKE_BACK_OPTIONS, [], {}))));
});
