// The page /, as a daemon serves it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from '../support/agent.ts';
import { assertOwnAnswer } from '../support/answer.ts';
import { HandClock, testedDaemon } from '../support/daemon.ts';
import { exchangeFrom } from '../support/from.ts';
import { textOf } from '../support/overview.ts';
import { ask, parseResponse, type RawResponse } from '../support/request.ts';
import { httpService } from '../support/service.ts';

function utf8({ body }: RawResponse): string {
  return Buffer.from(body, 'latin1').toString('utf8');
}

/** What a person reads there. */
async function read(port: number, query = ''): Promise<string> {
  return textOf(utf8(await look(port, `/${query}`)));
}

/** Asks as a browser does, which says what it accepts. */
function look(port: number, path: string, method = 'GET'): Promise<RawResponse> {
  return ask(port, path, { method, headers: ['Accept: text/html,application/xhtml+xml'] });
}

describe('GET /', () => {
  it('is a page of HTML that a browser asks for again, keeps nowhere, and loads nothing for', async () => {
    const { port } = await testedDaemon();
    const response = await look(port, '/');
    const { headers } = response;
    assert.deepEqual([response.status, response.phrase, headers['content-type'], headers['x-content-type-options']], [200, 'OK', 'text/html; charset=utf-8', 'nosniff']);
    assert.deepEqual([headers['refresh'], headers['cache-control'], headers['referrer-policy']], ['5', 'no-store', 'no-referrer']);
    assert.equal(headers['content-length'], String(response.body.length));
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(utf8(response)) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(headers['content-security-policy'], `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
  });

  it('has no body for HEAD, and is no page for other methods', async () => {
    const { port } = await testedDaemon();
    const head = await look(port, '/', 'HEAD');
    assert.deepEqual([head.status, head.body, head.headers['content-type'], Number(head.headers['content-length']) > 1000], [200, '', 'text/html; charset=utf-8', true]);
    for (const path of ['/', '/?service=web']) {
      const options = await look(port, path, 'OPTIONS');
      assertOwnAnswer(options, { status: 400 });
      assert.match(options.body, /^no such check: .*; ask for \/<protocol>\/<service>\/<port>\/<query>, as \/http\/web\/8080\/health\n$/);
    }
    const post = await look(port, '/', 'POST');
    assertOwnAnswer(post, { status: 405 });
    assert.equal(post.headers['allow'], 'GET, HEAD');
  });

  it('is no page for who says nothing of what he accepts: HAProxy would take it for a service that is up', async () => {
    const { port } = await testedDaemon();
    for (const path of ['/', '/?service=web']) assertOwnAnswer(await ask(port, path), { status: 400 });
    assert.equal((await ask(port, '/', { method: 'HEAD' })).status, 400);
    assert.match((await ask(port, '/')).body, /^no such check: .*; ask for \/<protocol>/);
  });

  it('stands still, and shows one service, where it is asked to', async () => {
    const { port } = await testedDaemon();
    for (const service of ['web', 'api']) await ask(port, `/spool/${service}/0`);
    const still = await look(port, '/?refresh=off&service=web');
    assert.equal(still.headers['refresh'], undefined);
    assert.match(textOf(utf8(still)), /web alone: everything .* paused: .* spool\/web\/0/);
    assert.doesNotMatch(utf8(still), /spool\/api/);
    assert.equal((await look(port, '/?service=web')).headers['refresh'], '5');
  });

  for (const [query, said] of [
    ['x=1', 'unknown "x"'], ['services=web', 'unknown "services"'], ['service=', 'bad service ""'], ['service=-', 'bad service "-"'], ['service=web:80', 'name the service alone'],
    ['service=a&service=b', 'service is given twice'], ['refresh=1', 'bad refresh "1"'], ['service=<b>', 'bad service "<b>"'],
  ] as const) {
    it(`refuses ?${query}`, async () => {
      const { port } = await testedDaemon();
      const response = await look(port, `/?${query}`);
      assertOwnAnswer(response, { status: 400 });
      assert.ok(response.body.includes(said), response.body);
    });
  }

  it('is for allowed clients alone', async () => {
    const { port } = await testedDaemon({ allowClients: [{ address: '127.0.0.2', prefix: 32 }] });
    assertOwnAnswer(await look(port, '/'), { status: 403 });
    assert.equal(parseResponse(await exchangeFrom('127.0.0.2', port, 'GET / HTTP/1.0\r\nAccept: */*\r\n\r\n')).status, 200);
  });
});

describe('the page of a daemon', () => {
  it('says which host it is, and what to do where nobody has asked yet', async () => {
    const { port } = await testedDaemon();
    assert.ok((await read(port)).startsWith(`? nothing asked yet — ${hostname()} ${hostname()} nothing asked yet`));
  });

  it('shows a check, its verdict, its strip and the age of what the cache keeps; being looked at is no ask', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    clock.advance(90);
    const service = await httpService((_request, response) => void response.end('fine'));
    await ask(port, `/http/web/${service.port}/`, { headers: ['User-Agent: curl/8'] });
    clock.advance(2.5);
    for (let times = 0; times < 2; times += 1) {
      assert.match(await read(port), new RegExp(`0 of 1 out 1 ✓ up .* up for 2 min .* ✓ up web http/web/${service.port} 200 OK since 10:01:30 UTC \\(3 s ago\\) · verdict 2\\.5 s old, good for 7\\.5 s`));
    }
    assert.match(await read(port), /Balancers 127\.0\.0\.1 no balancer What 127\.0\.0\.1 .* curl\/8 – – – up since 10:01:30 UTC \(3 s ago\) 3 s ago For programs/);
    assert.equal((JSON.parse((await ask(port, '/status')).body) as { cache: { gets: number } }).cache.gets, 1);
  });

  it('shows marks as soon as they are there, and no longer; also of services that nobody asks for', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({}, clock);
    await ask(port, '/spool/web/0');
    writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ reason: 'kernel upgrade', by: 'ops', state: 'drain', creation: clock.time(), expiration: clock.time() + 60 }));
    writeFileSync(join(spoolRoot, 'api:8080'), 'l\u00e4uft nicht');
    writeFileSync(join(spoolRoot, 'no mark'), '');
    assert.match(await read(port), /2 of 2 out .* ■ down api läuft nicht api:8080 taken out by somebody who left no name · until it is put back nobody asks for it ◐ draining web kernel upgrade web drained by ops · since 10:00:00 UTC \(0 s ago\) · until 10:01:00 UTC \(60 s left\)/);
    clock.advance(60);
    assert.match(await read(port), /1 of 2 out .* up web/);
  });

  it('says when the spool cannot be read', async () => {
    const { port, spoolRoot } = await testedDaemon();
    await ask(port, '/spool/web/0');
    rmSync(spoolRoot, { recursive: true });
    writeFileSync(spoolRoot, '');
    assert.match(await read(port), /✕ spool unreadable — .* ✕ failing web spool\/web\/0 spool unreadable: ENOTDIR/);
    rmSync(spoolRoot);
  });

  it('tells agents, who are told of marks, from checks, which are not', async () => {
    const { port, send, spoolRoot } = await testedAgent({ marksOn: 'agent' });
    const service = await httpService((_request, response) => void response.end('fine'));
    await ask(port, `/http/web/${service.port}/`);
    await send('web\n');
    writeFileSync(join(spoolRoot, 'web'), 'disk');
    assert.match(await read(port), new RegExp(`■ down web disk .* ■ down spool/web/0 agent ✓ up http/web/${service.port} 200 OK`));
  });

  it('does not tell agents from checks where all are told of marks', async () => {
    const { port, send } = await testedAgent();
    await send('web\n');
    const services = (await read(port)).replace(/Balancers .*/, '');
    assert.equal(services.split('spool/web/0').length, 2);
    assert.doesNotMatch(services, /agent/);
  });

  it('says after a mark has gone that nobody has asked since', async () => {
    const { port, spoolRoot } = await testedDaemon();
    writeFileSync(join(spoolRoot, 'web'), '');
    await ask(port, '/spool/web/0');
    rmSync(join(spoolRoot, 'web'));
    assert.match(await read(port), /\? unknown web spool\/web\/0 its mark is gone, and nobody has asked since/);
    await ask(port, '/spool/web/0');
    assert.match(await read(port), /✓ up web spool\/web\/0 up: no mark stands/);
  });

  it('knows nothing of another daemon in the process', async () => {
    const [one, other] = [await testedDaemon(), await testedDaemon()];
    await ask(one.port, '/spool/web/0');
    assert.doesNotMatch(await read(other.port), /spool\/web\/0/);
  });

  it('is of bounded size, whatever is asked', async () => {
    const { port } = await testedDaemon();
    const request = (at: number): string =>
      `GET /spool/${'n'.repeat(100)}${at}/${at + 1}/${'&'.repeat(300)} HTTP/1.1\r\nX-Haproxy-Server-State: UP; node=${'"'.repeat(100)}${at}; name=${'"'.repeat(400)}\r\n\r\n`;
    const batch = (from: number): string => `${Array.from({ length: 100 }, (_none, at) => request(100 * from + at)).join('')}GET /spool/web/0 HTTP/1.0\r\n\r\n`;
    await Promise.all(Array.from({ length: 42 }, (_none, at) => exchangeFrom(`127.0.1.${at + 1}`, port, batch(at))));
    const response = await look(port, '/');
    assert.match(utf8(response), /38\d\d more services, none of them worse/);
    assert.ok(response.body.length < 1_000_000, `${response.body.length} bytes`);
  });
});
