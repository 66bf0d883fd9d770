import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { checkIp, servicesAt, stateOf } from './support/places.ts';
import { recordingService } from './support/recording.ts';
import { ask, type RawResponse } from './support/request.ts';
import { freePort, tcpService } from './support/service.ts';

const FROM_HEADER = { ...PATH_ALONE, targetFromHeader: true };
const EVERYWHERE = [{ address: '0.0.0.0', prefix: 0 }, { address: '::', prefix: 0 }];

const { port, services } = await servicesAt('127.0.0.1', '127.0.0.2', '127.0.0.3', '::1');
const other = await recordingService('127.0.0.2');

describe('the address and the port that headers name', async () => {
  const daemon = await testedDaemon({ targets: FROM_HEADER, cacheTime: 0 });
  const check = (headers: readonly string[], path = `/http/web/${port}/`): Promise<RawResponse> => ask(daemon.port, path, { headers });

  const ROWS: readonly (readonly [what: string, headers: readonly string[], place: string])[] = [
    ['localhost where there are none', [], `127.0.0.1:${port}`],
    ['an address and a port', [stateOf('127.0.0.2', other.port)], `127.0.0.2:${other.port}`],
    ['an address and the path\'s port', [stateOf('127.0.0.2')], `127.0.0.2:${port}`],
    ['the same with port 0', [stateOf('127.0.0.2', 0)], `127.0.0.2:${port}`],
    ['localhost for a unix socket', [stateOf('unix', '')], `127.0.0.1:${port}`],
    ['localhost for an empty address', [stateOf('', port)], `127.0.0.1:${port}`],
    ['::1', [stateOf('::1', port)], `::1:${port}`],
    ['IPv4 in IPv6', [stateOf('::ffff:127.0.0.2', port)], `127.0.0.2:${port}`],
    ['that of X-Nerve-Check-IP', [checkIp('127.0.0.3')], `127.0.0.3:${port}`],
    ['that of X-Nerve-Check-IP, where both name one', [stateOf('127.0.0.2', port), checkIp('127.0.0.3')], `127.0.0.3:${port}`],
    ['that of X-Nerve-Check-IP, and the port of the other', [checkIp('127.0.0.2'), stateOf('127.0.0.3', other.port)], `127.0.0.2:${other.port}`],
    ['::1 of X-Nerve-Check-IP', [checkIp('::1')], `::1:${port}`],
  ];
  for (const [what, headers, place] of ROWS) {
    it(`are asked: ${what}`, async () => {
      const response = await check(headers);
      assert.deepEqual([response.status, response.body], [200, place]);
    });
  }

  it('are asked instead of the path\'s port, on which nobody listens', async () => {
    assert.equal((await check([stateOf('127.0.0.2', port)], `/http/web/${await freePort()}/`)).body, `127.0.0.2:${port}`);
    assert.equal((await check([stateOf('', port)], `/http/web/${await freePort()}/`)).body, `127.0.0.1:${port}`);
  });

  it('stand in the probe\'s Host', async () => {
    for (const [at, place] of [[1, `127.0.0.2:${port}`], [3, `[::1]:${port}`]] as const) {
      await check([stateOf(at === 1 ? '127.0.0.2' : '::1', port)]);
      assert.ok(services[at]?.lines().includes(`Host: ${place}`), services[at]?.lines().join());
    }
  });

  it('are asked by every protocol, and named where they fail', async () => {
    const free = await freePort();
    assert.match((await check([stateOf('127.0.0.3')], `/tcp/web/${port}`)).body, new RegExp(`^connected to 127\\.0\\.0\\.3:${port} in `));
    for (const protocol of ['http', 'https', 'tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy']) {
      const response = await check([stateOf('127.0.0.4', free)], `/${protocol}/web/${port}/`);
      assert.equal(response.status, 503);
      assert.ok(response.phrase.includes(`127.0.0.4:${free}`), `${protocol}: ${response.phrase}`);
    }
  });

  it('do not fall back to another address where that one refuses', async () => {
    const { port: second, services: [only] } = await servicesAt('::1');
    assertOwnAnswer(await check([stateOf('127.0.0.1', second)]), { status: 503, phrase: `connect ECONNREFUSED 127.0.0.1:${second}` });
    assert.equal(only?.connections(), 0);
    assert.equal((await check([stateOf('', second)])).body, `::1:${second}`);
  });

  it('are named in the log', async () => {
    const [path, free] = [`/tcp/web/${port}`, await freePort()];
    await check([stateOf('127.0.0.2', free)], path);
    await check([stateOf('', free)], path);
    const log = await daemon.log();
    assert.match(log, new RegExp(`tcp/web/${port} at 127\\.0\\.0\\.2:${free} is down: connect ECONNREFUSED 127\\.0\\.0\\.2:${free}`));
    assert.match(log, new RegExp(`tcp/web/${port} at localhost:${free} is down: `));
  });
});

