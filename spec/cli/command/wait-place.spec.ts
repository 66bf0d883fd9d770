// hactl down web:127.0.0.2:8081 --wait, where headers choose the place.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../../../lib/targeting.ts';
import { agedDaemon, askFrom, environmentOf, runningHactl, type AgedDaemon } from '../../support/balancing.ts';
import { hactl } from '../../support/hactl.ts';

const FROM_HEADER = { targets: { ...PATH_ALONE, targetFromHeader: true, targetNetworks: [{ address: '10.0.0.0', prefix: 8 }] } };
const hostOf = (): Promise<AgedDaemon> => agedDaemon(10, FROM_HEADER);

/** A balancer that asks once about web, by the path's port 8080, and says that its server is at a place. */
function asks({ port }: AgedDaemon, from: string, place: string, state = 'UP', path = '/spool/web/8080'): Promise<number> {
  const [address, ofPlace] = [place.slice(0, place.lastIndexOf(':')), place.slice(place.lastIndexOf(':') + 1)];
  return askFrom(from, port, path, { 'x-haproxy-server-state': `${state}; address=${address}; port=${ofPlace}; name=web/${from}; node=lb1; weight=1/2; scur=0/0; qcur=0` });
}

describe('hactl down of a place, --wait', { concurrency: true }, () => {
  for (const [name, waitedFor] of [
    ['web:127.0.0.2:8081', ['127.0.0.12']],
    ['web:127.0.0.2:8080', []],
    ['web:127.0.0.3:8081', ['127.0.0.13']],
    ['web:10.0.0.7:8081', ['127.0.0.14']],
    ['web:::1:8081', ['127.0.0.15']],
    ['web:127.0.0.1:8080', ['127.0.0.16']],
    ['web:127.0.0.1:8082', ['127.0.0.17']],
    ['web:8081', ['127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15']],
    ['web:8082', ['127.0.0.17']],
    ['web:8080', ['127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15', '127.0.0.16', '127.0.0.17']],
    ['web', ['127.0.0.12', '127.0.0.13', '127.0.0.14', '127.0.0.15', '127.0.0.16', '127.0.0.17']],
    ['api:127.0.0.2:8081', []],
  ] as const) {
    it(`waits for ${waitedFor.length} of 6 with ${name}`, { timeout: 60_000 }, async () => {
      const host = await hostOf();
      const PLACES = [
        ['127.0.0.12', '127.0.0.2:8081'], ['127.0.0.13', '127.0.0.3:8081'], ['127.0.0.14', '10.0.0.7:8081'], ['127.0.0.15', '::1:8081'],
        ['127.0.0.16', 'unix:'], ['127.0.0.17', 'unix:8082'],
      ] as const;
      for (const [from, place] of PLACES) assert.equal(await asks(host, from, place), 200);
      const wait = runningHactl(['down', name, '--wait=30s'], { env: environmentOf(host) });
      if (waitedFor.length > 0) await wait.said('UP', waitedFor.length);
      // Two reports each, for which each is told the mark; the others are told nothing of it.
      for (let report = 0; report < 2 && waitedFor.length > 0; report += 1) {
        for (const [from, place] of PLACES) {
          const isOurs = (waitedFor as readonly string[]).includes(from);
          assert.equal(await asks(host, from, place, isOurs && report > 0 ? 'DOWN' : 'UP'), isOurs ? 503 : 200, from);
        }
      }
      for (const [from, place] of PLACES) if ((waitedFor as readonly string[]).includes(from)) await asks(host, from, place, 'DOWN');
      const { code, stdout, stderr } = await wait.ended;
      assert.equal(code, 0, stderr);
      const named = PLACES.map(([from]) => from).filter((from) => stdout.includes(`${from} `));
      assert.deepEqual(named, waitedFor);
      if (waitedFor.length === 0) assert.match(stderr, /no balancer has asked about/);
      assert.deepEqual(readdirSync(host.spoolRoot), [name]);
    });
  }

  it('waits for who names the place by X-Nerve-Check-IP, until it was told three times', async () => {
    const host = await hostOf();
    const nerve = (address: string): Promise<number> => askFrom('127.0.0.2', host.port, '/spool/web/8080', { 'x-nerve-check-ip': address });
    await nerve('127.0.0.2');
    const other = await askFrom('127.0.0.3', host.port, '/spool/web/8080', { 'x-nerve-check-ip': '127.0.0.3' });
    assert.equal(other, 200);
    const wait = runningHactl(['down', 'web:127.0.0.2:8080', '--wait=20s'], { env: environmentOf(host) });
    await wait.said('127.0.0.2, web:8080 at 127.0.0.2:8080, told up');
    for (let times = 0; times < 3; times += 1) assert.equal(await nerve('127.0.0.2'), 503);
    const { code, stdout } = await wait.ended;
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /127\.0\.0\.3/);
  });

  it('up of a place waits for it, too', async () => {
    const host = await hostOf();
    const env = environmentOf(host);
    assert.equal((await hactl(['down', 'web', '-H', '127.0.0.2', '-P', '8081'], { env })).code, 0);
    assert.deepEqual([await asks(host, '127.0.0.2', '127.0.0.2:8081', 'DOWN'), await asks(host, '127.0.0.3', '127.0.0.3:8081', 'DOWN')], [503, 200]);
    const wait = runningHactl(['up', 'web:127.0.0.2:8081', '--wait=20s'], { env });
    await wait.said('told down');
    for (let report = 0; report < 2; report += 1) assert.equal(await asks(host, '127.0.0.2', '127.0.0.2:8081', 'UP'), 200);
    const { code, stdout } = await wait.ended;
    assert.deepEqual([code, readdirSync(host.spoolRoot)], [0, []]);
    assert.doesNotMatch(stdout, /127\.0\.0\.3/);
  });
});
