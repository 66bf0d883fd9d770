import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseResponses } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { ask, exchange, type RawResponse } from './support/request.ts';
import { freePort, httpService, tcpService } from './support/service.ts';

interface StatusPage {
  readonly cache: { readonly gets: number; readonly sets: number };
  readonly probes: number;
}

async function statusOf(port: number): Promise<StatusPage> {
  return JSON.parse((await ask(port, '/status')).body) as StatusPage;
}

function said(response: RawResponse | undefined): string | undefined {
  return response?.headers['cache-status'];
}

describe('Cache-Status', () => {
  it('tells a hit and how long it is still good, a miss, and what was too old', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    const service = await httpService((_request, response) => void response.end('fine'));
    const path = `/http/web/${service.port}/`;
    assert.equal(said(await ask(port, path)), 'hacheck; fwd=miss; stored');
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=10');
    clock.advance(2.5);
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=7');
    clock.jump(-86_400);
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=7');
    clock.advance(7.4);
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=0');
    assert.equal(service.connections(), 1);
    clock.advance(0.1);
    assert.equal(said(await ask(port, path)), 'hacheck; fwd=stale; stored');
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=10');
    assert.equal(service.connections(), 2);
  });

  it('tells that a failure is kept for a second only', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    const path = `/http/web/${await freePort()}/`;
    assert.equal(said(await ask(port, path)), 'hacheck; fwd=miss; stored');
    clock.advance(0.9);
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=0');
    clock.advance(0.1);
    assert.equal(said(await ask(port, path)), 'hacheck; fwd=stale; stored');
  });

  it('counts from the beginning of the probe', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    const { service, waiting, open } = await gatedService();
    const path = `/http/web/${service.port}/`;
    const first = ask(port, path);
    await waiting(1);
    clock.advance(4);
    open();
    assert.equal(said(await first), 'hacheck; fwd=miss; stored');
    assert.equal(said(await ask(port, path)), 'hacheck; hit; ttl=6');
  });

  it('tells who joined a probe under way, whatever the cause', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    const held: (() => void)[] = [];
    let arrived: () => void = () => undefined;
    const service = await httpService((_request, response) => {
      held.push(() => response.end('fine'));
      arrived();
    });
    const get = (header = ''): string => `GET /http/web/${service.port}/ HTTP/1.1\r\n${header}\r\n`;
    const together = async (...requests: readonly string[]): Promise<(string | undefined)[]> => {
      const { socket, until } = await openConnection(port);
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      socket.write(requests.join(''));
      await arrival;
      for (const answer of held.splice(0)) answer();
      const responses = parseResponses(await until('fine', requests.length));
      socket.destroy();
      return responses.map(said);
    };
    const fresh = 'Pragma: no-cache\r\n';
    assert.deepEqual(await together(get(), get(), get(fresh)), ['hacheck; fwd=miss; stored', 'hacheck; fwd=miss; collapsed', 'hacheck; fwd=request; collapsed']);
    assert.deepEqual(await together(get(fresh), get(fresh)), ['hacheck; fwd=request; stored', 'hacheck; fwd=request; collapsed']);
    clock.advance(10);
    assert.deepEqual(await together(get(), get()), ['hacheck; fwd=stale; stored', 'hacheck; fwd=stale; collapsed']);
    assert.equal(service.connections(), 3);
  });

  it('tells of nothing stored with a cache time of 0, and joins all the same', async () => {
    const { port } = await testedDaemon({ cacheTime: 0, failureCacheTime: 0 });
    const { service, waiting, open } = await gatedService();
    const get = `GET /http/web/${service.port}/ HTTP/1.1\r\n`;
    const { socket, closed } = await openConnection(port);
    socket.write(`${get}\r\n${get}Connection: close\r\n\r\n`);
    await waiting(1);
    open();
    assert.deepEqual(parseResponses(await closed).map(said), ['hacheck; fwd=miss', 'hacheck; fwd=miss; collapsed']);
    for (const header of ['X: y', 'Pragma: no-cache']) {
      const response = await ask(port, `/http/web/${service.port}/`, { headers: [header] });
      assert.equal(said(response), header === 'X: y' ? 'hacheck; fwd=miss' : 'hacheck; fwd=request');
    }
    assert.equal(service.connections(), 3);
  });

  it('is there for every method, and for a failure', async () => {
    const { port } = await testedDaemon();
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      assert.equal(said(await ask(port, `/tcp/web/${await freePort()}`, { method })), 'hacheck; fwd=miss; stored');
    }
  });

  it('is not there where no probe was asked for', async () => {
    const { port, spoolRoot } = await testedDaemon();
    writeFileSync(join(spoolRoot, 'out'), '');
    for (const path of ['/spool/web/0', '/spool/out/0', '/http/out/1/', '/status', '/nonsense']) assert.equal(said(await ask(port, path)), undefined, path);
    assert.equal(said(await ask(port, '/spool/web/0', { method: 'POST' })), undefined);
  });
});

