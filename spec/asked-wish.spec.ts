import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeEntry } from '../lib/change.ts';
import { AskedChecks, type Asked } from '../lib/asked.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { downVerdict, upVerdict } from '../lib/verdict.ts';
import { HandClock } from './support/daemon.ts';

const PATH = '/http/web/8080/';
const DOWN = downVerdict('refused');

function askedChecks(): { asked: AskedChecks; clock: HandClock; read: (...headers: readonly string[]) => Asked } {
  const clock = new HandClock();
  const asked = new AskedChecks(new Targeting({ ...PATH_ALONE, targetFromHeader: true, forwardHeaders: ['Host'] }), clock.monotonic);
  const read = (...headers: readonly string[]): Asked => {
    const found = asked.read(PATH, headers);
    assert.ok(!('refused' in found));
    return found;
  };
  return { asked, clock, read };
}

describe('checks that are asked with headers', () => {
  it('are read once for each path and what its headers wish', () => {
    const { read } = askedChecks();
    const [plain, host, place] = [read(), read('Host', 'a'), read('X-Nerve-Check-IP', '127.0.0.2')];
    assert.equal(new Set([plain.key, host.key, place.key]).size, 3);
    assert.deepEqual([read('Accept', 'b'), read('host', 'a', 'X', 'y'), read('X-Haproxy-Server-State', 'UP; address=127.0.0.2')], [plain, host, place]);
    assert.equal(read(), plain);
    assert.notEqual(read('Host', 'b'), host);
  });

  it('are no others where a header looks like another\'s', () => {
    const { read } = askedChecks();
    assert.notEqual(read('Host', '127.0.0.2').key, read('X-Nerve-Check-IP', '127.0.0.2').key);
    assert.notEqual(read('Host', 'a"],["Host","b').key, read('Host', 'a').key);
  });

  it('are refused anew each time', () => {
    const { asked, read } = askedChecks();
    for (let times = 0; times < 2; times += 1) {
      assert.ok('refused' in asked.read(PATH, ['X-Nerve-Check-IP', 'localhost']));
      assert.ok('refused' in asked.read(PATH, ['X-Nerve-Check-IP', '10.0.0.7']));
    }
    assert.equal(read().check.port, 8080);
  });

  it('have each their own last verdict, and are named with the place that they chose', () => {
    const { asked, clock, read } = askedChecks();
    const [plain, place, port] = [read(), read('X-Nerve-Check-IP', '::1'), read('X-Haproxy-Server-State', 'UP; port=8081')];
    const note = (...given: Parameters<AskedChecks['note']>): string => changeEntry(asked.note(...given) ?? assert.fail('no change')).message;
    assert.equal(asked.note(plain, upVerdict('fine')), undefined);
    assert.equal(note(place, DOWN), 'http/web/8080 at [::1]:8080 is down: refused');
    assert.equal(note(port, DOWN), 'http/web/8080 at localhost:8081 is down: refused');
    clock.advance(5);
    assert.equal(note(place, upVerdict('fine')), 'http/web/8080 at [::1]:8080 down -> up after 5 s: fine');
    assert.equal(note(plain, DOWN), 'http/web/8080 up -> down after 5 s: refused');
  });

  it('are bounded, by what their headers hold, too', () => {
    const { read } = askedChecks();
    const [first, kept] = [read('Host', 'first'), read('Host', 'kept')];
    const long = 'x'.repeat(14_000);
    for (let number = 0; number < 250; number += 1) read('Host', `${number}${long}`);
    assert.equal(read('Host', 'kept'), kept);
    for (let number = 250; number < 500; number += 1) read('Host', `${number}${long}`);
    assert.notEqual(read('Host', 'first'), first);
    assert.equal(read('Host', `499${long}`), read('Host', `499${long}`));
  });
});
