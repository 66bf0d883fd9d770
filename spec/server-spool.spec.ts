import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { assertOwnAnswer, latin1 } from './support/answer.ts';
import { HandClock } from './support/daemon.ts';
import { AUTHORIZED, FORM, post as postForm, spoolDaemon } from './support/form.ts';
import { exchangeFrom } from './support/from.ts';
import { checkIp, stateOf } from './support/places.ts';
import { ask, parseResponse } from './support/request.ts';
import { testedDaemon } from './support/daemon.ts';

// It stands at 2026-11-22T10:00:00Z.
const clock = new HandClock();
const NOW = clock.time();
const { port, spoolRoot, post, log } = await spoolDaemon({ targets: { ...PATH_ALONE, targetFromHeader: true } }, clock);

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
    ['web/0', `status=drain&expiration=${NOW + 60}.25&creation=${NOW - 5.5}`, 'web is draining', { web: { ...MARK, state: 'drain', expiration: NOW + 60.25, creation: NOW - 5.5 } }],
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

describe('POST /spool, where headers name the place', () => {
  const headers = (...more: readonly string[]): readonly string[] => [AUTHORIZED, FORM, ...more];

  const ROWS: readonly (readonly [path: string, headers: readonly string[], status: number, marks: readonly string[]])[] = [
    ['/spool/web/8080', [stateOf('127.0.0.2', 8081)], 200, ['web:127.0.0.2:8081']],
    ['/spool/web/8080', [checkIp('127.0.0.2')], 200, ['web:127.0.0.2:8080']],
    ['/spool/web/0', [stateOf('::1', 8081)], 200, ['web:::1:8081']],
    ['/spool/web/8080', [stateOf('unix', 8081)], 200, ['web:8080']],
    ['/spool/web/0', [checkIp('127.0.0.2')], 400, []],
    ['/spool/web/8080', [checkIp('localhost')], 400, []],
    ['/spool/web/8080', [checkIp('127.0.0.2'), checkIp('127.0.0.2')], 400, []],
    ['/spool/web/8080', [checkIp('10.0.0.7')], 403, []],
    ['/spool/web/8080', [checkIp('0.0.0.0')], 403, []],
  ];
  for (const [path, more, status, made] of ROWS) {
    it(`${path} with ${more.map((line) => line.slice(0, 50)).join()} is ${status}, and makes ${made.join() || 'no mark'}`, async () => {
      assertOwnAnswer(await postForm(port, path, 'status=down', headers(...more)), { status });
      assert.deepEqual(Object.keys(marks()), made);
    });
  }

  it('puts that place back', async () => {
    writeFileSync(join(spoolRoot, 'web:127.0.0.2:8081'), '{}');
    const response = await postForm(port, '/spool/web/8080', 'status=up', headers(stateOf('127.0.0.2', 8081)));
    assertOwnAnswer(response, { status: 200, body: 'web:127.0.0.2:8081 is up\n' });
    assert.deepEqual(marks(), {});
  });

  it('leaves them alone without --target-from-header', async () => {
    const plain = await spoolDaemon();
    assert.equal((await postForm(plain.port, '/spool/web/8080', 'status=down', headers(checkIp('localhost'), stateOf('127.0.0.2', 1)))).status, 200);
    assert.deepEqual(readdirSync(plain.spoolRoot), ['web:8080']);
  });
});

describe('POST where no mark can be made', async () => {
  const off = await testedDaemon();

  it('is 403 without --remote-spool, with or without a token, for whatever path of the spool', async () => {
    for (const path of ['/spool/web/0', '/spool/web/8080', '/spool/', '/spool/.web/x']) {
      for (const headers of [[AUTHORIZED, FORM], [FORM], []]) {
        const response = await postForm(off.port, path, 'status=down', headers);
        assertOwnAnswer(response, { status: 403 });
        assert.match(response.body, /--remote-spool is off/);
      }
    }
    assert.deepEqual(readdirSync(off.spoolRoot), []);
  });

  for (const path of ['/http/web/8080/', '/tcp/web/8080', '/spool', '/status', '/balancers', '/', '/spooler/web/0', '//spool/web/0', '*', 'http://localhost/spool/web/0']) {
    it(`is 405 elsewhere: ${path}`, async () => {
      for (const daemon of [off.port, port]) {
        const response = await postForm(daemon, path, 'status=down');
        assertOwnAnswer(response, { status: 405 });
        assert.match(response.headers['allow'] ?? '', /^GET, HEAD(, OPTIONS)?$/);
      }
      assert.deepEqual(marks(), {});
    });
  }

  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    it(`is 405 for ${method}`, async () => {
      assertOwnAnswer(await ask(port, '/spool/web/0', { method, headers: [AUTHORIZED] }), { status: 405 });
      assert.deepEqual(marks(), {});
    });
  }
});