describe('a request that wants no kept verdict', async () => {
  const clock = new HandClock();
  const { port } = await testedDaemon({}, clock);
  let count = 0;
  const service = await httpService((_request, response) => void response.end(String((count += 1))));
  const path = `/http/web/${service.port}/`;
  await ask(port, path);

  const WANTED = [
    ['Pragma: no-cache'],
    ['PRAGMA: No-Cache'],
    ['Cache-Control: no-cache'],
    ['cache-control:no-cache'],
    ['Cache-Control: max-age=0, no-cache'],
    ['Cache-Control: no-store ,\tno-cache , max-age=0'],
    ['Cache-Control: max-age=0', 'Cache-Control: no-cache'],
    ['Pragma: no-cache', 'Cache-Control: max-age=60'],
  ] as const;
  for (const headers of WANTED) {
    it(`gets a new one, which is stored: ${JSON.stringify(headers)}`, async () => {
      const before = count;
      const response = await ask(port, path, { headers });
      assert.deepEqual([said(response), response.body], ['hacheck; fwd=request; stored', String(before + 1)]);
      const next = await ask(port, path);
      assert.deepEqual([said(next), next.body], ['hacheck; hit; ttl=10', String(before + 1)]);
    });
  }

  for (const header of ['Cache-Control: max-age=0', 'Cache-Control: no-cached', 'Pragma: cache', 'X-Pragma: no-cache', 'Cache_Control: no-cache', 'Pragma: ']) {
    it(`is another thing than ${header}`, async () => assert.equal(said(await ask(port, path, { headers: [header] })), 'hacheck; hit; ttl=10'));
  }
});

describe('one target', async () => {
  const { port } = await testedDaemon();

  it('has one verdict under all its services\' names', async () => {
    const service = await httpService((request, response) => void response.end(request.url));
    assert.equal(said(await ask(port, `/http/a/${service.port}/x`)), 'hacheck; fwd=miss; stored');
    assert.match(said(await ask(port, `/http/b/${service.port}/x`)) ?? '', /^hacheck; hit/);
    for (const query of ['', 'y', 'x?', 'x?a=1', 'x?a=2', 'X']) {
      const response = await ask(port, `/http/a/${service.port}/${query}`);
      assert.deepEqual([said(response), response.body], ['hacheck; fwd=miss; stored', `/${query}`]);
    }
  });

  it('is the same for tcp whatever the query', async () => {
    const service = await tcpService((socket) => void socket.end());
    assert.equal(said(await ask(port, `/tcp/a/${service.port}`)), 'hacheck; fwd=miss; stored');
    assert.match(said(await ask(port, `/tcp/b/${service.port}/what?ever`)) ?? '', /^hacheck; hit/);
    assert.equal(service.connections(), 1);
  });

  it('is probed once for a thousand checks that come together', async () => {
    const own = await testedDaemon();
    const { service, waiting, open } = await gatedService();
    const check = `GET /http/web/${service.port}/ HTTP/1.1\r\nConnection: close\r\n\r\n`;
    const checks = Array.from({ length: 1000 }, () => exchange(own.port, check));
    await waiting(1);
    let status = await statusOf(own.port);
    while (status.cache.gets < 1000) status = await statusOf(own.port);
    assert.equal(status.probes, 1);
    open();
    const answers = (await Promise.all(checks)).flatMap(parseResponses).map((response) => `${response.status} ${said(response)}`);
    assert.equal(answers.filter((answer) => answer === '200 hacheck; fwd=miss; collapsed').length, 999);
    assert.equal(answers.filter((answer) => answer === '200 hacheck; fwd=miss; stored').length, 1);
    assert.equal(service.connections(), 1);
  });
});

describe('too many probes', () => {
  it('are a 503 for a new target, which is not stored', async () => {
    const { port } = await testedDaemon({ maxProbes: 1 });
    const { service, waiting, open } = await gatedService();
    const first = ask(port, `/http/web/${service.port}/one`);
    await waiting(1);
    const second = await ask(port, `/http/web/${service.port}/two`);
    assert.deepEqual([second.status, second.phrase, said(second)], [503, 'too many probes', 'hacheck; fwd=miss']);
    open();
    assert.equal((await first).status, 200);
    assert.equal(said(await ask(port, `/http/web/${service.port}/two`)), 'hacheck; fwd=miss; stored');
  });
});
