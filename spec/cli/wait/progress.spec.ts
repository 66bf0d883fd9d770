import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../../lib/balancer-row.ts';
import type { Shell } from '../../../cli/shell.ts';
import { nameOf, progressFor, type Shown } from '../../../cli/wait/progress.ts';
import { HandClock } from '../../support/daemon.ts';
import { haproxyRow, statelessRow } from '../../support/rows.ts';

interface Screen {
  readonly shell: Shell;
  /** What was written since the last call. */
  readonly written: () => string;
}

function screen(given: Partial<Shell> = {}): Screen {
  let text = '';
  const print = (more: string | Buffer): void => void (text += more.toString());
  const shell: Shell = { program: '', env: { NO_COLOR: '1' }, clock: new HandClock(), isTerminal: false, columns: 100, rows: 24, print, printError: print, warn: print, ...given };
  const written = (): string => {
    const now = text;
    text = '';
    return now;
  };
  return { shell, written };
}

function shown(row: BalancerRow, cause?: string, connections: number | undefined = 0): Shown {
  const counted = connections === undefined ? undefined : { all: connections, inUse: 0 };
  return { standing: { row, told: true, hidden: false, quiet: 0, silent: false, connections: counted }, cause };
}

const uncounted = (row: BalancerRow): Shown => ({ standing: { row, told: true, hidden: false, quiet: 0, silent: false, connections: undefined }, cause: undefined });

describe('changes, line by line', () => {
  it('are said once, each with what is known', () => {
    const { shell, written } = screen();
    const progress = progressFor(shell, false);
    progress.show([shown(haproxyRow({ sessions: 1 }), '1 session', 2), shown(statelessRow({ port: 0, told: 'down' }), 'told 1 of 3 times', 1)]);
    assert.equal(written(), '10.0.0.2 lb1 web/web1, web:8080, UP, 1 session, 2 connections, 1 session\n10.0.0.2, web, told down, 1 connection, told 1 of 3 times\n');
    progress.show([shown(haproxyRow({ sessions: 1, count: 9, last: 9 }), '1 session', 2), shown(statelessRow({ port: 0, told: 'down' }))]);
    assert.equal(written(), '10.0.0.2, web, told down, 0 connections, done\n');
    progress.clear();
    progress.show([shown(haproxyRow({ sessions: 1 }), '1 session', 2)]);
    assert.equal(written(), '');
    progress.show([shown(haproxyRow({ sessions: 1 }), '1 session', 3)]);
    assert.equal(written(), '10.0.0.2 lb1 web/web1, web:8080, UP, 1 session, 3 connections, 1 session\n');
    progress.show([uncounted(haproxyRow({ sessions: null }))]);
    assert.equal(written(), '10.0.0.2 lb1 web/web1, web:8080, UP, done\n');
  });

  it('keep balancers apart that differ in one thing alone', () => {
    const { shell, written } = screen();
    const progress = progressFor(shell, false);
    const probed = { probed_address: '10.0.0.7', probed_port: 8080 };
    const rows = [
      haproxyRow(), haproxyRow({ port: 81 }), haproxyRow({ service: 'api' }), haproxyRow({ node: 'lb2' }), haproxyRow({ name: 'b/b' }), haproxyRow({ via: 'agent' }),
      haproxyRow(probed), haproxyRow({ ...probed, probed_address: '::1' }), haproxyRow({ ...probed, probed_port: 81 }), haproxyRow({ ...probed, probed_address: null }),
    ];
    for (let look = 0; look < 3; look += 1) progress.show(rows.map((row) => shown(row)));
    const lines = written().split('\n');
    assert.equal(lines.length, rows.length + 1);
    // For a person, too.
    assert.equal(new Set(lines).size, lines.length);
  });

  it('are objects for programs, one a line, also on a terminal', () => {
    const { shell, written } = screen({ isTerminal: true, columns: 20 });
    const progress = progressFor(shell, true);
    const odd = haproxyRow({ node: 'lb"1\\', name: 'w/1' });
    for (const each of [shown(odd, 'says "UP"'), shown(odd, 'says "UP"'), shown(statelessRow({ via: 'agent', port: 0, told: 'drain' }), undefined, undefined), uncounted(odd)]) progress.show([each]);
    const [first, second, third, ...rest] = written().split('\n');
    assert.deepEqual(rest, ['']);
    const KEYS = ['time', 'address', 'service', 'port', 'via', 'node', 'name', 'state', 'sessions', 'queue', 'connections', 'told', 'probed_address', 'probed_port', 'done', 'open'];
    for (const line of [first, second, third]) assert.deepEqual(Object.keys(JSON.parse(line ?? '') as object), KEYS);
    assert.deepEqual(JSON.parse(first ?? ''), {
      time: 1795341600, address: '10.0.0.2', service: 'web', port: 8080, via: 'http', node: 'lb"1\\', name: 'w/1', state: 'UP',
      sessions: 0, queue: 0, connections: 0, told: 'up', probed_address: null, probed_port: null, done: false, open: 'says "UP"',
    });
    const { done, open, connections } = JSON.parse(third ?? '') as Record<string, unknown>;
    assert.deepEqual([done, open, connections], [true, null, null]);
  });
});

