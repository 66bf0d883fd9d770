import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VERSION } from '../lib/version.ts';
import { PATH_ALONE, type TargetOptions } from '../lib/targeting.ts';
import { testedDaemon } from './support/daemon.ts';
import { recordingService } from './support/recording.ts';
import { ask } from './support/request.ts';
import { tcpService } from './support/service.ts';

const USER_AGENT = `User-Agent: hacheck/${VERSION}`;

/** A daemon, the service that it asks, and what of its headers arrives there. */
async function forwarding(targets: Partial<TargetOptions>) {
  const daemon = await testedDaemon({ targets: { ...PATH_ALONE, ...targets } });
  const service = await recordingService();
  const host = `Host: localhost:${service.port}`;
  const check = (headers: readonly string[] = [], name = 'web', query = '') => ask(daemon.port, `/http/${name}/${service.port}/${query}`, { headers });
  const arrived = async (headers: readonly string[], name?: string): Promise<readonly string[]> => {
    assert.equal((await check([...headers, 'Pragma: no-cache'], name)).status, 200);
    return service.lines();
  };
  return { daemon, service, host, check, arrived };
}

describe('headers of a check', async () => {
  const { host, arrived } = await forwarding({ forwardHeaders: ['Host', 'X-Tenant', 'user-agent', 'Cookie', 'Accept'] });
  const ROWS: readonly (readonly [what: string, given: readonly string[], arrived: readonly string[]])[] = [
    ['nothing, where none is given', [], [host, USER_AGENT, 'Connection: close']],
    ['Host', ['Host: www.example:8443'], ['Host: www.example:8443', USER_AGENT, 'Connection: close']],
    ['Host as it is written', ['hOST: WWW.Example.'], ['Host: WWW.Example.', USER_AGENT, 'Connection: close']],
    ['an empty Host', ['Host:'], ['Host: ', USER_AGENT, 'Connection: close']],
    ['the first of two Hosts', ['Host: a', 'Host: b'], ['Host: a', USER_AGENT, 'Connection: close']],
    ['another header, behind those of every probe', ['X-Tenant: a, b;c="d"'], [host, USER_AGENT, 'X-Tenant: a, b;c="d"', 'Connection: close']],
    ['blanks within it', ['X-Tenant:  \t a  \t b \t'], [host, USER_AGENT, 'X-Tenant: a  \t b', 'Connection: close']],
    ['an empty one', ['X-Tenant:'], [host, USER_AGENT, 'X-Tenant: ', 'Connection: close']],
    ['one as often as it is given', ['X-Tenant: a', 'x-tenant: b', 'X-Tenant: a'], [host, USER_AGENT, 'X-Tenant: a', 'X-Tenant: b', 'X-Tenant: a', 'Connection: close']],
    ['every byte from 0x80 on', ['X-Tenant: caf\xc3\xa9 \x80\xa0\xff'], [host, USER_AGENT, 'X-Tenant: caf\xc3\xa9 \x80\xa0\xff', 'Connection: close']],
    ['what it holds of % and quotes', ['X-Tenant: %0d%0aX-Evil:1 \\"\''], [host, USER_AGENT, 'X-Tenant: %0d%0aX-Evil:1 \\"\'', 'Connection: close']],
    ['User-Agent, in the place of our own', ['User-Agent: Mozilla/5.0'], [host, 'user-agent: Mozilla/5.0', 'Connection: close']],
    ['nothing that is not named', [
      'Authorization: Bearer a', 'X-Tenant-2: a', 'X-Haproxy-Server-State: UP', 'Connection: X-Tenant',
    ], [host, USER_AGENT, 'Connection: close']],
  ];
  for (const [what, given, lines] of ROWS) {
    it(`bring to the service ${what}`, async () => {
      const names = (all: readonly string[]): string[] => [...all].sort();
      assert.deepEqual(names(await arrived(given)), names(lines));
    });
  }

  it('may be thousands of bytes long', async () => {
    const long = `X-Tenant: ${'\xe4 b'.repeat(4000)}`;
    assert.ok((await arrived([long])).includes(long));
  });

  it('do not go where they are not to', async () => {
    const { host: plainHost, arrived: arrivedPlain } = await forwarding({});
    assert.deepEqual(await arrivedPlain(['Host: www.example', 'X-Tenant: a', 'User-Agent: b']), [plainHost, USER_AGENT, 'Connection: close']);
  });

  it('go along with HEAD and OPTIONS, and in HTTP/1.0', async () => {
    const { daemon, service } = await forwarding({ forwardHeaders: ['Host'] });
    for (const method of ['HEAD', 'OPTIONS']) {
      await ask(daemon.port, `/http/web/${service.port}/`, { method, headers: [`Host: ${method}.example`] });
      assert.ok(service.lines().includes(`Host: ${method}.example`), method);
      assert.match(service.heads.at(-1) ?? '', /^GET \/ HTTP\/1\.1\r\n/);
    }
  });
});

