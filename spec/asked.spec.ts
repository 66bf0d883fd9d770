import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AskedChecks, nameOf, type Asked } from '../lib/asked.ts';
import { changeEntry } from '../lib/change.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { downVerdict, serviceVerdict, upVerdict, type Verdict } from '../lib/verdict.ts';
import { HandClock } from './support/daemon.ts';

const UP = upVerdict('fine');
const DOWN = downVerdict('connect ECONNREFUSED 127.0.0.1:8080');

function read(asked: AskedChecks, path: string): Asked {
  const found = asked.read(path);
  assert.ok(!('refused' in found));
  return found;
}

function note(asked: AskedChecks, check: Asked, verdict: Verdict): string | undefined {
  const change = asked.note(check, verdict);
  return change === undefined ? undefined : changeEntry(change).message;
}

describe('the checks that are asked', () => {
  it('are parsed once for each path', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    const first = read(asked, '/http/web/8080/a');
    assert.equal(first.key, '["http",null,8080,"a",null,[]]');
    assert.equal(read(asked, '/http/web/8080/a'), first);
    assert.notEqual(read(asked, '/http/web/8080/b'), first);
  });

  it('are refused when they are none', () => {
    assert.ok('refused' in new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic).read('/ftp/web/1/'));
  });

  it('are bounded: the one unused for longest is forgotten', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    const honest = read(asked, '/http/honest/1/');
    const silent = read(asked, '/http/silent/1/');
    for (let port = 1; port <= 4_095; port += 1) {
      read(asked, `/http/made-up/${port}/`);
      assert.equal(read(asked, '/http/honest/1/'), honest);
    }
    assert.notEqual(read(asked, '/http/silent/1/'), silent);
  });

  it('are not forgotten where they were asked for again, however many are made up: what comes next is no first verdict', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    for (const verdict of [UP, DOWN]) note(asked, read(asked, '/http/web/8080/'), verdict);
    for (let number = 0; number < 10_000; number += 1) read(asked, `/spool/made-up-${number}/0`);
    assert.equal(note(asked, read(asked, '/http/web/8080/'), UP), 'http/web/8080 down -> up after 0 s: fine');
    assert.equal([...asked.all()].length, 4_096);
  });

  it('are bounded in characters, too: 4 Mi of them', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    const path = (port: number): string => `/http/web/${port}/${'x'.repeat(16_000)}`;
    const [first, once] = [read(asked, path(1)), read(asked, path(2))];
    for (let port = 3; port <= 260; port += 1) read(asked, path(port));
    assert.equal(read(asked, path(1)) === first, true);
    for (let port = 301; port <= 600; port += 1) read(asked, path(port));
    assert.deepEqual([read(asked, path(1)) === first, read(asked, path(2)) === once], [true, false]);
  });
});

describe('a change of verdict', () => {
  it('is said with what, from what to what, after how long, and why', () => {
    const clock = new HandClock();
    const asked = new AskedChecks(new Targeting(PATH_ALONE), clock.monotonic);
    const web = read(asked, '/http/web/8080/health');
    assert.equal(note(asked, web, UP), undefined);
    clock.advance(80);
    assert.equal(note(asked, web, DOWN), 'http/web/8080/health up -> down after 80 s: connect ECONNREFUSED 127.0.0.1:8080');
    assert.equal(note(asked, web, DOWN), undefined);
    clock.advance(600);
    assert.equal(note(asked, web, UP), 'http/web/8080/health down -> up after 10 min: fine');
    clock.advance(7200);
    assert.equal(note(asked, web, DOWN), 'http/web/8080/health up -> down after 2 h: connect ECONNREFUSED 127.0.0.1:8080');
  });

  it('is said for a first verdict only when it is not up', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    assert.equal(note(asked, read(asked, '/tcp/web/1'), DOWN), 'tcp/web/1 is down: connect ECONNREFUSED 127.0.0.1:8080');
  });
});

describe('what is known of a check', () => {
  it('is its last verdict\'s cause, whole and without the body, and whether a mark decided it', () => {
    const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
    const web = read(asked, '/http/web/8080/');
    assert.deepEqual([web.state, web.cause, web.isMarked], [undefined, '', false]);
    asked.note(web, downVerdict(`k\u00e4se ${'x'.repeat(200)}`), true);
    assert.deepEqual([web.state, web.cause, web.isMarked], ['down', `k\u00e4se ${'x'.repeat(200)}`, true]);
    asked.note(web, downVerdict('refused'));
    assert.deepEqual([web.cause, web.isMarked], ['refused', false]);
    asked.note(web, serviceVerdict(200, 'OK', Buffer.from('body')));
    assert.deepEqual([web.state, web.cause], ['up', '200 OK']);
  });

  it('is what it was told of late', () => {
    const clock = new HandClock();
    const asked = new AskedChecks(new Targeting(PATH_ALONE), clock.monotonic);
    const web = read(asked, '/http/web/8080/');
    for (const verdict of [UP, UP, DOWN, UP]) {
      asked.note(web, verdict);
      clock.advance(20);
    }
    assert.deepEqual(web.strip.cells(clock.monotonic()).slice(-6), [undefined, 'up', 'up', 'down', 'up', undefined]);
  });
});

it('the name of a check is its path', () => {
  const asked = new AskedChecks(new Targeting(PATH_ALONE), new HandClock().monotonic);
  assert.equal(nameOf(read(asked, '/http/web/8080/a?b')), 'http/web/8080/a?b');
});
