import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../lib/balancer-row.ts';
import { testedAgent } from './support/agent.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { gatedService } from './support/gate.ts';
import { ask, exchange } from './support/request.ts';
import { httpService } from './support/service.ts';

const STATE = 'X-Haproxy-Server-State: UP 2/3; address=10.0.0.1; port=8080; name=web/web1; node=lb1; weight=10/20; scur=0/1; qcur=0';
const BEGINNING = 1_795_341_600;

async function read(port: number, query = ''): Promise<readonly BalancerRow[]> {
  return JSON.parse((await ask(port, `/balancers${query}`)).body) as readonly BalancerRow[];
}

async function services(port: number, query = ''): Promise<readonly string[]> {
  return (await read(port, query)).map(({ service }) => service);
}

describe('/balancers', () => {
  it('is a page of JSON, empty where nobody has asked', async () => {
    const { port } = await testedDaemon();
    const { status, phrase, headers, body } = await ask(port, '/balancers');
    assert.deepEqual([status, phrase, body, headers['content-type'], headers['x-content-type-options'], headers['content-length']], [200, 'OK', '[]\n', 'application/json', 'nosniff', '3']);
    const head = await ask(port, '/balancers', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body, head.headers['content-type'], head.headers['content-length']], [200, '', 'application/json', '3']);
    const options = await ask(port, '/balancers', { method: 'OPTIONS' });
    assertOwnAnswer(options, { status: 405 });
    assert.equal(options.headers['allow'], 'GET, HEAD');
    for (const path of ['/balancers/', '/balancers/web', '/balancer', '/Balancers']) assertOwnAnswer(await ask(port, path), { status: 400 });
  });

  it('has the rows of the contract, to the letter, and the User-Agent', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({}, clock);
    const service = await httpService((_request, response) => void response.end('fine'));
    const check = `/http/web/${service.port}/health`;
    await ask(port, check, { headers: [STATE] });
    clock.advance(2);
    await ask(port, check, { headers: [STATE] });
    writeFileSync(join(spoolRoot, 'web'), '{"state": "drain"}');
    clock.advance(1.8004);
    await ask(port, check, { headers: [STATE, 'User-Agent: haproxy'] });
    assert.equal((await ask(port, '/balancers')).body, `[{"address":"127.0.0.1","service":"web","port":${service.port},"via":"http","node":"lb1","name":"web/web1","state":"UP 2/3",` +
      `"weight":10,"total":20,"sessions":0,"queue":0,"target":8080,"last":${BEGINNING + 3.8},"count":3,"interval":2,` +
      `"told":"drain","since":${BEGINNING + 3.8},"running":1,"user_agent":"haproxy","probed_address":null,"probed_port":null}]\n`);
  });

  it('has null for what no header told', async () => {
    const { port } = await testedDaemon({}, new HandClock());
    await ask(port, '/spool/web/0');
    assert.equal((await ask(port, '/balancers')).body, '[{"address":"127.0.0.1","service":"web","port":0,"via":"http","node":null,"name":null,"state":null,' +
      `"weight":null,"total":null,"sessions":null,"queue":null,"target":null,"last":${BEGINNING},"count":1,"interval":null,` +
      `"told":"up","since":${BEGINNING},"running":1,"user_agent":null,"probed_address":null,"probed_port":null}]\n`);
  });

  it('has a row for every check, whatever its method and protocol, and none for pages and what is no check', async () => {
    const { port } = await testedDaemon();
    const service = await httpService((_request, response) => void response.end('fine'));
    for (const [at, method] of ['GET', 'HEAD', 'OPTIONS'].entries()) await ask(port, `/spool/web/${at + 1}`, { method });
    await ask(port, `/http/web/${service.port}/`);
    await ask(port, `/tcp/db/${service.port}`);
    for (const path of ['/status', '/balancers', '/', '/http/web/x/', '/ftp/web/80/', '/spool/-web/0']) await ask(port, path, { headers: [STATE] });
    await ask(port, '/spool/api/0', { method: 'POST' });
    const found = (await read(port)).map((row) => `${row.service}:${row.port}`);
    assert.deepEqual(found, [`db:${service.port}`, 'web:1', 'web:2', 'web:3', `web:${service.port}`]);
  });

  it('is sorted, and with ?service= has the rows of that service', async () => {
    const { port, send } = await testedAgent();
    for (const service of ['web', 'api', 'web2', 'all']) await ask(port, `/spool/${service}/0`);
    await send('web\n');
    assert.deepEqual(await services(port), ['all', 'api', 'web', 'web', 'web2']);
    assert.deepEqual((await read(port, '?service=web')).map(({ service, via }) => [service, via]), [['web', 'agent'], ['web', 'http']]);
    assert.deepEqual(await services(port, '?service=all'), ['all']);
    assert.deepEqual(await services(port, '?service=%61pi'), ['api']);
    assert.deepEqual(await services(port, '?service=nobody'), []);
    assert.equal((await services(port, '?')).length, 5);
  });

  it('has an IPv4 address as such, also where it came in through IPv6', async () => {
    const { port, agentPort, rows } = await testedAgent({ bindAddress: undefined });
    await exchange(port, 'GET /spool/web/0 HTTP/1.0\r\n\r\n', '127.0.0.1');
    await exchange(agentPort, 'web\n', '127.0.0.1');
    assert.deepEqual((await rows()).map(({ address, via }) => [address, via]), [['127.0.0.1', 'agent'], ['127.0.0.1', 'http']]);
  });

  it('knows nothing of another daemon in the process', async () => {
    const [one, other] = [await testedDaemon(), await testedDaemon()];
    await ask(one.port, '/spool/web/0');
    assert.deepEqual([await services(one.port), await services(other.port)], [['web'], []]);
  });

  const BAD = [
    ['', '""'], ['-web', '"-web"'], ['%20', '" "'], ['web:8080', 'web:8080'], ['web:x', '"x"'], ['a%2Fb', '"a/b"'],
    ['%zz', '"%zz"'], ['a'.repeat(129), '"aaa'], ['%E2%98%83', '"☃"'], ['we%0d%0ab', '"we??b"'],
  ] as const;
  for (const [given, quoted] of BAD) {
    it(`answers ?service=${given.slice(0, 20)} with 400 and a line that quotes it`, async () => {
      const { port } = await testedDaemon();
      const response = await ask(port, `/balancers?service=${given}`);
      assertOwnAnswer(response, { status: 400 });
      assert.ok(Buffer.from(response.body, 'latin1').toString().includes(quoted), response.body);
    });
  }

  it('refuses what it does not know, and a service that is named twice', async () => {
    const { port } = await testedDaemon();
    for (const [query, quoted] of [['other=1', '"other"'], ['service=web&sevice=api', '"sevice"'], ['=', '""'], ['service=web&service=api', 'service']] as const) {
      const response = await ask(port, `/balancers?${query}`);
      assertOwnAnswer(response, { status: 400 });
      assert.ok(response.body.includes(quoted), response.body);
    }
  });

  it('says how to name the service where a port was named, too', async () => {
    const { port } = await testedDaemon();
    assertOwnAnswer(await ask(port, '/balancers?service=web:8080'), { status: 400, body: 'service=web:8080: name the service alone, as in /balancers?service=web\n' });
  });
});

describe('a balancer that hung up before its answer', () => {
  for (const [which, before] of [['its first check', 0], ['a later one on its connection', 1]] as const) {
    it(`has asked, and was told nothing of ${which}`, async () => {
      const { port } = await testedDaemon();
      const { service, waiting, open } = await gatedService();
      const path = `/http/web/${service.port}/`;
      const { socket, until, closed } = await openConnection(port);
      if (before > 0) {
        socket.write(`GET /spool/web/${service.port} HTTP/1.1\r\n${STATE}\r\n\r\n`);
        await until('stands\n');
      }
      socket.write(`GET ${path} HTTP/1.1\r\n${STATE}\r\n\r\n`);
      await waiting(1);
      socket.resetAndDestroy();
      await closed;
      const stays = ask(port, path);
      // Its answer on a connection of its own shows that the reset has arrived, too.
      await ask(port, '/spool/api/0');
      open();
      assert.equal((await stays).status, 200);
      const rows = (await read(port, '?service=web')).map(({ node, count, told, running }) => [node, count, told, running]);
      assert.deepEqual(rows, [['lb1', before + 1, before > 0 ? 'up' : null, before], [null, 1, 'up', 1]]);
    });
  }
});
