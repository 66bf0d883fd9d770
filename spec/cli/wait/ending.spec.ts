import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../../cli/errors.ts';
import type { Shell } from '../../../cli/shell.ts';
import { sayFinished, sayInterrupted, sayTimedOut, sayUnheard, type Ending } from '../../../cli/wait/ending.ts';
import type { Wait } from '../../../cli/wait/index.ts';
import type { Shown } from '../../../cli/wait/progress.ts';
import type { Counted } from '../../../cli/wait/standing.ts';
import { HandClock } from '../../support/daemon.ts';
import { haproxyRow, statelessRow } from '../../support/rows.ts';

type Say = (ending: Ending, shell: Shell) => void;

const WAIT: Wait = {
  state: 'down', fall: 3, rise: 2, services: [{ service: 'web' }], since: 0, waitFor: [], strict: false,
  timeout: 60, json: false, spoolRoot: '/nowhere', daemonPort: [3333], daemonAddress: undefined,
};

/** The lines that are said at an end: those on stdout, then those on stderr. */
function said(say: Say, wait: Partial<Wait> = {}, given: Partial<Ending> = {}, isTerminal = false): [string, string[]] {
  let printed = '';
  const warned: string[] = [];
  const print = (text: string | Buffer): void => void (printed += text.toString());
  const shell: Shell = { program: '', env: {}, clock: new HandClock(), isTerminal, columns: 80, rows: 24, print, printError: print, warn: (line) => void warned.push(line) };
  say({ wait: { ...WAIT, ...wait }, elapsed: 12.34, shown: [], unseen: [], heard: true, unheard: undefined, starting: undefined, changed: undefined, ...given }, shell);
  return [printed, warned];
}

function shown(cause?: string, connections: Counted | undefined = { all: 0, inUse: 0 }, row = haproxyRow()): Shown {
  return { standing: { row, told: true, hidden: false, quiet: 2, silent: false, connections }, cause };
}

const uncounted: Shown = { standing: { row: statelessRow({ port: 0 }), told: true, hidden: false, quiet: 2, silent: false, connections: undefined }, cause: undefined };
const SERVICES = [{ service: 'web', port: 8080 }, { service: 'api', port: 1, address: '10.0.0.7' }] as const;
const NOBODY = 'no balancer has asked about web in the last minute: nobody to wait for';
const DAEMON = new Failure('no daemon answers');

const ROWS: readonly (readonly [string, ReturnType<typeof said>, ReturnType<typeof said>])[] = [
  ['when nobody asked', said(sayFinished), ['', [NOBODY]]],
  ['when nobody asked, on a terminal', said(sayFinished, { state: 'up' }, {}, true), ['', [NOBODY]]],
  ['when all are done, piped', said(sayFinished, {}, { shown: [shown()] }), ['', []]],
  ['when all are done, as objects', said(sayFinished, { json: true }, { shown: [shown()] }, true), ['', []]],
  ['when one is done, on a terminal', said(sayFinished, {}, { shown: [shown()] }, true), ['1 balancer has let go of web, after 12.3 s\n', []]],
  ['when two have taken back, on a terminal', said(sayFinished, { state: 'up' }, { shown: [shown(), shown()] }, true), ['2 balancers have taken back web, after 12.3 s\n', []]],
  ['when no port is known', said(sayFinished, {}, { shown: [shown(), uncounted, uncounted] }), ['', ['connections of web cannot be counted: no balancer names a port of it, or this host has no /proc/net/tcp']]],
  ['when no port is known and none matters', said(sayFinished, { state: 'up' }, { shown: [uncounted] }), ['', []]],
  ['when a signal came', said(sayInterrupted), ['', ['interrupted after 12.3 s; the mark web stands']]],
  ['when a signal came, with two services', said(sayInterrupted, { services: SERVICES }), ['', ['interrupted after 12.3 s; the marks web:8080, api:10.0.0.7:1 stand']]],
  ['when a signal came while up is waited for', said(sayInterrupted, { state: 'up' }), ['', ['interrupted after 12.3 s; web has no mark any more']]],
  ['when there is no daemon', said(sayUnheard, {}, { unheard: DAEMON }), ['', ['the mark web stands, but nobody was waited for: no daemon answers']]],
  ['when there is none for two', said(sayUnheard, { state: 'up', services: SERVICES }, { unheard: DAEMON }), ['', ['web:8080, api:10.0.0.7:1 have no mark any more, but nobody was waited for: no daemon answers']]],
];
describe('what is said', () => {
  for (const [when, is, expected] of ROWS) it(when, () => assert.deepEqual(is, expected));
});

