import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertOwnAnswer, parseResponses } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask, exchange, parseResponse } from './support/request.ts';
import { httpService } from './support/service.ts';

const { port, spoolRoot } = await testedDaemon();
const service = await httpService((_request, response) => void response.end('fine'));
const CHECK = `/http/web/${service.port}/`;
writeFileSync(join(spoolRoot, 'out'), '{"by": "ops"}');

describe('the methods', () => {
  for (const path of ['/spool/web/0', CHECK, '/spool/out/0']) {
    it(`asks with GET, HEAD and OPTIONS alike: ${path.replace(/\d{2,}/, 'PORT')}`, async () => {
      const get = await ask(port, path);
      const options = await ask(port, path, { method: 'OPTIONS' });
      const head = await ask(port, path, { method: 'HEAD' });
      assert.deepEqual([options.status, options.phrase, options.body], [get.status, get.phrase, get.body]);
      assert.deepEqual([head.status, head.phrase, head.body], [get.status, get.phrase, '']);
      for (const { headers } of [options, head]) {
        for (const name of ['content-type', 'content-length', 'x-content-type-options', 'x-hacheck-reason']) assert.equal(headers[name], get.headers[name], name);
      }
      assert.equal(get.headers['content-length'], String(get.body.length));
    });
  }

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'CONNECT']) {
    it(`answers ${method} with 405, and says what is allowed`, async () => {
      for (const path of ['/spool/web/0', '/status', '/nonsense', '*']) {
        // With a token, and where that is allowed, a POST to the spool makes a mark.
        if (method === 'POST' && path.startsWith('/spool/')) continue;
        // Node's parser takes an asterisk for OPTIONS and a path alone.
        if (path === '*' && method !== 'TRACE') continue;
        const response = await ask(port, path, { method });
        const allowed = path === '/status' && method !== 'CONNECT' ? 'GET, HEAD' : 'GET, HEAD, OPTIONS';
        const said = `method ${method} is not allowed here: ${allowed}`;
        assertOwnAnswer(response, { status: 405, phrase: said, body: `${said}\n` });
        assert.equal(response.headers['allow'], allowed);
      }
    });
  }

  it('has no body for a HEAD that the parser refuses', async () => {
    const response = parseResponse(await exchange(port, 'HEAD /status HTTP/1.1\r\nbad header\r\n\r\n'));
    assert.deepEqual([response.status, response.body], [400, '']);
    assert.ok(Number(response.headers['content-length']) > 0);
  });

  it('answers CONNECT to a host with 405', async () => {
    const response = await ask(port, '127.0.0.1:80', { method: 'CONNECT' });
    assertOwnAnswer(response, { status: 405 });
    assert.equal(response.headers['allow'], 'GET, HEAD, OPTIONS');
  });

  it('refuses OPTIONS for /, which is no check, and says how to name one', async () => {
    const response = await ask(port, '/', { method: 'OPTIONS' });
    assertOwnAnswer(response, { status: 400 });
    assert.match(response.body, /\/http\/web\/8080\/health/);
  });

  it('answers OPTIONS for a page with 405', async () => {
    const response = await ask(port, '/status', { method: 'OPTIONS' });
    assertOwnAnswer(response, { status: 405 });
    assert.equal(response.headers['allow'], 'GET, HEAD');
  });
});

describe('the versions of HTTP', () => {
  const REQUESTS = [
    ['1.0 without Host', 'HTTP/1.0\r\n\r\n'],
    ['1.0 with Host', 'HTTP/1.0\r\nHost: www\r\n\r\n'],
    ['1.1 without Host', 'HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['1.1 with Host', 'HTTP/1.1\r\nHost: www:3333\r\nConnection: close\r\n\r\n'],
    ['1.1 with an empty Host', 'HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
  ] as const;
  for (const [name, rest] of REQUESTS) {
    it(`answers ${name}, and closes`, async () => {
      for (const path of ['/spool/web/0', CHECK]) {
        const response = parseResponse(await exchange(port, `OPTIONS ${path} ${rest}`));
        assert.equal(response.status, 200);
        assert.equal(response.headers['connection'], 'close');
      }
    });
  }

  it('keeps a connection open for the next check', async () => {
    const { socket, until } = await openConnection(port);
    for (let count = 1; count <= 3; count += 1) {
      socket.write(`GET ${CHECK} HTTP/1.1\r\n\r\n`);
      const responses = parseResponses(await until('fine', count));
      assert.equal(responses.length, count);
      assert.equal(responses[count - 1]?.headers['connection'], 'keep-alive');
    }
  });

  it('keeps one of 1.0 open where it asks for that', async () => {
    const { socket, until } = await openConnection(port);
    socket.write(`GET ${CHECK} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
    await until('fine');
    socket.write(`GET ${CHECK} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
    await until('fine', 2);
  });

  it('takes a request that comes byte by byte', async () => {
    const { socket, closed } = await openConnection(port);
    for (const byte of `GET ${CHECK} HTTP/1.0\r\n\r\n`) await new Promise<void>((resolve) => void socket.write(byte, () => setImmediate(resolve)));
    assert.equal(parseResponse(await closed).body, 'fine');
  });
});

describe('requests with more than a check needs', () => {
  for (const expectation of ['100-continue', 'lunch']) {
    it(`answers one that expects ${expectation} at once, without a 100 before it`, async () => {
      for (const path of ['/spool/web/0', CHECK]) {
        const text = await exchange(port, `GET ${path} HTTP/1.1\r\nExpect: ${expectation}\r\nContent-Length: 4\r\nConnection: close\r\n\r\n`);
        assert.equal(parseResponses(text).length, 1);
        assert.equal(parseResponse(text).status, 200);
      }
    });
  }

  const BODIES = [
    ['with Content-Length', 'Content-Length: 4\r\n\r\nbody'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'],
  ] as const;
  for (const [name, rest] of BODIES) {
    it(`takes no notice of a body ${name}, and finds the next request behind it`, async () => {
      const text = await exchange(port, `GET ${CHECK} HTTP/1.1\r\n${rest}GET /spool/web/0 HTTP/1.0\r\n\r\n`);
      assert.deepEqual(parseResponses(text).map(({ status }) => status), [200, 200]);
    });
  }

  it('does not wait for a body that never comes', async () => {
    const { socket, until } = await openConnection(port);
    socket.write(`GET ${CHECK} HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n`);
    await until('fine');
  });

  it('refuses a POST without waiting for its body', async () => {
    const response = parseResponse(await exchange(port, `POST ${CHECK} HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nstatus=down`));
    assertOwnAnswer(response, { status: 405 });
    assert.equal(response.headers['connection'], 'close');
  });

  it('answers a request for an upgrade as the check that it is', async () => {
    const response = await ask(port, '/spool/web/0', { headers: ['Connection: upgrade', 'Upgrade: h2c'] });
    assert.equal(response.status, 200);
  });
});