describe('without --target-from-header', async () => {
  it('headers change nothing, be they good or bad', async () => {
    const daemon = await testedDaemon({ targets: { ...PATH_ALONE, targetNetworks: EVERYWHERE } });
    const ROWS = [[stateOf('127.0.0.2', other.port)], [checkIp('127.0.0.3')], [stateOf('localhost', 'x')], [stateOf('0.0.0.0')], [checkIp('::1'), checkIp('::1')], []];
    const before = services[0]?.heads.length ?? 0;
    for (const headers of ROWS) assert.equal((await ask(daemon.port, `/http/web/${port}/`, { headers })).body, `127.0.0.1:${port}`);
    assert.equal((services[0]?.heads.length ?? 0) - before, 1);
  });
});

describe('places that headers name are part of the cache\'s key', async () => {
  const daemon = await testedDaemon({ targets: FROM_HEADER });
  const status = async (path: string, headers: readonly string[]): Promise<string> => {
    const response = await ask(daemon.port, path, { headers });
    return `${response.body} ${response.headers['cache-status']?.replace(/\d+/, 'n')}`;
  };
  const [MISS, HIT] = ['hacheck; fwd=miss; stored', 'hacheck; hit; ttl=n'];

  it('two places are two verdicts', async () => {
    for (const cached of [MISS, HIT]) {
      for (const place of ['127.0.0.2', '127.0.0.3']) assert.equal(await status(`/http/web/${port}/two`, [stateOf(place)]), `${place}:${port} ${cached}`);
      assert.equal(await status(`/http/web/${port}/two`, []), `127.0.0.1:${port} ${cached}`);
    }
  });

  it('one place is one verdict, by whichever header, path or name', async () => {
    assert.equal(await status(`/http/web/${port}/one`, [stateOf('127.0.0.2')]), `127.0.0.2:${port} ${MISS}`);
    for (const headers of [[checkIp('127.0.0.2')], [stateOf('::ffff:127.0.0.2', port)], [stateOf('127.0.0.3', port), checkIp('127.0.0.2')]]) {
      for (const path of [`/http/web/${port}/one`, `/http/api/${port}/one`]) assert.equal(await status(path, headers), `127.0.0.2:${port} ${HIT}`);
    }
    assert.equal(await status('/http/web/1/one', [stateOf('127.0.0.2', port)]), `127.0.0.2:${port} ${HIT}`);
  });

  it('one that fails says nothing of another', async () => {
    const failing = await tcpService((socket) => socket.destroy());
    const path = `/tcp/web/${port}`;
    assert.equal((await ask(daemon.port, `/http/web/${port}/`, { headers: [stateOf('', failing.port)] })).status, 503);
    assert.equal((await ask(daemon.port, path, { headers: [stateOf('127.0.0.2')] })).status, 200);
    assert.equal((await ask(daemon.port, path, { headers: [stateOf('127.0.0.9')] })).status, 503);
    assert.equal((await ask(daemon.port, path)).status, 200);
  });
});
