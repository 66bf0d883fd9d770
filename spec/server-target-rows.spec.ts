import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../lib/balancer-row.ts';
import { PATH_ALONE } from '../lib/targeting.ts';
import { testedDaemon } from './support/daemon.ts';
import { checkIp, stateOf } from './support/places.ts';
import { ask } from './support/request.ts';

describe('the row of a balancer', async () => {
  const [chosen, plain] = [await testedDaemon({ targets: { ...PATH_ALONE, targetFromHeader: true } }), await testedDaemon()];
  const rowOf = async (port: number, service: string, path: string, headers: readonly string[]): Promise<BalancerRow | undefined> => {
    await ask(port, `/spool/${service}/${path}`, { headers });
    return (JSON.parse((await ask(port, `/balancers?service=${service}`)).body) as BalancerRow[])[0];
  };

  const ROWS = [
    ['nothing of a path alone', '8080', [], null, null],
    ['nothing of a header that names the path\'s port', '8080', [stateOf('unix', 8080)], null, null],
    ['the port that a header names', '8080', [stateOf('unix', 8081)], null, 8081],
    ['the address that a header names, and the path\'s port', '8080', [stateOf('127.0.0.2')], '127.0.0.2', 8080],
    ['both', '8080', [stateOf('127.0.0.2', 8081)], '127.0.0.2', 8081],
    ['both, where the path has no port', '0', [stateOf('::1', 8081)], '::1', 8081],
    ['the address that wins', '8080', [stateOf('127.0.0.2', 8081), checkIp('127.0.0.3')], '127.0.0.3', 8081],
    ['IPv4 in IPv6 as IPv4', '8080', [checkIp('::ffff:7f00:3')], '127.0.0.3', 8080],
    ['localhost that is named', '8080', [checkIp('127.0.0.1')], '127.0.0.1', 8080],
  ] as const;
  for (const [at, [what, path, headers, address, probed]] of ROWS.entries()) {
    it(`says where its check goes: ${what}`, async () => {
      const row = await rowOf(chosen.port, `s${at}`, path, headers);
      assert.deepEqual([row?.port, row?.probed_address, row?.probed_port], [Number(path), address, probed]);
    });
    it(`says nothing of it without --target-from-header: ${what}`, async () => {
      const row = await rowOf(plain.port, `s${at}`, path, headers);
      assert.deepEqual([row?.port, row?.probed_address, row?.probed_port], [Number(path), null, null]);
    });
  }

  it('is one for each place that its checks go to', async () => {
    const headers = [[checkIp('127.0.0.2')], [checkIp('127.0.0.3')], [checkIp('127.0.0.2')], []];
    for (const each of headers) await ask(chosen.port, '/spool/moved/8080', { headers: each });
    const rows = JSON.parse((await ask(chosen.port, '/balancers?service=moved')).body) as BalancerRow[];
    assert.deepEqual(new Map(rows.map(({ count, probed_address }) => [probed_address, count])), new Map([['127.0.0.2', 2], ['127.0.0.3', 1], [null, 1]]));
    assert.equal(rows.length, 3);
  });

  it('is not made by a check that is refused', async () => {
    for (const headers of [[checkIp('10.0.0.7')], [checkIp('localhost')]]) assert.equal(await rowOf(chosen.port, 'refused', '8080', headers), undefined);
  });
});
