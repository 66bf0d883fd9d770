import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../../lib/balancer-row.ts';
import { openCause, plural, saysIdle, type Goal, type Standing } from '../../../cli/wait/standing.ts';
import { haproxyRow, statelessRow } from '../../support/rows.ts';

const NONE = { all: 0, inUse: 0 };
const IDLE = { all: 1, inUse: 0 };

/** A balancer that was told, is not silent, and whose connections are none. */
function standing(row: BalancerRow, given: Partial<Standing> = {}): Standing {
  return { row, told: true, hidden: false, quiet: row.sessions === 0 ? 1 : 0, silent: false, connections: NONE, ...given };
}

type Case = readonly [string, Standing, string | undefined];

function decides(goal: Goal, cases: readonly Case[]): void {
  for (const [what, given, cause] of cases) it(`${cause === undefined ? 'has let go' : `is open (${cause})`}: ${what}`, () => assert.equal(openCause(goal, given), cause));
}

const out = (given: Partial<BalancerRow> = {}): BalancerRow => haproxyRow({ state: 'DOWN', told: 'down', ...given });

for (const state of ['down', 'drain'] as const) {
  describe(`a balancer, when a ${state} is waited for`, () => {
    decides({ state, fall: 3, rise: 0 }, [
      ['it was not told, whatever it says', standing(out({ told: 'up' }), { told: false, quiet: 9 }), 'told up'],
      ['it says DOWN, and nothing runs', standing(out()), undefined],
      ['it says NOLB', standing(out({ state: 'NOLB' })), undefined],
      ['it says DOWN with a count', standing(out({ state: 'DOWN 1/2' })), undefined],
      ['it says DOWN with a count of its agent', standing(out({ state: 'DOWN 4/2' })), undefined],
      ['it says NOLB with a count', standing(out({ state: 'NOLB 2/3' })), undefined],
      ['it says UP with weight 0', standing(out({ state: 'UP', weight: 0 })), undefined],
      ['it says UP', standing(out({ state: 'UP' })), 'says UP'],
      ['it says UP with a count', standing(out({ state: 'UP 1/3' })), 'says UP 1/3'],
      ['it says UP, and was told three times', standing(out({ state: 'UP', running: 3 })), 'says UP'],
      ['it says that it checks nothing', standing(out({ state: 'no check' })), 'says no check'],
      ['it says UP, and its agent was told what HAProxy does not show', standing(out({ state: 'UP' }), { hidden: true }), undefined],
      ['the same, while sessions run', standing(out({ state: 'UP', sessions: 1 }), { hidden: true }), '1 session'],
      ['one session runs', standing(out({ sessions: 1 }), { quiet: 9 }), '1 session'],
      ['sessions run and requests wait', standing(out({ sessions: 2, queue: 3 })), '2 sessions, 3 queued'],
      ['a request waits', standing(out({ queue: 1 })), '0 sessions, 1 queued'],
      ['it does not say how many sessions run', standing(out({ sessions: null, queue: null }), { quiet: 1 }), undefined],
      ['one report, while an idle connection is left', standing(out(), { connections: IDLE }), 'one more report'],
      ['no report yet, while an idle connection is left', standing(out(), { quiet: 0, connections: IDLE }), 'one more report'],
      ['two reports, while an idle connection is left', standing(out(), { quiet: 2, connections: IDLE }), undefined],
      ['one report, where connections cannot be counted', standing(out(), { connections: undefined }), 'one more report'],
      ['two reports, where connections cannot be counted', standing(out(), { quiet: 2, connections: undefined }), undefined],
      ['a connection is in use', standing(out(), { quiet: 9, connections: { all: 1, inUse: 1 } }), '1 connection in use'],
      ['some of its connections are in use', standing(out(), { quiet: 9, connections: { all: 5, inUse: 2 } }), '2 connections in use'],
    ]);
  });

  describe(`a balancer that says no state, when a ${state} is waited for`, () => {
    const told = (running: number): BalancerRow => statelessRow({ told: state, running });
    decides({ state, fall: 3, rise: 0 }, [
      ['it was told the same before the mark, and not since', standing(told(3), { told: false }), 'not told yet'],
      ['it has asked, and was told nothing yet', standing({ ...told(3), told: null }, { told: false }), 'not told yet'],
      ['it was told once', standing(told(1)), 'told 1 of 3 times'],
      ['it was told twice', standing(told(2)), 'told 2 of 3 times'],
      ['it was told three times', standing(told(3)), undefined],
      ['it was told more often', standing(told(30)), undefined],
      ['it was told three times, and connections cannot be counted', standing(told(3), { connections: undefined }), undefined],
      ['it was told three times, and an idle connection is left', standing(told(3), { connections: IDLE }), undefined],
      ['it was told three times, and a connection is in use', standing(told(3), { connections: { all: 2, inUse: 1 } }), '1 connection in use'],
    ]);
    it('follows the count of --fall', () => {
      assert.equal(openCause({ state, fall: 1, rise: 0 }, standing(told(1))), undefined);
      assert.equal(openCause({ state, fall: 5, rise: 0 }, standing(told(4))), 'told 4 of 5 times');
    });
  });

  describe(`a silent balancer, when a ${state} is waited for`, () => {
    const silent = { silent: true, told: false };
    decides({ state, fall: 3, rise: 0 }, [
      ['it has no connection, whatever it said', standing(haproxyRow({ sessions: 7 }), silent), undefined],
      ['it said no state, and has no connection', standing(statelessRow(), silent), undefined],
      ['it has one, also an idle one', standing(out(), { ...silent, quiet: 9, connections: IDLE }), 'silent since 1970-01-01T00:16:40Z, 1 connection left'],
      ['it has some', standing(out(), { ...silent, connections: { all: 3, inUse: 1 } }), 'silent since 1970-01-01T00:16:40Z, 3 connections left'],
      ['they cannot be counted', standing(out(), { ...silent, quiet: 9, connections: undefined }), 'silent since 1970-01-01T00:16:40Z, and its connections cannot be counted'],
    ]);
  });
}

