import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProbes, PROTOCOLS, readCheck } from '../../lib/probe/index.ts';
import { BODY_BYTES } from '../../lib/verdict.ts';
import { NO_LOGINS, testedDaemon } from '../support/daemon.ts';
import { answering, closed, pouring, reacting, within } from '../support/probing.ts';
import { ask, exchange } from '../support/request.ts';
import { freePort, type Service } from '../support/service.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

describe('the probes', () => {
  it('are those of the protocols that a check may name, besides spool', () => {
    const protocols = ['http', 'https', 'tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy'];
    assert.deepEqual([...createProbes(NO_LOGINS).keys()], protocols);
    assert.deepEqual(PROTOCOLS, ['spool', ...protocols]);
  });
});

describe('readCheck', () => {
  for (const protocol of PROTOCOLS) it(`knows ${protocol}`, () => assert.ok(!('refused' in readCheck(`/${protocol}/web/8080/`))));

  it('refuses what no protocol is', () => assert.ok('refused' in readCheck('/ftp/web/21/')));

  for (const path of ['/redis/web/6379/?role', '/redis/web/6379/?=master', '/redis/web/6379/?role=%zz', '/grpc/web/50051/%', '/grpc/web/50051/a%ff']) {
    it(`refuses a query that its protocol can do nothing with: ${path}`, () => assert.ok('refused' in readCheck(path)));
  }

  it('leaves other queries to the service, or to nobody', () => {
    for (const protocol of ['http', 'https', 'tcp', 'mysql', 'postgres', 'smtp', 'haproxy', 'spool']) assert.ok(!('refused' in readCheck(`/${protocol}/web/80/?%zz`)), protocol);
  });
});

describe('a whole daemon, before services that do not behave', async () => {
  const { port, log } = await testedDaemon({ cacheTime: 0, failureCacheTime: 0, timeout: 0.5 });

  // What the service sends, and whether it then closes; the status, phrase and body that the balancer gets, with % for the service's address.
  const SERVICES: readonly (readonly [string, () => Promise<Service>, number, string, string?])[] = [
    ['hangs before the headers', () => answering('', true), 503, 'timed out after 0.5 s waiting for the headers of %'],
    ['hangs after the headers', () => answering(`${OK}Content-Length: 2\r\n\r\n`, true), 503, 'timed out after 0.5 s waiting for the body of %'],
    ['resets', () => reacting((socket) => socket.resetAndDestroy()), 503, 'ECONNRESET from %'],
    ['closes at once', () => answering(''), 503, '% closed the connection without an answer'],
    ['cuts its answer short', () => answering(`${OK}Content-Length: 3\r\n\r\nok`), 503, '% cut its answer short'],
    ['sends 1xx first', () => answering(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`), 200, 'OK', 'ok'],
    ['switches protocols', () => answering('HTTP/1.1 101 Up\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', true), 503, '% switched protocols unasked (101)'],
    ['switches protocols to nowhere', () => answering('HTTP/1.1 101 Up\r\n\r\n', true), 503, '% switched protocols unasked (101)'],
    ['answers 299', () => answering('HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok'), 503, 'the service answered with the unknown status 299 Odd', 'ok'],
    ['answers 999', () => answering('HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok'), 503, 'the service answered with the unknown status 999 Odd', 'ok'],
    ['answers 204', () => answering('HTTP/1.1 204 No Content\r\n\r\n'), 204, 'No Content', ''],
    ['answers 304', () => answering('HTTP/1.1 304 Not Modified\r\n\r\n'), 304, 'Not Modified', ''],
    ['has no phrase', () => answering('HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'), 200, '', 'ok'],
    ['has a phrase in latin1', () => answering('HTTP/1.1 500 \xdcbel\r\nContent-Length: 2\r\n\r\nok'), 500, 'Ubel', 'ok'],
    ['never ends its body', () => reacting((socket) => {
      socket.write(`${OK}\r\n`);
      pouring(socket, Buffer.alloc(BODY_BYTES, 'x'));
    }), 200, 'OK', 'x'.repeat(BODY_BYTES)],
  ];
  for (const [what, start, status, phrase, body] of SERVICES) {
    it(`gives the balancer the verdict on a service that ${what}`, async () => {
      const service = await start();
      const wanted = phrase.replace('%', `127.0.0.1:${service.port}`);
      const response = await within(2000, 'no answer', ask(port, `/http/web/${service.port}/`));
      assert.deepEqual([response.status, response.phrase, response.body], [status, wanted, body ?? `${wanted}\n`]);
      const reason = body === undefined || phrase.startsWith('the service') ? wanted : `${status} ${wanted}`;
      assert.equal(response.headers['x-hacheck-reason'], status < 400 ? undefined : reason);
      assert.equal(response.headers['content-type'], 'text/plain; charset=utf-8');
      await closed(service);
    });
  }

  it('asks each protocol in its own way', async () => {
    const service = await answering('garbage');
    const said = async (protocol: string): Promise<string> => (await ask(port, `/${protocol}/web/${service.port}/a`)).body.replace(String(service.port), 'PORT');
    assert.match(await said('http'), /^no HTTP from 127\.0\.0\.1:PORT: /);
    assert.match(await said('https'), /^no TLS with 127\.0\.0\.1:PORT: /);
    assert.match(await said('tcp'), /^connected to 127\.0\.0\.1:PORT in \d+\.\d ms\n$/);
    assert.equal(await said('spool'), 'up: no mark stands\n');
    assert.equal(service.connections(), 3);
  });

  it('sends the query on byte for byte', async () => {
    let asked = '';
    const service = await reacting((socket, first) => {
      asked = first.toString('latin1');
      socket.end(`${OK}Content-Length: 0\r\n\r\n`);
    });
    for (const query of ['%zz', 'a%2Fb?x=1', '../../etc', './/a', 'a#b', '"<>^`{|}', '?']) {
      assert.equal((await ask(port, `/http/web/${service.port}/${query}`)).status, 200);
      assert.equal(asked.slice(0, asked.indexOf('\r\n')), `GET /${query} HTTP/1.1`);
    }
  });

  it('asks the service with GET, whatever it is asked with, and sends nothing of the request on', async () => {
    const asked: string[] = [];
    const service = await reacting((socket, first) => {
      asked.push(first.toString('latin1'));
      socket.end(`${OK}Content-Length: 2\r\n\r\nok`);
    });
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const headers = ['Host: elsewhere', 'Authorization: secret', 'X-Haproxy-Server-State: UP', 'User-Agent: other', 'Content-Length: 0'];
      const text = await exchange(port, `${method} /http/web/${service.port}/a HTTP/1.1\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      assert.ok(text.startsWith('HTTP/1.1 200 OK\r\n'), text);
    }
    assert.equal(asked.length, 3);
    for (const each of asked) assert.match(each, new RegExp(`^GET /a HTTP/1\\.1\\r\\nHost: localhost:${service.port}\\r\\nUser-Agent: hacheck/\\S+\\r\\nConnection: close\\r\\n\\r\\n$`));
  });

  it('is unharmed, and has met no bug', async () => {
    assert.equal((await ask(port, `/tcp/web/${await freePort()}`)).status, 503);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.doesNotMatch(await log(), /bug|Error|\.[jt]s:/);
  });
});
