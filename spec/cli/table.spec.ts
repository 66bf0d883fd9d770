import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Shell } from '../../cli/shell.ts';
import { statusLines, statusTable } from '../../cli/table.ts';
import type { MarkRow } from '../../lib/mark.ts';
import { HandClock } from '../support/daemon.ts';

const UP: MarkRow = { state: 'UP', service: 'api.v2', reason: null, by: null, since: null, until: null };
const DOWN: MarkRow = { state: 'DOWN', service: 'web', reason: 'kernel upgrade', by: 'ops', since: '2026-11-22T09:48:00Z', until: '2026-11-22T10:18:00Z' };
const DRAIN: MarkRow = { ...UP, state: 'DRAIN', service: 'web:10.0.0.7:8080', by: 'root' };

function unused(): never {
  throw new Error('a table writes nothing');
}

/** A terminal at ten o'clock of the clock that specs move. */
function terminal(columns: number, env: Readonly<Record<string, string>> = { NO_COLOR: '1' }): Shell {
  return { program: '', env, clock: new HandClock(), isTerminal: true, rows: 24, columns, print: unused, printError: unused, warn: unused };
}

describe('statusLines', () => {
  it('separates state, service, reason, by, since and until with tabs, and leaves empty what is not known', () => {
    assert.equal(
      statusLines([UP, DOWN, DRAIN]),
      'UP\tapi.v2\t\t\t\t\nDOWN\tweb\tkernel upgrade\tops\t2026-11-22T09:48:00Z\t2026-11-22T10:18:00Z\nDRAIN\tweb:10.0.0.7:8080\t\troot\t\t\n',
    );
  });

  it('is nothing for no rows', () => assert.equal(statusLines([]), ''));
});

describe('statusTable', () => {
  it('aligns its columns, with times that people read', () => {
    assert.equal(
      statusTable([UP, DOWN, DRAIN], terminal(120)),
      [
        'STATE  SERVICE            REASON          BY    SINCE         UNTIL',
        'UP     api.v2',
        'DOWN   web                kernel upgrade  ops   since 12 min  18 min left',
        'DRAIN  web:10.0.0.7:8080                  root',
        '',
      ].join('\n'),
    );
  });

  it('cuts a long reason to the width, with an ellipsis', () => {
    const lines = statusTable([{ ...DOWN, reason: `${'long '.repeat(50)}end` }], terminal(80)).split('\n');
    assert.deepEqual(lines.map((line) => line.length), [80 - '18 min left'.length + 'UNTIL'.length, 80, 0]);
    assert.match(lines[1] ?? '', /^DOWN +web +long long long[a-z ]*… +ops +since 12 min +18 min left$/);
  });

  it('leaves a reason that fits as it is', () => {
    const bare = statusTable([DOWN], terminal(1000));
    assert.equal(statusTable([DOWN], terminal((bare.split('\n')[1] ?? '').length)), bare);
  });

  it('keeps 16 columns of a reason on the narrowest terminal', () => {
    assert.match(statusTable([{ ...DOWN, reason: 'abcdefghijklmnopqrst' }], terminal(10)), /  abcdefghijklmno…  /);
  });

  it('cuts between characters, not within one', () => {
    const table = statusTable([{ ...DOWN, reason: '\u{1f525}'.repeat(40) }], terminal(60));
    assert.ok(table.includes(`${'\u{1f525}'.repeat(15)}…`), table);
    assert.ok(!/\p{Surrogate}/u.test(table));
  });

  const COLOURED = [
    [UP, '\x1b[32mUP   \x1b[0m'],
    [DOWN, '\x1b[31mDOWN \x1b[0m'],
    [DRAIN, '\x1b[33mDRAIN\x1b[0m'],
  ] as const;
  for (const [row, state] of COLOURED) {
    it(`colours ${row.state}, and nothing else`, () => {
      const table = statusTable([row], terminal(120, { NO_COLOR: '' }));
      assert.ok(table.includes(`\n${state}  ${row.service}`), JSON.stringify(table));
      assert.equal(table.split('\x1b').length, 3);
      assert.equal(table.replaceAll(/\x1b\[\d+m/g, ''), statusTable([row], terminal(120)));
    });
  }

  for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '0' }, { TERM: 'dumb' }]) {
    it(`has no colour with ${JSON.stringify(env)}`, () => assert.ok(!statusTable([DOWN], terminal(120, env)).includes('\x1b')));
  }

  it('says so where nothing is out', () => assert.equal(statusTable([], terminal(80)), 'no marks: nothing is taken out\n'));
});
