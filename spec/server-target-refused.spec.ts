import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { checkIp, servicesAt, stateOf } from './support/places.ts';
import { ask } from './support/request.ts';

const FROM_HEADER = { ...PATH_ALONE, targetFromHeader: true };
const EVERYWHERE = [{ address: '0.0.0.0', prefix: 0 }, { address: '::', prefix: 0 }];

const { port, services } = await servicesAt('127.0.0.1', '127.0.0.2', '127.0.0.3', '::1');
const probes = (): number => services.reduce((sum, service) => sum + service.connections(), 0);

describe('headers that name no place', async () => {
  const daemon = await testedDaemon({ targets: { ...FROM_HEADER, targetNetworks: EVERYWHERE } });
  const refused = async (headers: readonly string[], status: number, why: RegExp): Promise<void> => {
    const before = probes();
    for (const path of [`/http/web/${port}/`, `/tcp/web/${port}`, `/spool/web/${port}`]) {
      const response = await ask(daemon.port, path, { headers });
      assertOwnAnswer(response, { status });
      assert.match(response.body, why);
    }
    assert.equal(probes(), before);
  };

  for (const address of [
    'localhost', 'web.example', '127.1', '127.0.0.01', '0x7f000001', '::1%lo', 'fe80::1%1', '127.0.0.2:80', '127.0.0.2, 127.0.0.3', '[::1', '\xb9.0.0.1',
    'UNIX',
  ]) {
    it(`are 400: ${address}`, async () => {
      await refused([stateOf(address)], 400, /^bad address "/);
      await refused([checkIp(address)], 400, /^bad address "/);
    });
  }
  for (const bad of ['65536', '-1', '08', '8080x', '1e3']) {
    it(`are 400: port ${bad}`, () => refused([stateOf('127.0.0.2', bad)], 400, /^X-Haproxy-Server-State: bad port "/));
  }

  it('are 400: a header given twice', async () => {
    await refused([stateOf('127.0.0.2', port), stateOf('127.0.0.2', port)], 400, /^X-Haproxy-Server-State is given twice\n$/);
    await refused([stateOf('unix'), stateOf('unix').toLowerCase()], 400, /^X-Haproxy-Server-State is given twice\n$/);
    await refused([checkIp('127.0.0.2'), 'Accept: a', checkIp('127.0.0.2').toUpperCase()], 400, /^X-Nerve-Check-IP is given twice\n$/);
  });

  for (const address of ['0.0.0.0', '::', '::ffff:0.0.0.0', '::ffff:0:0', '0:0:0:0:0:0:0:0', '::0.0.0.0']) {
    it(`are 403: ${address}, although every network is allowed`, async () => {
      await refused([stateOf(address, port)], 403, /^address (0\.0\.0\.0|::) is no address of a service\n$/);
      await refused([checkIp(address)], 403, /^address (0\.0\.0\.0|::) is no address of a service\n$/);
    });
  }

  it('keep no page from being read', async () => {
    for (const headers of [[stateOf('localhost')], [stateOf('0.0.0.0')], [checkIp('127.0.0.2'), checkIp('127.0.0.2')]]) {
      for (const page of ['/status', '/balancers']) assert.equal((await ask(daemon.port, page, { headers })).status, 200);
    }
  });
});

describe('the networks in which headers may name places', async () => {
  const NETWORKS = [{ address: '10.0.0.0', prefix: 8 }, { address: '2001:db8::', prefix: 32 }];
  const [without, within] = [await testedDaemon({ targets: FROM_HEADER }), await testedDaemon({ targets: { ...FROM_HEADER, targetNetworks: NETWORKS } })];

  for (const address of ['127.0.0.2', '127.0.0.3', '::1', '::ffff:127.0.0.2']) {
    it(`are loopback always: ${address}`, async () => {
      for (const daemon of [without, within]) assert.equal((await ask(daemon.port, `/http/web/${port}/`, { headers: [stateOf(address)] })).status, 200);
    });
  }

  for (const address of ['11.0.0.1', '9.255.255.255', '192.168.0.1', '169.254.169.254', '2001:db9::1', 'fe80::1', '::2', '::7f00:1', '::ffff:11.0.0.1']) {
    it(`are no others: ${address} is 403`, async () => {
      for (const daemon of [without, within]) {
        assertOwnAnswer(await ask(daemon.port, `/tcp/web/${port}`, { headers: [stateOf(address)] }), { status: 403 });
        assertOwnAnswer(await ask(daemon.port, `/spool/web/0`, { headers: [checkIp(address)] }), { status: 403 });
      }
    });
  }

  it('are those that are named: a spool check of a place in them is answered', async () => {
    for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::7']) {
      assert.equal((await ask(without.port, `/spool/web/${port}`, { headers: [stateOf(address)] })).status, 403, address);
      assert.equal((await ask(within.port, `/spool/web/${port}`, { headers: [stateOf(address)] })).status, 200, address);
    }
  });

  it('say nothing, and change nothing of the cache, where a place is refused', async () => {
    const size = async (): Promise<unknown> => (JSON.parse((await ask(within.port, '/status')).body) as { cache: { gets: number } }).cache.gets;
    const before = await size();
    await ask(within.port, `/http/web/${port}/`, { headers: [stateOf('11.0.0.1')] });
    assert.deepEqual([await size(), (await within.log()).includes('11.0.0.1')], [before, false]);
  });
});