describe('headers that go to the service are part of the cache\'s key', async () => {
  const { service, check, daemon } = await forwarding({ forwardHeaders: ['Host', 'X-Tenant'] });
  const costs = async (headers: readonly string[], query: string): Promise<number> => {
    const before = service.heads.length;
    await check(headers, 'web', query);
    return service.heads.length - before;
  };

  it('two Hosts are two verdicts', async () => {
    for (const host of ['a', 'b', 'A']) assert.equal(await costs([`Host: ${host}`], 'hosts'), 1);
    assert.equal(await costs([], 'hosts'), 1);
    for (const host of ['a', 'b', 'A']) assert.equal(await costs([`Host: ${host}`], 'hosts'), 0);
    assert.deepEqual(service.heads.slice(-4).map((head) => /\r\nHost: (.*)\r\n/.exec(head)?.[1]), ['a', 'b', 'A', `localhost:${service.port}`]);
  });

  it('one with the other\'s value, the same twice and both are as many', async () => {
    const ROWS = [
      ['Host: a'], ['X-Tenant: a'], ['Host: a', 'X-Tenant: a'], ['X-Tenant: a', 'X-Tenant: a'], ['X-Tenant: a, a'], ['X-Tenant: b', 'X-Tenant: a'],
      ['X-Tenant: a', 'X-Tenant: b'],
    ];
    for (const headers of ROWS) assert.equal(await costs(headers, 'others'), 1, headers.join());
    for (const headers of ROWS) assert.equal(await costs(headers, 'others'), 0, headers.join());
  });

  it('what does not go there, the case of names and the order of different ones are not', async () => {
    assert.equal(await costs(['Host: a', 'X-Tenant: b'], 'same'), 1);
    const ROWS = [['X-Tenant: b', 'Host: a'], ['host:a', 'x-tenant:b'], ['Host: a', 'X-Tenant: b', 'User-Agent: c', 'Accept: d', 'Authorization: e']];
    for (const headers of ROWS) assert.equal(await costs(headers, 'same'), 0, headers.join());
  });

  it('one name of the service or another shares a verdict', async () => {
    const before = service.heads.length;
    for (const name of ['web', 'api']) await check(['Host: c'], name, 'names');
    assert.equal(service.heads.length - before, 1);
  });

  it('two Hosts that are down are two lines in the log', async () => {
    const gone = await tcpService((socket) => socket.destroy());
    for (const host of ['a', 'b']) await ask(daemon.port, `/http/web/${gone.port}/`, { headers: [`Host: ${host}`] });
    assert.equal((await daemon.log()).split(`http/web/${gone.port} is down`).length - 1, 2);
  });

  it('has no effect, and no part in the key, for a protocol without headers', async () => {
    const open = await tcpService((socket) => socket.resume().on('end', () => socket.end()));
    for (const host of ['a', 'b']) assert.equal((await ask(daemon.port, `/tcp/web/${open.port}`, { headers: [`Host: ${host}`] })).status, 200);
    assert.equal(open.connections(), 1);
  });
});

describe('the service\'s name', async () => {
  const { service, host, arrived, check } = await forwarding({ serviceNameHeader: 'SERVICE_Name', forwardHeaders: ['service_name', 'X-Tenant'] });

  it('goes to the service in its header', async () => {
    assert.deepEqual(await arrived([], 'api.v2'), [host, USER_AGENT, 'SERVICE_Name: api.v2', 'Connection: close']);
  });

  it('cannot be forged', async () => {
    assert.deepEqual(await arrived(['SERVICE_NAME: forged', 'X-Tenant: a'], 'web'), [host, USER_AGENT, 'X-Tenant: a', 'SERVICE_Name: web', 'Connection: close']);
  });

  it('is part of the key', async () => {
    const before = service.heads.length;
    for (const name of ['web', 'api', 'web', 'api']) await check([], name, 'names');
    assert.equal(service.heads.length - before, 2);
  });

  it('takes the place of Host where it is to', async () => {
    const other = await forwarding({ serviceNameHeader: 'Host', forwardHeaders: ['Host'] });
    assert.deepEqual((await other.arrived(['Host: forged'], 'web')).filter((line) => line.startsWith('Host')), ['Host: web']);
  });
});
