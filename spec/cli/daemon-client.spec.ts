import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { Busy, DaemonClient } from '../../cli/daemon-client.ts';
import { Failure } from '../../cli/errors.ts';
import { agedDaemon, askFrom } from '../support/balancing.ts';
import { testedDaemon } from '../support/daemon.ts';
import { openConnection } from '../support/connection.ts';
import { startServer } from '../support/process.ts';
import { freePort, httpService, started, tcpService } from '../support/service.ts';

function client(port: number, daemonAddress?: string): DaemonClient {
  return new DaemonClient({ daemonPort: [port], daemonAddress });
}

async function failure(asked: DaemonClient): Promise<string> {
  try {
    await asked.look();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.message;
  } finally {
    asked.close();
  }
  return assert.fail('somebody answered');
}

const nobody = (where: string, cause: string): string => `no daemon answers on ${where} (${cause}); see that it runs (hactl help serve), or say where it is with -p and -B`;
const stranger = (port: number): string => `127.0.0.1 port ${port} answers, but is no hacheck that knows its balancers; say where it is with -p and -B`;

describe('a daemon is asked', { concurrency: true }, () => {
  it('how old it is, how it tells marks, and who has asked about a service or any', async () => {
    const daemon = await agedDaemon(100, { marksOn: 'agent', agentAdmin: true, agentPort: await freePort() });
    const asked = client(daemon.port);
    assert.deepEqual((await asked.look()).rows, []);
    for (const path of ['/spool/web/8080', '/spool/api/0']) await askFrom('127.0.0.2', daemon.port, path);
    const look = await asked.look();
    assert.ok(look.uptime >= 100 && look.uptime < 130, String(look.uptime));
    assert.deepEqual([look.marksOn, look.agentAdmin, look.rows.map(({ service }) => service)], ['agent', true, ['api', 'web']]);
    assert.deepEqual((await asked.look('web')).rows.map(({ service, port, address }) => [service, port, address]), [['web', 8080, '127.0.0.2']]);
    asked.close();
  });

  it('over one connection, again and again', async () => {
    let connections = 0;
    const server = createServer((request, response) => response.end(request.url === '/status' ? '{"uptime":1,"marks_on":"all","agent":null,"spool_root":"/spool"}' : '[]'));
    server.on('connection', () => (connections += 1));
    const { port } = await started(server);
    const asked = client(port);
    for (let look = 0; look < 5; look += 1) assert.deepEqual(await asked.look(), { uptime: 1, marksOn: 'all', agentAdmin: false, spoolRoot: '/spool', rows: [] });
    asked.close();
    assert.equal(connections, 1);
  });

  it('in vain while too many ask it for pages, and again afterwards, over the same connection', async () => {
    let busy = true;
    const page = '{"uptime":1,"marks_on":"all","agent":null}';
    const { port } = await started(createServer((request, response) => (busy ? response.writeHead(503, { 'X-Hacheck-Reason': 'too many ask for pages' }).end() : response.end(request.url === '/status' ? page : '[]'))));
    const asked = client(port);
    const cause = `the daemon on 127.0.0.1 port ${port} has no time for /status: too many ask for its pages; try again`;
    await assert.rejects(asked.look(), new Busy(cause));
    busy = false;
    assert.deepEqual((await asked.look()).rows, []);
    asked.close();
  });

  it('in vain where it does not answer this host, and says what must be changed', async () => {
    const { port } = await testedDaemon({ allowClients: [{ address: '10.0.0.0', prefix: 8 }] });
    const cause = 'client 127.0.0.1 is in none of the networks of --allow-client; hactl asks from that address: name it, too';
    assert.equal(await failure(client(port)), `the daemon on 127.0.0.1 port ${port} answers 403 to /status: ${cause}`);
  });

  it('in vain where it refuses what is asked for, in its own words', async () => {
    const { port } = await testedDaemon();
    await assert.rejects(client(port).recent(1e-7), ({ message }: Error) => message.startsWith(`the daemon on 127.0.0.1 port ${port} answers 400 to /recent?threshold=1e-7: `));
  });

  it('on ::1 where 127.0.0.1 refuses', async () => {
    const { port } = await testedDaemon({ bindAddress: '::1' });
    const asked = client(port);
    assert.deepEqual((await asked.look()).rows, []);
    asked.close();
  });

  it('at the address that is named, and nowhere else', async () => {
    const { port } = await testedDaemon({ bindAddress: '127.0.0.7' });
    const asked = client(port, '127.0.0.7');
    assert.deepEqual((await asked.look()).rows, []);
    asked.close();
    assert.equal(await failure(client(port, '::1')), nobody(`::1 port ${port}`, 'ECONNREFUSED'));
  });

  it('again where it was restarted between two looks, also before it listens', async () => {
    const first = await testedDaemon();
    const asked = client(first.port);
    await askFrom('127.0.0.2', first.port, '/spool/web/0');
    assert.equal((await asked.look()).rows.length, 1);
    await first.daemon.stop();
    // The connection that it had may be reset first.
    await assert.rejects(asked.look(), /^Error: no daemon answers on 127\.0\.0\.1 port \d+ \(ECONN(?:RESET|REFUSED)\)/);
    await assert.rejects(asked.look(), new Failure(nobody(`127.0.0.1 port ${first.port}`, 'ECONNREFUSED')));
    await testedDaemon({ ports: [first.port] });
    assert.deepEqual((await asked.look()).rows, []);
    asked.close();
  });
});

