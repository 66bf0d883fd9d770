import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { probeHttp } from '../../lib/probe/http.ts';
import { VERSION } from '../../lib/version.ts';
import { answering, closed, failed, probed, reacting, said, unburdened, unlistened } from '../support/probing.ts';
import { httpService } from '../support/service.ts';

const HEADERS = Array.from({ length: 100 }, (_, index) => `X-Header-${index}: value ${index}\r\n`).join('');
const GZIP = gzipSync('well').toString('latin1');

describe('probeHttp: what the service answers', () => {
  // Status line and headers with the body behind them; then the verdict's state, status, phrase and reason. Without `body`, it is "ok".
  const ANSWERS: readonly (readonly [string, string, string, number, string, string, string?])[] = [
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'up', 200, 'OK', '200 OK'],
    ['200 in HTTP/1.0, ended by the close', 'HTTP/1.0 200 Fine\r\n\r\nok', 'up', 200, 'Fine', '200 Fine'],
    ['chunks and a trailer', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nX-T: 1\r\n\r\n', 'up', 200, 'OK', '200 OK'],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'up', 204, 'No Content', '204 No Content', ''],
    ['204 that announces a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n', 'up', 204, 'No Content', '204 No Content', ''],
    ['304 that announces a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n', 'up', 304, 'Not Modified', '304 Not Modified', ''],
    ['302', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nok', 'up', 302, 'Found', '302 Found'],
    ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nok', 'down', 404, 'Not Found', '404 Not Found'],
    ['500 with a phrase of its own', 'HTTP/1.1 500 Ouch\r\nContent-Length: 2\r\n\r\nok', 'down', 500, 'Ouch', '500 Ouch'],
    ['1xx first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'up', 200, 'OK', '200 OK'],
    ['100 headers', `HTTP/1.1 200 OK\r\n${HEADERS}Content-Length: 2\r\n\r\nok`, 'up', 200, 'OK', '200 OK'],
    ['no phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 'up', 200, '', '200'],
    ['an empty phrase', 'HTTP/1.1 500 \r\nContent-Length: 2\r\n\r\nok', 'down', 500, '', '500'],
    ['a phrase in latin1', 'HTTP/1.1 200 Caf\xe9 \xa9\r\nContent-Length: 2\r\n\r\nok', 'up', 200, 'Cafe ?', '200 Cafe ?'],
    ['a phrase of 3000 characters', `HTTP/1.1 200 ${'x'.repeat(3000)}\r\nContent-Length: 2\r\n\r\nok`, 'up', 200, `${'x'.repeat(97)}...`, `200 ${'x'.repeat(93)}...`],
    ['gzip', `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${GZIP.length}\r\n\r\n${GZIP}`, 'up', 200, 'OK', '200 OK', GZIP],
    ['an offer to switch that is none', 'HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok', 'up', 200, 'OK', '200 OK'],
  ];
  for (const [name, answer, state, status, phrase, reason, body = 'ok'] of ANSWERS) {
    it(`passes on ${name}`, async () => {
      const service = await answering(answer);
      const verdict = await probed(probeHttp, service.port);
      assert.deepEqual(said(verdict), { state, status, phrase, reason, body });
      await closed(service);
    });
  }

  for (const status of [99, 299, 599, 999]) {
    it(`makes 503 of status ${status}, which Node cannot name, and keeps the body`, async () => {
      const service = await answering(`HTTP/1.1 ${String(status).padStart(3, '0')} Odd\r\nContent-Length: 2\r\n\r\nok`);
      const cause = `the service answered with the unknown status ${status} Odd`;
      assert.deepEqual(said(await probed(probeHttp, service.port)), { ...failed(cause), body: 'ok' });
      await closed(service);
    });
  }

  const UNASKED = ['Connection: Upgrade\r\nUpgrade: websocket\r\n', '', 'Upgrade: websocket\r\n', 'Connection: Upgrade\r\n', 'Content-Length: 0\r\n'];
  for (const headers of UNASKED) {
    it(`makes 503 of an unasked 101 with ${JSON.stringify(headers)}`, async () => {
      const service = await answering(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`, true);
      assert.deepEqual(said(await probed(probeHttp, service.port)), failed(`127.0.0.1:${service.port} switched protocols unasked (101)`));
      await closed(service);
    });
  }

  // Whether such bytes come in one packet with the answer or in the next one is chance, and must not decide.
  for (const excess of ['more', '\r\n', 'HTTP/1.1 500 Ouch\r\nContent-Length: 0\r\n\r\n']) {
    for (const connection of ['', 'Connection: close\r\n']) {
      it(`takes an answer that is complete${connection && ', of a connection that closes'}, although ${JSON.stringify(excess)} follows it`, async () => {
        const service = await answering(`HTTP/1.1 200 OK\r\n${connection}Content-Length: 2\r\n\r\nok${excess}`);
        assert.deepEqual(said(await probed(probeHttp, service.port)), { state: 'up', status: 200, phrase: 'OK', reason: '200 OK', body: 'ok' });
        await closed(service);
      });
    }
  }

  it('does not follow a redirect', async () => {
    const paths: (string | undefined)[] = [];
    const service = await httpService(({ url }, response) => {
      paths.push(url);
      response.writeHead(301, { Location: '/elsewhere' }).end('ok');
    });
    const { status, body } = await probed(probeHttp, service.port, { query: 'here' });
    assert.deepEqual({ status, body }, { status: 301, body: 'ok' });
    await closed(service);
    assert.deepEqual(paths, ['/here']);
    assert.equal(service.connections(), 1);
  });

  it('leaves no listener, no socket and no timer behind', async () => {
    const answers = ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok', 'garbage', 'HTTP/1.1 101 Up\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'];
    const left = unburdened();
    for (const answer of answers) {
      const service = await answering(answer);
      const { signal } = await probed(probeHttp, service.port);
      await closed(service);
      await unlistened(signal);
    }
    await left();
  });
});

describe('probeHttp: what the service is asked', () => {
  const QUERIES = ['', 'a%2Fb?x=1', '%zz', '../../etc/passwd', '//x', '?', '#a', 'caf\xe9\xff', '"<>\\^`{|}', 'a'.repeat(8000)];
  for (const query of QUERIES) {
    it(`asks for ${JSON.stringify(`/${query.slice(0, 30)}`)} in these very bytes`, async () => {
      let asked = '';
      const service = await reacting((socket, first) => {
        asked = first.toString('latin1');
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
      assert.equal((await probed(probeHttp, service.port, { query })).status, 200);
      assert.equal(asked, `GET /${query} HTTP/1.1\r\nHost: localhost:${service.port}\r\nUser-Agent: hacheck/${VERSION}\r\nConnection: close\r\n\r\n`);
    });
  }
});
