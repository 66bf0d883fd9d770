import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTyped } from '../../../cli/completion/typed.ts';
import { optional, single, text, toggle } from '../../../cli/option.ts';

const PORT = single({ name: 'port', short: 'p', value: 'PORT', help: '' }, text, undefined);
const JSON_OUT = toggle({ name: 'json', short: 'j', help: '' });
const WAIT = optional({ name: 'wait', value: 'TIME', bare: '60s', help: '' }, text, undefined);

function read(...words: readonly string[]): unknown[] {
  const { current, open, given, operands, ended } = readTyped([PORT, JSON_OUT, WAIT], words);
  return [given.map(({ word }) => word).join(' '), operands.join(' '), open?.name ?? '', current, ended ? 'ended' : ''];
}

describe('a line that is being typed', () => {
  const ROWS: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], ['', '', '', '', '']],
    [['we'], ['', '', '', 'we', '']],
    [['web', 'a'], ['', 'web', '', 'a', '']],
    [['--port', ''], ['', '', 'port', '', '']],
    [['-p', '33'], ['', '', 'port', '33', '']],
    [['-jp', '33'], ['', '', 'port', '33', '']],
    [['--port', '1', 'web', ''], ['--port=1', 'web', '', '', '']],
    [['-p1', 'web', ''], ['--port=1', 'web', '', '', '']],
    [['--port=1=2', ''], ['--port=1=2', '', '', '', '']],
    [['--json', 'web', ''], ['--json', 'web', '', '', '']],
    [['--wait', 'web', ''], ['--wait', 'web', '', '', '']],
    [['--wait=5s', 'web', ''], ['--wait=5s', 'web', '', '', '']],
    [['--port', '--json', ''], ['--json', '', '', '', '']],
    [['--port', '--json'], ['', '', 'port', '--json', '']],
    [['--nonsense', '-x', '-xp', 'web', ''], ['', 'web', '', '', '']],
    [['-', ''], ['', '-', '', '', '']],
    [['--', '--json', ''], ['', '--json', '', '', 'ended']],
    [['--port', '--', 'x'], ['', '', '', 'x', 'ended']],
    [['--js'], ['', '', '', '--js', '']],
  ];
  for (const [words, expected] of ROWS) it(`${JSON.stringify(words)} is ${JSON.stringify(expected)}`, () => assert.deepEqual(read(...words), expected));
});
