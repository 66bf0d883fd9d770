import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flagWords, usageWords } from '../../../cli/man/usage.ts';
import { optional, single, text, toggle } from '../../../cli/option.ts';

describe('the usage of a command in mdoc', () => {
  const ROWS: readonly (readonly [string, string])[] = [
    ['', ''],
    ['SERVICE... [--wait]', 'Ar SERVICE ... Oo Fl -wait Oc'],
    ['[SERVICE...] [--json]', 'Oo Ar SERVICE ... Oc Oo Fl -json Oc'],
    ['[--for DURATION | --until TIME]', 'Oo Fl -for Ar DURATION | Fl -until Ar TIME Oc'],
    ['PROTOCOL/SERVICE/PORT[/QUERY]', 'Ar PROTOCOL/SERVICE/PORT[/QUERY]'],
    ['[COMMAND | haproxy]', 'Oo Ar COMMAND | Cm haproxy Oc'],
    ['bash|zsh|fish', 'Cm bash|zsh|fish'],
    ['[options]', 'Oo Ar options Oc'],
    ['[-r TEXT [--json]]', 'Oo Fl r Ar TEXT Oo Fl -json Oc Oc'],
  ];
  for (const [usage, words] of ROWS) it(`of ${usage === '' ? 'nothing' : usage} is ${words}`, () => assert.equal(usageWords(usage).join(' '), words));
});

describe('an option in mdoc', () => {
  it('has its flags and its value', () => {
    assert.equal(flagWords(toggle({ name: 'json', help: '' })).join(' '), 'Fl -json');
    assert.equal(flagWords(single({ name: 'reason', short: 'r', value: 'TEXT', help: '' }, text, undefined)).join(' '), 'Fl r , Fl -reason Ar TEXT');
    assert.equal(flagWords(optional({ name: 'wait', value: 'TIME', bare: '1', help: '' }, text, undefined)).join(' '), 'Fl -wait Ns Oo = Ns Ar TIME Oc');
  });
});
