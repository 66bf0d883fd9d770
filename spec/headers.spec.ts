import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHeaders, type CheckHeaders } from '../lib/headers.ts';

/** Reads headers that stand in lines, as `Name: value`. */
function read(...lines: readonly string[]): CheckHeaders {
  return readHeaders(lines.flatMap((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
}

const NONE: CheckHeaders = { fresh: false, userAgent: undefined, serverState: undefined };

describe('the headers of a check', () => {
  it('say nothing where there are none', () => assert.deepEqual(readHeaders([]), NONE));

  it('are read in any case', () => {
    for (const change of [(text: string) => text, (text: string) => text.toLowerCase(), (text: string) => text.toUpperCase()]) {
      const lines = [`${change('X-Haproxy-Server-State')}: UP`, `${change('User-Agent')}: Curl/8`, `${change('Pragma')}: ${change('No-Cache')}`];
      assert.deepEqual(read(...lines), { fresh: true, userAgent: 'Curl/8', serverState: 'UP' });
      assert.deepEqual(read(`${change('Cache-Control')}: ${change('No-Cache')}`), { ...NONE, fresh: true });
    }
  });

  it('are found among others, wherever they stand', () => {
    const others = ['Host: www', 'Accept: */*', 'X-Forwarded-For: 10.0.0.1', 'Connection: close'];
    const ours = ['X-Haproxy-Server-State: UP', 'User-Agent: a', 'Pragma: no-cache'];
    const among = others.flatMap((other, at) => [other, ours[at] ?? 'X-Y: z']);
    for (const lines of [[...others, ...ours], [...ours, ...others], among]) assert.deepEqual(read(...lines), { fresh: true, userAgent: 'a', serverState: 'UP' });
  });

  it('do not stand for others of the same length, nor with other letters around them', () => {
    // As long as Pragma, Cache-Control, User-Agent and X-Haproxy-Server-State.
    assert.deepEqual(read('Cookie: no-cache', 'Accept-Ranges: no-cache', 'Connection: curl', 'X-Haproxy-Server-Stats: UP'), NONE);
    assert.deepEqual(read('XPragma: no-cache', 'Pragmas: no-cache', 'X-Cache-Control: no-cache'), NONE);
    assert.deepEqual(read('User_Agent: curl', 'X-User-Agent: curl', 'X-Haproxy-Server-State2: UP', 'Haproxy-Server-State: UP'), NONE);
  });
});

describe('a check that wants a fresh verdict', () => {
  for (const value of ['no-cache', 'No-Cache', 'max-age=0, no-cache', 'no-cache,max-age=0', 'x,\tno-cache ,y', ' no-cache ', ',no-cache,']) {
    for (const name of ['Pragma', 'Cache-Control']) it(`says ${name}: ${JSON.stringify(value)}`, () => assert.deepEqual(read(`${name}: ${value}`), { ...NONE, fresh: true }));
  }

  for (const value of ['', 'no-cache="set-cookie"', 'no-cache2', 'xno-cache', 'no cache', 'no-store', 'max-age=0', 'no-cache;x', '"no-cache"']) {
    for (const name of ['Pragma', 'Cache-Control']) it(`does not say ${name}: ${JSON.stringify(value)}`, () => assert.deepEqual(read(`${name}: ${value}`), NONE));
  }

  it('says so once among several', () => {
    assert.equal(read('Cache-Control: no-cache', 'Cache-Control: max-age=0').fresh, true);
    assert.equal(read('Cache-Control: max-age=0', 'Cache-Control: no-cache').fresh, true);
    assert.equal(read('Pragma: no-cache', 'Cache-Control: max-age=0', 'Pragma: x').fresh, true);
  });

  it('is read in time that grows with the header\'s length alone', () => {
    const hostile = ['no-cache'.repeat(2_000), ','.repeat(16_000), ' '.repeat(16_000), 'no-cache '.repeat(1_700)];
    const began = performance.now();
    for (let times = 0; times < 50; times += 1) for (const value of hostile) readHeaders(['Pragma', value]);
    assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`);
  });
});

describe('X-Haproxy-Server-State', () => {
  it('is passed on as it stands', () => assert.equal(read('X-Haproxy-Server-State: UP 2/3; node=lb1').serverState, 'UP 2/3; node=lb1'));

  it('is as good as none where it stands there more than once: who of them speaks?', () => {
    const line = 'X-Haproxy-Server-State: UP';
    assert.equal(read(line, line).serverState, '');
    assert.equal(read(line, 'x-haproxy-server-state: DOWN', line).serverState, '');
    assert.equal(read('X-Haproxy-Server-State: ', line).serverState, '');
  });
});

describe('User-Agent', () => {
  it('is empty where it says nothing, which is not the same as none', () => assert.equal(read('User-Agent: ').userAgent, ''));
  it('is passed on as it stands', () => assert.equal(read('User-Agent: Envoy/HC é').userAgent, 'Envoy/HC é'));
});
