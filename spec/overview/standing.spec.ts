import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mark } from '../../lib/mark.ts';
import { isOut, STANDINGS, standOf, type Stand } from '../../lib/overview/standing.ts';
import { KnownHost } from '../support/overview.ts';

const PATH = '/http/web/8080/health';

/** How the check stands. */
function stand(host: KnownHost, marks: readonly Mark[] = []): Stand {
  return standOf(host.asks(PATH), new Map(marks.map((mark) => [mark.name, mark])), host.clock.monotonic());
}

describe('a check stands', () => {
  it('as it was told last, while it is asked for', () => {
    const host = new KnownHost();
    host.tells(PATH);
    assert.deepEqual(stand(host), { standing: 'up', cause: '200 OK', isTold: true });
    host.tells(PATH, 'connect ECONNREFUSED');
    assert.deepEqual(stand(host), { standing: 'failing', cause: 'connect ECONNREFUSED', isTold: true });
  });

  it('as its mark says, also where it has not been told yet', () => {
    const host = new KnownHost();
    host.tells(PATH);
    const drain = host.marks('web', { state: 'drain', reason: 'disk' });
    assert.deepEqual(stand(host, [drain]), { standing: 'drain', cause: 'disk', mark: drain });
    const bare = host.marks('web:8080');
    assert.deepEqual(stand(host, [bare]), { standing: 'down', cause: '', mark: bare });
  });

  it('as a down says before any drain, and among equals as the wider mark says', () => {
    const host = new KnownHost();
    const [all, web, port] = [host.marks('all', { state: 'drain' }), host.marks('web', { state: 'down' }), host.marks('web:8080', { state: 'down' })];
    const other = host.marks('web:8081');
    assert.equal(stand(host, [port, web, all, other]).mark, web);
    assert.equal(stand(host, [all, port]).mark, port);
    assert.equal(stand(host, [{ ...port, state: 'drain' }, all]).mark, all);
    assert.equal(stand(host, [other]).mark, undefined);
  });

  it('unknown before its first verdict, and after a mark that has gone until it is asked again', () => {
    const host = new KnownHost();
    assert.deepEqual(stand(host), { standing: 'unknown', cause: 'no verdict yet' });
    host.tellsMark(PATH, host.marks('web', { reason: 'disk' }));
    assert.deepEqual(stand(host), { standing: 'unknown', cause: 'its mark is gone, and nobody has asked since' });
    host.tells(PATH);
    assert.equal(stand(host).standing, 'up');
  });

  it('unknown when nobody has asked for a minute, and says what it was', () => {
    const host = new KnownHost();
    host.tells(PATH, 'refused');
    host.clock.advance(60);
    assert.equal(stand(host).standing, 'failing');
    host.clock.advance(1);
    assert.deepEqual(stand(host), { standing: 'unknown', cause: 'nobody has asked for 61 s; it was down: refused' });
  });

  it('failing while the spool cannot be read, whatever it was told, unless it is told no marks', () => {
    const host = new KnownHost();
    host.tells(PATH);
    const broken = (asked = host.asks(PATH)): Stand => standOf(asked, { unreadable: 'EACCES' }, host.clock.monotonic());
    assert.deepEqual(broken(), { standing: 'failing', cause: 'spool unreadable: EACCES' });
    const asked = host.asks(PATH);
    assert.equal(broken({ ...asked, check: { ...asked.check, marks: [] } }).standing, 'up');
  });
});

it('failing, down and draining are out; up and unknown are not', () => assert.deepEqual(STANDINGS.map(isOut), [true, true, true, false, false]));
