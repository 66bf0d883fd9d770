// A real HAProxy whose http-check send-state says where its servers are.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../../lib/targeting.ts';
import { becomes } from '../support/becomes.ts';
import { PATIENT } from '../support/checked.ts';
import { agedDaemon } from '../support/balancing.ts';
import { testedDaemon, type TestedDaemon } from '../support/daemon.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { hactl } from '../support/hactl.ts';
import { environmentOf } from '../support/balancing.ts';
import { operate } from '../support/operator.ts';
import { servicesAt } from '../support/places.ts';
import { lacking } from '../support/programs.ts';
import { recordingService } from '../support/recording.ts';
import { freePort } from '../support/service.ts';

const FROM_HEADER = { ...PATH_ALONE, targetFromHeader: true };

/** An HAProxy whose servers are at these places, all checked by one path with a port on which nobody listens. */
async function balancing({ port }: TestedDaemon, places: readonly string[], lines = ''): Promise<Haproxy> {
  const servers = places.map((place, at) => `  server web${at + 1} ${place} check addr 127.0.0.1 port ${port}`);
  const backend = [
    'backend web', '  option httpchk', `  http-check send meth GET uri /http/web/${await freePort()}/health ver HTTP/1.1 hdr Host www.example`, lines,
    ...servers,
  ];
  return startHaproxy(backend.join('\n'), { defaults: PATIENT, node: 'lb1' });
}

describe('HAProxy with http-check send-state', { skip: lacking('haproxy'), concurrency: true }, () => {
  it('has the place of each server probed, be it another address, IPv6 or another port', async () => {
    const daemon = await testedDaemon({ targets: { ...FROM_HEADER, forwardHeaders: ['Host'] }, cacheTime: 1 });
    const { port, services } = await servicesAt('127.0.0.2', '127.0.0.3', '::1');
    const other = await recordingService('127.0.0.2');
    const [second, free] = [services[1], await freePort()];
    const haproxy = await balancing(daemon, [
      `127.0.0.2:${port}`, `127.0.0.3:${port}`, `[::1]:${port}`, `127.0.0.2:${other.port}`, `127.0.0.4:${free}`,
    ], '  http-check send-state');
    for (const name of ['web1', 'web2', 'web3', 'web4']) await becomes(haproxy, `web/${name}`, { status: 'UP', check_status: 'L7OK' });
    await becomes(haproxy, 'web/web5', { status: 'DOWN', check_status: 'L7STS', last_chk: `connect ECONNREFUSED 127.0.0.4:${free}` });
    for (const service of [...services, other]) assert.ok(service.heads.length > 0 && service.lines().includes('Host: www.example'));
    assert.ok(second !== undefined && second.heads.every((head) => head.startsWith('GET /health HTTP/1.1\r\n')));
  });

  it('has every server asked at the path\'s port without --target-from-header', async () => {
    const daemon = await testedDaemon();
    const { port, services } = await servicesAt('127.0.0.2');
    const haproxy = await balancing(daemon, [`127.0.0.2:${port}`], '  http-check send-state');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', check_status: 'L7STS', last_chk: /^connect ECONNREFUSED 127\.0\.0\.1:/ });
    assert.equal(services[0]?.connections(), 0);
  });

  it('has a server refused that is outside the networks', async () => {
    const haproxy = await balancing(await testedDaemon({ targets: FROM_HEADER }), ['192.0.2.1:80'], '  http-check send-state');
    await becomes(haproxy, 'web/web1', {
      status: 'DOWN', check_status: 'L7STS', check_code: '403', last_chk: 'address 192.0.2.1 is in none of the networks of --target-network',
    });
  });

  it('loses the one server that is taken out by its place, and hactl waits for it alone', async () => {
    const daemon = await agedDaemon(10, { targets: FROM_HEADER });
    const { port } = await servicesAt('127.0.0.2', '127.0.0.3');
    const haproxy = await balancing(daemon, [`127.0.0.2:${port}`, `127.0.0.3:${port}`], '  http-check send-state');
    for (const name of ['web1', 'web2']) await becomes(haproxy, `web/${name}`, { status: 'UP', check_status: 'L7OK' });
    const down = await hactl(['down', `web:127.0.0.3:${port}`, '-r', 'new disk', '--wait=20s'], { env: { ...environmentOf(daemon), SUDO_USER: 'ops' } });
    assert.deepEqual([down.code, down.stderr], [0, '']);
    assert.doesNotMatch(down.stdout, /web\/web1/);
    assert.match(down.stdout, /lb1 web\/web2, .*done\n$/);
    await becomes(haproxy, 'web/web2', { status: 'DOWN', last_chk: 'down by ops: new disk' });
    await becomes(haproxy, 'web/web1', { status: 'UP' });
    await operate(daemon.spoolRoot, 'up', `web:127.0.0.3:${port}`);
    await becomes(haproxy, 'web/web2', { status: 'UP' });
  });
});