describe('no daemon', { concurrency: true }, () => {
  it('is there where nothing listens', async () => {
    const port = await freePort();
    assert.equal(await failure(client(port)), nobody(`127.0.0.1 port ${port}`, 'ECONNREFUSED'));
  });

  const PAGES: readonly (readonly [string, string, string])[] = [
    ['is a server of web pages', '<html>', '<html>'],
    ['is one that answers with other JSON', '{}', '[]'],
    ['is one that answers null', 'null', '[]'],
    ['is one with an uptime in words', '{"uptime":"1","marks_on":"all","agent":null}', '[]'],
    ['is an older hacheck, without the balancers', '{"uptime":1,"version":"0.9"}', '[]'],
    ['is one whose balancers are no list', '{"uptime":1,"marks_on":"all","agent":null}', '{}'],
    ['is one that says nothing', '', ''],
  ];
  for (const [what, status, balancers] of PAGES) {
    it(what, async () => {
      const { port } = await httpService((request, response) => response.end(request.url === '/status' ? status : balancers));
      assert.equal(await failure(client(port)), stranger(port));
    });
  }

  it('is a service that is down itself', async () => {
    const { port } = await httpService((_request, response) => response.writeHead(503).end());
    assert.equal(await failure(client(port)), stranger(port));
  });

  it('is a server that speaks another protocol', async () => {
    const { port } = await tcpService((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    assert.match(await failure(client(port)), new RegExp(`^no daemon answers on 127\\.0\\.0\\.1 port ${port} \\(HPE_INVALID_CONSTANT\\)`));
  });

  it('is a server that hangs up', async () => {
    const { port } = await tcpService((socket) => socket.destroy());
    assert.match(await failure(client(port)), new RegExp(`^no daemon answers on 127\\.0\\.0\\.1 port ${port} \\(ECONNRESET\\)`));
  });

  it('has no time where the connection was taken, and is not there where it was not', { timeout: 10_000 }, async () => {
    const { port } = await tcpService(() => undefined);
    await assert.rejects(client(port).look(), Busy);
    const program = "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log('on', this.address().port, '.') })";
    const server = startServer(process.execPath, ['-e', program]);
    await server.said(/on \d+ \./);
    const full = Number(/on (\d+)/.exec(server.log())?.[1]);
    server.signal('SIGSTOP');
    // The kernel takes two for it, and no more.
    await Promise.all([openConnection(full), openConnection(full)]);
    await assert.rejects(client(full).look(), (error) => error instanceof Failure && !(error instanceof Busy) && error.message === nobody(`127.0.0.1 port ${full}`, 'no answer in 2 s'));
  });

  for (const [what, said] of [['is mute', ''], ['stops in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{']] as const) {
    it(`is a server that ${what}: after two seconds`, { timeout: 10_000 }, async () => {
      const { port } = await tcpService((socket) => socket.write(said));
      const began = performance.now();
      assert.match(await failure(client(port)), new RegExp(`^no daemon answers on 127\\.0\\.0\\.1 port ${port} \\(`));
      assert.ok(performance.now() - began > 1900);
    });
  }
});
