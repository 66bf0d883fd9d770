import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { assertOwnAnswer, latin1 } from './support/answer.ts';
import { HandClock } from './support/daemon.ts';
import { AUTHORIZED, FORM, spoolDaemon } from './support/form.ts';
import { exchangeFrom } from './support/from.ts';
import { ask, parseResponse } from './support/request.ts';

// It stands at 2026-11-22T10:00:00Z.
const clock = new HandClock();
const NOW = clock.time();
const { port, spoolRoot, post, log } = await spoolDaemon({}, clock);

function marks(): Record<string, unknown> {
  return Object.fromEntries(readdirSync(spoolRoot).sort().map((name) => [name, JSON.parse(readFileSync(join(spoolRoot, name), 'utf8'))]));
}

beforeEach(() => {
  for (const name of readdirSync(spoolRoot)) rmSync(join(spoolRoot, name));
});

describe('POST /spool', () => {
  const MARK = { reason: null, creation: NOW, expiration: null, state: 'down', by: '127.0.0.1' };
  const ROWS: readonly (readonly [path: string, form: string, said: string, marks: Readonly<Record<string, unknown>>])[] = [
    ['web/0', 'status=down', 'web is down', { web: MARK }],
    ['web/0', 'status=drain', 'web is draining', { web: { ...MARK, state: 'drain' } }],
    ['web/0', 'status=up', 'web was not out', {}],
    ['web/8080', 'status=down', 'web:8080 is down', { 'web:8080': MARK }],
    ['web/65535', 'status=drain', 'web:65535 is draining', { 'web:65535': { ...MARK, state: 'drain' } }],
    ['all/0', 'status=down', 'all is down', { all: MARK }],
    ['web/0/', 'status=down', 'web is down', { web: MARK }],
    ['web/0', 'status=down&reason=kernel+upgrade', 'web is down: kernel upgrade', { web: { ...MARK, reason: 'kernel upgrade' } }],
    ['web/0', 'reason=kernel%20upgrade%2B%26%3d&status=down', 'web is down: kernel upgrade+&=', { web: { ...MARK, reason: 'kernel upgrade+&=' } }],
    ['web/0', 'status=down&reason=', 'web is down', { web: MARK }],
    ['web/0', 'status=down&reason=a=b', 'web is down: a=b', { web: { ...MARK, reason: 'a=b' } }],
    ['web/0', `status=down&reason=${latin1('Müller 夜')}`, 'web is down: Müller 夜', { web: { ...MARK, reason: 'Müller 夜' } }],
    ['web/0', 'status=down&reason=M%C3%BCller%0d%0aX-Evil:1%00', 'web is down: Müller X-Evil:1', { web: { ...MARK, reason: 'Müller X-Evil:1' } }],
    ['web/0', `status=down&expiration=${NOW + 60}`, 'web is down', { web: { ...MARK, expiration: NOW + 60 } }],
    [
      'web/0', `status=drain&expiration=${NOW + 60}.25&creation=${NOW - 5.5}`, 'web is draining',
      { web: { ...MARK, state: 'drain', expiration: NOW + 60.25, creation: NOW - 5.5 } },
    ],
    ['web/0', 'status=up&reason=done&expiration=1&creation=1', 'web was not out', {}],
    ['web/0', '&&status=down&', 'web is down', { web: MARK }],
    ['web/0', '%73tatus=%64own', 'web is down', { web: MARK }],
  ];
  for (const [path, form, said, made] of ROWS) {
    it(`${path} with ${form} says ${said}`, async () => {
      assertOwnAnswer(await post(`/spool/${path}`, form), { status: 200, phrase: 'OK', body: `${said}\n` });
      assert.deepEqual(marks(), made);
    });
  }

  it('is seen by the very next check, and so is the way back', async () => {
    await post('/spool/web/0', `status=drain&reason=kernel+upgrade&expiration=${NOW + 3600}`);
    const drained = 'Service web in drain state since 2026-11-22T10:00:00Z until 2026-11-22T11:00:00Z by 127.0.0.1: kernel upgrade\n';
    assertOwnAnswer(await ask(port, '/spool/web/8080'), { status: 404, phrase: 'drained by 127.0.0.1: kernel upgrade', body: drained });
    assertOwnAnswer(await post('/spool/web/0', 'status=up'), { status: 200, body: 'web is up\n' });
    assert.equal((await ask(port, '/spool/web/8080')).status, 200);
    assert.deepEqual(marks(), {});
  });

  it('replaces a mark; in the same state for the same reason it keeps since when and by whom', async () => {
    const old = { reason: 'disk', creation: NOW - 100, expiration: null, state: 'down', by: 'ops' };
    for (const [form, made] of [
      [`status=down&reason=disk&expiration=${NOW + 9}`, { ...old, expiration: NOW + 9 }],
      [`status=down&reason=disk&creation=${NOW - 7}`, { ...old, creation: NOW - 7 }],
      ['status=down&reason=other', { ...old, creation: NOW, reason: 'other', by: '127.0.0.1' }],
      ['status=drain&reason=disk', { ...old, creation: NOW, state: 'drain', by: '127.0.0.1' }],
    ] as const) {
      writeFileSync(join(spoolRoot, 'web'), JSON.stringify(old));
      assert.equal((await post('/spool/web/0', form)).status, 200);
      assert.deepEqual(marks(), { web: made }, form);
    }
  });

  it('says which mark still takes a service out that was put back', async () => {
    writeFileSync(join(spoolRoot, 'all'), '{}');
    assertOwnAnswer(await post('/spool/web/0', 'status=up'), { status: 200, body: 'web is still out, by the mark all\n' });
    writeFileSync(join(spoolRoot, 'web'), '{}');
    assertOwnAnswer(await post('/spool/web/8080', 'status=up'), { status: 200, body: 'web:8080 is still out, by the mark all\n' });
    assert.deepEqual(Object.keys(marks()), ['all', 'web']);
  });

  it('says which marks still take out a part of what was put back', async () => {
    for (const name of ['web', 'web:8080', 'web:10.0.0.7:8080', 'webs:8080']) writeFileSync(join(spoolRoot, name), '{}');
    assertOwnAnswer(await post('/spool/web/8080', 'status=up'), { status: 200, body: 'web:8080 is still out, by the mark web\n' });
    assertOwnAnswer(await post('/spool/web/0', 'status=up'), { status: 200, body: 'web is up; still out: web:10.0.0.7:8080\n' });
    assertOwnAnswer(await post('/spool/web/8080', 'status=up'), { status: 200, body: 'web:8080 was not out; still out: web:10.0.0.7:8080\n' });
    assert.deepEqual(Object.keys(marks()), ['web:10.0.0.7:8080', 'webs:8080']);
  });

  it('names the first ten of them, and counts the others', async () => {
    for (let number = 10; number < 23; number += 1) writeFileSync(join(spoolRoot, `web:80${number}`), '{}');
    const named = Array.from({ length: 10 }, (_, at) => `web:80${10 + at}`).join(', ');
    assertOwnAnswer(await post('/spool/all/0', 'status=up'), { status: 200, body: `all was not out; still out: ${named} and 3 more\n` });
  });

  it('puts back what it names alone', async () => {
    for (const name of ['web', 'web:8080', 'web:8081', 'api']) writeFileSync(join(spoolRoot, name), '{}');
    await post('/spool/web/8080', 'status=up');
    assert.deepEqual(Object.keys(marks()), ['api', 'web', 'web:8081']);
  });

  it('says who by the client\'s address', async () => {
    const open = await spoolDaemon({ bindAddress: undefined });
    const form = 'status=down&by=x'.slice(0, 'status=down'.length);
    for (const from of ['127.0.0.9', '::1']) {
      const bytes = [`POST /spool/web/0 HTTP/1.1`, `Content-Length: ${form.length}`, AUTHORIZED, FORM, 'X-Forwarded-For: 10.0.0.1', '', form].join('\r\n');
      assert.equal(parseResponse(await exchangeFrom(from, open.port, bytes)).status, 200);
      assert.equal((JSON.parse(readFileSync(join(open.spoolRoot, 'web'), 'utf8')) as { by: string }).by, from);
      rmSync(join(open.spoolRoot, 'web'));
    }
  });

  it('is a line in the log, which names the client', async () => {
    await post('/spool/logged/0', 'status=down&reason=a%0ab');
    await post('/spool/logged/0', 'status=up');
    const lines = (await log()).split('\n').filter((line) => line.includes('logged'));
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /logged is down: a b \(by 127\.0\.0\.1, over HTTP\)$/);
    assert.match(lines[1] ?? '', /logged is up \(by 127\.0\.0\.1, over HTTP\)$/);
  });

  it('ends the connection', async () => assert.equal((await post('/spool/web/0', 'status=down')).headers['connection'], 'close'));

  it('is no check: nobody becomes a balancer by it', async () => {
    await post('/spool/posted/0', 'status=down');
    assert.equal((await ask(port, '/balancers?service=posted')).body.trim(), '[]');
  });
});