describe('a balancer, when it is to take a service back', () => {
  const FULL = { all: 9, inUse: 9 };
  const cases: readonly Case[] = [
    ['it was not told, and says UP', standing(haproxyRow({ told: 'down' }), { told: false }), 'told down'],
    ['it was told up, but before the mark went', standing(haproxyRow(), { told: false }), 'not told yet'],
    ['it says UP, and has sessions and connections', standing(haproxyRow({ sessions: 9 }), { connections: FULL }), undefined],
    ['it says UP with a count', standing(haproxyRow({ state: 'UP 2/3' })), undefined],
    ['it says UP with weight 0', standing(haproxyRow({ weight: 0 })), undefined],
    ['it says DOWN', standing(haproxyRow({ state: 'DOWN 1/2', running: 9 })), 'says DOWN 1/2'],
    ['it says NOLB', standing(haproxyRow({ state: 'NOLB' })), 'says NOLB'],
    ['it says no state, and was told once', standing(statelessRow({ running: 1 })), 'told 1 of 2 times'],
    ['it says no state, and was told twice', standing(statelessRow({ running: 2 }), { connections: undefined }), undefined],
    ['it is silent, and said UP', standing(haproxyRow(), { silent: true }), 'silent since 1970-01-01T00:16:40Z: in maintenance?'],
    ['it is silent, and says no state', standing(statelessRow({ running: 2 }), { silent: true }), 'silent since 1970-01-01T00:16:40Z: in maintenance?'],
  ];
  for (const [what, given, cause] of cases) it(`${cause === undefined ? 'has' : `has not (${cause})`}: ${what}`, () => assert.equal(openCause({ state: 'up', fall: 0, rise: 2 }, given), cause));
});

it('nothing runs where no session and no queue is told', () => {
  assert.deepEqual([statelessRow(), haproxyRow({ sessions: 1 }), haproxyRow({ queue: 1 })].map(saysIdle), [true, false, false]);
});

it('counts in words', () => assert.deepEqual([0, 1, 2].map((count) => plural(count, 'session')), ['0 sessions', '1 session', '2 sessions']));