describe('what is said when the time is over', () => {
  it('names who is open, what has not asked, and the daemon that is gone', () => {
    const [printed, warned] = said(sayTimedOut, { state: 'drain' }, { elapsed: 59.96, shown: [shown(), shown('says UP')], unseen: ['10.0.0.9'], unheard: DAEMON });
    assert.equal(printed, '');
    assert.deepEqual(warned.slice(0, -1), [
      'gave up after 60 s; the mark web stands', 'no daemon answers', 'still open: 10.0.0.2 lb1 web/web1 web:8080: says UP', 'still open: 10.0.0.9 has not asked about web',
    ]);
  });

  it('tells the checks of one balancer apart, by port and chosen place', () => {
    const open = [haproxyRow({ port: 0 }), haproxyRow({ port: 8081 }), haproxyRow({ probed_address: '10.0.0.7', probed_port: 8080 })].map((row) => shown('says UP', undefined, row));
    const [, warned] = said(sayTimedOut, {}, { shown: open });
    assert.deepEqual(warned.slice(1, 4), ['web', 'web:8081', 'web:8080 at 10.0.0.7:8080'].map((checked) => `still open: 10.0.0.2 lb1 web/web1 ${checked}: says UP`));
  });

  for (const [what, each, hint] of [
    ['for who is open and has connections', shown('1 connection in use', { all: 1, inUse: 1 }), true],
    ['for an idle one, too', shown('one more report', { all: 1, inUse: 0 }), true],
    ['not for who is done and has some', shown(undefined, { all: 1, inUse: 0 }), false],
    ['not for who has none', shown('says UP'), false],
    ['not where they cannot be counted', { ...uncounted, cause: 'says UP' }, false],
  ] as const) {
    it(`says how HAProxy keeps its pool small ${what}`, () => {
      const [, warned] = said(sayTimedOut, {}, { shown: [each] });
      assert.equal(warned.some((line) => line.includes('pool-max-conn 0') && line.includes('option http-server-close')), hint);
    });
  }

  const worst = (wait: Partial<Wait>, ...intervals: (number | null)[]): string => said(sayTimedOut, wait, { shown: intervals.map((interval) => shown('says UP', undefined, haproxyRow({ interval }))) })[1].at(-1) ?? '';
  const REST = 'then there are the requests that run';
  const WORST: readonly (readonly [string, string, string])[] = [
    ['fall checks, and two more', worst({}, 2), `at 2.0 s between its checks, HAProxy takes up to 6.0 s to stop sending (fall 3) and 4.0 s more to say twice that nothing runs; ${REST}`],
    ['of --fall', worst({ fall: 5 }, 0.5), `at 0.5 s between its checks, HAProxy takes up to 2.5 s to stop sending (fall 5) and 1.0 s more to say twice that nothing runs; ${REST}`],
    ['one check for a drain', worst({ state: 'drain' }, 3), `at 3.0 s between its checks, HAProxy takes up to 3.0 s to stop sending (a drain) and 6.0 s more to say twice that nothing runs; ${REST}`],
    ['rise checks and one more for up', worst({ state: 'up' }, 1.5), 'at 1.5 s between its checks, HAProxy takes up to 3.0 s to take a server back (rise 2) and 1.5 s more to say so'],
    ['the longest interval', worst({ state: 'up', rise: 1 }, 0.3, 10, 1), 'at 10.0 s between its checks, HAProxy takes up to 10.0 s to take a server back (rise 1) and 10.0 s more to say so'],
    ['the longest that is known', worst({ state: 'up' }, 1, null), 'at 1.0 s between its checks, HAProxy takes up to 2.0 s to take a server back (rise 2) and 1.0 s more to say so'],
    ['nothing where nobody asks', worst({ state: 'up' }), 'gave up after 12 s; web has no mark any more'],
  ];
  for (const [what, is, line] of WORST) it(`works out HAProxy's worst case: ${what}`, () => assert.equal(is, line));
});