describe('a terminal', () => {
  const DRAWN_AGAIN = /^(?:\x1b\[A\x1b\[2K)+/;
  const rowsOf = (count: number): BalancerRow[] => Array.from({ length: count }, (_, at) => haproxyRow({ address: `10.0.0.${at}` }));

  it('has aligned lines, which are drawn again in their place when one changes', () => {
    const { shell, written } = screen({ isTerminal: true });
    const progress = progressFor(shell, false);
    progress.show([shown(haproxyRow(), 'says UP'), shown(statelessRow({ address: '::1' }), 'told 1 of 3 times')]);
    assert.equal(written(), '10.0.0.2 lb1 web/web1  web:8080  UP       says UP            0 sessions  0 connections\n::1                    web:8080  told up  told 1 of 3 times              0 connections\n');
    progress.show([shown(haproxyRow({ count: 2 }), 'says UP'), shown(statelessRow({ address: '::1' }), 'told 1 of 3 times')]);
    assert.equal(written(), '');
    progress.show([shown(haproxyRow({ state: 'DOWN' })), shown(statelessRow({ address: '::1' }), 'told 2 of 3 times')]);
    const again = written();
    assert.equal(DRAWN_AGAIN.exec(again)?.[0], '\x1b[A\x1b[2K'.repeat(2));
    // Who is open comes first.
    assert.match(again, /2K::1 .*told 2 of 3 times.*\n10\.0\.0\.2 .*done.*\n$/);
    progress.show([]);
    assert.equal(written(), '\x1b[A\x1b[2K'.repeat(2));
  });

  it('is cleared for something else, and drawn anew behind it', () => {
    const { shell, written } = screen({ isTerminal: true });
    const progress = progressFor(shell, false);
    progress.clear();
    assert.equal(written(), '');
    progress.show([shown(haproxyRow(), 'says UP')]);
    const first = written();
    progress.clear();
    assert.equal(written(), '\x1b[A\x1b[2K');
    progress.clear();
    assert.equal(written(), '');
    progress.show([shown(haproxyRow(), 'says UP')]);
    assert.equal(written(), first);
  });

  it('has a last line for who watches, which is drawn again with the others, and which a pipe has not', () => {
    const [tty, pipe] = [screen({ isTerminal: true, columns: 20 }), screen()];
    const progress = progressFor(tty.shell, false);
    progress.show([], 'waited 1 s of 60 s; Ctrl-C ends the wait');
    assert.equal(tty.written(), 'waited 1 s of 60 s;\n');
    progress.show([shown(statelessRow())], 'waited 2 s');
    assert.match(tty.written(), /^\x1b\[A\x1b\[2K10\.0\.0\.2 [^\n]*\nwaited 2 s\n$/);
    progress.clear();
    assert.equal(tty.written(), '\x1b[A\x1b[2K'.repeat(2));
    for (const json of [true, false]) progressFor(pipe.shell, json).show([], 'waited 1 s');
    assert.equal(pipe.written(), '');
  });

  for (const [env, colours] of [[{}, ['\x1b[33msays UP\x1b[0m', '\x1b[32mdone\x1b[0m']], [{ NO_COLOR: '1' }, ['says UP', 'done']], [{ TERM: 'dumb' }, ['says UP', 'done']]] as const) {
    it(`has ${'TERM' in env || 'NO_COLOR' in env ? 'no colours' : 'what is open in yellow and what is done in green'} with ${JSON.stringify(env)}`, () => {
      const { shell, written } = screen({ isTerminal: true, env });
      progressFor(shell, false).show([shown(haproxyRow()), shown(haproxyRow({ address: '10.0.0.3' }), 'says UP')]);
      assert.deepEqual(written().split('\n').map((line) => line.split('  ')[3]?.trim()), [...colours, undefined]);
    });
  }

  for (const columns of [20, 40, 80]) {
    it(`of ${columns} columns has no line that wraps`, () => {
      const { shell, written } = screen({ isTerminal: true, columns, rows: 4 });
      const progress = progressFor(shell, false);
      const long = haproxyRow({ address: '2001:db8:1111:2222:3333:4444:5555:6666', node: 'loadbalancer'.repeat(9), name: 'ü'.repeat(90), service: 's'.repeat(128) });
      progress.show([shown(long, 'silent since 2026-11-22T10:00:00Z, and its connections cannot be counted'), ...rowsOf(9).map((row) => shown(row, 'says UP'))]);
      const lines = written().trimEnd().split('\n');
      assert.equal(lines.length, 2);
      for (const line of lines) assert.ok([...line].length < columns, `${[...line].length}: ${line}`);
    });
  }

  for (const [rows, balancers, lines] of [[24, 22, 22], [24, 23, 22], [24, 4096, 22], [5, 3, 3], [5, 4, 3], [2, 2, 1], [1, 2, 1]] as const) {
    it(`of ${rows} rows has ${lines} lines for ${balancers} balancers`, () => {
      const { shell, written } = screen({ isTerminal: true, rows });
      progressFor(shell, false).show([shown(haproxyRow()), ...rowsOf(balancers - 1).map((row) => shown(row, 'says UP'))]);
      const drawn = written().trimEnd().split('\n');
      assert.equal(drawn.length, lines);
      const more = balancers - (lines - 1);
      assert.equal(/^and \d+ more$/.exec(drawn.at(-1) ?? '')?.[0], balancers > lines ? `and ${more} more` : undefined);
      // The one that is done is the first to be left out.
      assert.equal(drawn.some((line) => line.includes('  done  ')), balancers <= lines);
    });
  }
});

describe('nameOf', () => {
  const ROWS: readonly (readonly [BalancerRow, string])[] = [
    [haproxyRow(), '10.0.0.2 lb1 web/web1'], [haproxyRow({ node: null }), '10.0.0.2 web/web1'], [haproxyRow({ name: null }), '10.0.0.2 lb1'],
    [statelessRow(), '10.0.0.2'], [statelessRow({ via: 'agent' }), '10.0.0.2 agent'],
  ];
  for (const [row, name] of ROWS) it(`is ${name}`, () => assert.equal(nameOf(row), name));
});
