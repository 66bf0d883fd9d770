import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask } from './support/request.ts';
import { freePort, httpService, tcpService, type Service } from './support/service.ts';

const { port } = await testedDaemon();

/** A service that answers everything with a status, a phrase and a body. */
function saying(status: number, phrase: string, body: string | Buffer = ''): Promise<Service> {
  return httpService((_request, response) => void response.writeHead(status, phrase, { 'Content-Type': 'text/html', Location: '/elsewhere' }).end(body));
}

describe('the answer of a service', () => {
  it('is passed on with its status, its phrase and its body', async () => {
    const service = await saying(500, 'Ouch', 'it hurts');
    const response = await ask(port, `/http/web/${service.port}/`);
    assert.deepEqual([response.status, response.phrase, response.body], [500, 'Ouch', 'it hurts']);
    assert.equal(response.headers['x-hacheck-reason'], '500 Ouch');
    assert.equal(response.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
    assert.equal(response.headers['content-length'], '8');
    assert.equal(response.headers['location'], undefined);
  });

  it('has a redirect passed on, not followed', async () => {
    const service = await saying(302, 'Found', 'go on');
    const response = await ask(port, `/http/web/${service.port}/`);
    assert.deepEqual([response.status, response.phrase, response.body], [302, 'Found', 'go on']);
    assert.equal(response.headers['x-hacheck-reason'], undefined);
    // It is kept as an up; a failure would be for a second.
    assert.match((await ask(port, `/http/web/${service.port}/`)).headers['cache-status'] ?? '', /^hacheck; hit; ttl=([5-9]|10)$/);
    assert.equal(service.connections(), 1);
  });

  for (const status of [204, 304]) {
    it(`has no body and no length with ${status}`, async () => {
      const service = await saying(status, STATUS_CODES[status] ?? '');
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const response = await ask(port, `/http/web/${service.port}/`, { method });
        assert.deepEqual([response.status, response.phrase, response.body], [status, STATUS_CODES[status], '']);
        assert.equal(response.headers['content-length'], undefined);
        assert.equal(response.headers['transfer-encoding'], undefined);
        assert.equal(response.headers['x-content-type-options'], 'nosniff');
        assert.equal(response.headers['content-type'], 'text/plain; charset=utf-8');
      }
    });
  }

  const PHRASES = [
    ['OK', 'OK'],
    ['All is well', 'All is well'],
    ['', ''],
    ['x'.repeat(100), 'x'.repeat(100)],
  ] as const;
  for (const [phrase, passed] of PHRASES) {
    it(`has its phrase passed on: "${phrase.slice(0, 20)}"`, async () => {
      const service = await tcpService((socket) => void socket.end(`HTTP/1.1 200 ${phrase}\r\nContent-Length: 0\r\n\r\n`));
      assert.equal((await ask(port, `/http/web/${service.port}/`)).phrase, passed);
    });
  }

  for (const phrase of ['x'.repeat(5000), 'caf\xe9', '\x80\xff', 'tab\tbed']) {
    it(`has a phrase made printable: ${JSON.stringify(phrase.slice(0, 20))}`, async () => {
      const service = await tcpService((socket) => void socket.end(Buffer.from(`HTTP/1.1 500 ${phrase}\r\nContent-Length: 0\r\n\r\n`, 'latin1')));
      const response = await ask(port, `/http/web/${service.port}/`);
      assert.equal(response.status, 500);
      assert.match(response.phrase, /^[\x20-\x7e]{1,100}$/);
      assert.match(response.headers['x-hacheck-reason'] ?? '', /^500 [\x20-\x7e]{1,96}$/);
    });
  }

  const BODIES = [
    ['UTF-8', Buffer.from('läuft ☕\n')],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte))],
    ['every byte, often', Buffer.alloc(60_000, Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte)))],
    ['what is no UTF-8', Buffer.from([0x61, 0xe9, 0xff, 0x00, 0x0d, 0x0a])],
    ['exactly 64 KiB', Buffer.alloc(65_536, 'ab')],
  ] as const;
  for (const [name, body] of BODIES) {
    it(`has its body passed on byte for byte: ${name}`, async () => {
      const service = await saying(200, 'OK', body);
      for (const again of [false, true]) {
        const response = await ask(port, `/http/web/${service.port}/`);
        assert.equal(response.headers['cache-status']?.startsWith('hacheck; hit'), again);
        assert.equal(response.headers['content-length'], String(body.length));
        assert.ok(response.body === body.toString('latin1'));
      }
    });
  }

  it('is cut after 64 KiB', async () => {
    const service = await saying(200, 'OK', Buffer.alloc(65_537, 'ab'));
    const response = await ask(port, `/http/web/${service.port}/`);
    assert.equal(response.headers['content-length'], '65536');
    assert.ok(response.body === 'ab'.repeat(32_768));
    const head = await ask(port, `/http/web/${service.port}/`, { method: 'HEAD' });
    assert.deepEqual([head.headers['content-length'], head.body], ['65536', '']);
  });

  for (const [status, known] of [[299, false], [599, false], [999, false], [418, true], [511, true], [404, true], [399, false]] as const) {
    it(`is ${known ? 'passed on' : 'a 503'} with the status ${status}`, async () => {
      const service = await saying(status, 'So', 'body');
      const response = await ask(port, `/http/web/${service.port}/`);
      assert.equal(response.status, known ? status : 503);
      assert.equal(response.body, 'body');
      if (known) assert.deepEqual([response.phrase, response.headers['x-hacheck-reason']], ['So', `${status} So`]);
      else assert.match(response.headers['x-hacheck-reason'] ?? '', new RegExp(`\\b${status}\\b`));
      if (!known) assert.equal(response.phrase, response.headers['x-hacheck-reason']);
    });
  }
});

describe('a probe that cannot be done', () => {
  it('names the cause and the address', async () => {
    const unused = await freePort();
    const said = `connect ECONNREFUSED 127.0.0.1:${unused}`;
    for (const protocol of ['http', 'https', 'tcp']) {
      const response = await ask(port, `/${protocol}/web/${unused}/`);
      assertOwnAnswer(response, { status: 503, phrase: said, body: `${said}\n` });
    }
  });

  it('is one line for a service that speaks no HTTP', async () => {
    const service = await tcpService((socket) => void socket.end('garbage\r\n\r\n'));
    const response = await ask(port, `/http/web/${service.port}/`);
    assertOwnAnswer(response, { status: 503 });
    assert.match(response.body, new RegExp(`127\\.0\\.0\\.1:${service.port}`));
  });
});

describe('an up of hacheck\'s own', () => {
  it('is 200 OK and one line that says what was seen and how long it took', async () => {
    const service = await tcpService((socket) => void socket.end());
    const response = await ask(port, `/tcp/web/${service.port}/`);
    assertOwnAnswer(response, { status: 200, phrase: 'OK' });
    assert.match(response.body, new RegExp(`^connected to 127\\.0\\.0\\.1:${service.port} in [\\d.]+ ms\n$`));
  });

  it('is 200 OK and one line where no mark stands', async () => {
    assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 200, phrase: 'OK' });
  });
});
