import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { testedAgent } from './support/agent.ts';
import { assertOwnAnswer, parseResponses } from './support/answer.ts';
import { AUTHORIZED, FORM, spoolDaemon } from './support/form.ts';
import { exchangeFrom } from './support/from.ts';
import { parseResponse, type RawResponse } from './support/request.ts';
import { tcpService } from './support/service.ts';

const [ALLOWED, OTHER] = ['127.0.0.2', '127.0.0.3'];
const ONE = [{ address: ALLOWED, prefix: 32 }];
const REFUSED = `client ${OTHER} is in none of the networks of --allow-client`;

const service = await tcpService((socket) => socket.on('end', () => socket.end()).resume());
const daemon = await spoolDaemon({ allowClients: ONE, verbose: true });
const request = (method: string, path: string, ...headers: readonly string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n');
const sent = async (from: string, bytes: string): Promise<RawResponse> => parseResponse(await exchangeFrom(from, daemon.port, Buffer.from(bytes, 'latin1')));

describe('--allow-client', () => {
  const FORM_BYTES = 'status=down';
  const ROWS: readonly (readonly [what: string, bytes: string, status: number])[] = [
    ['a check', request('GET', `/tcp/web/${service.port}`), 200],
    ['a check with OPTIONS', request('OPTIONS', '/spool/web/0'), 200],
    ['a check of HTTP/1.0', `GET /tcp/web/${service.port} HTTP/1.0\r\n\r\n`, 200],
    ['a page', request('GET', '/status'), 200],
    ['the page of balancers', request('GET', '/balancers'), 200],
    ['a form for the spool', `${request('POST', '/spool/web/0', AUTHORIZED, FORM, `Content-Length: ${FORM_BYTES.length}`)}${FORM_BYTES}`, 200],
    ['a form with no token', `${request('POST', '/spool/web/0', FORM, `Content-Length: ${FORM_BYTES.length}`)}${FORM_BYTES}`, 401],
    ['a form that waits for 100 Continue', `${request('POST', '/spool/web/0', FORM, 'Expect: 100-continue', `Content-Length: ${FORM_BYTES.length}`)}${FORM_BYTES}`, 401],
    ['a POST elsewhere', request('POST', '/status'), 405],
    ['DELETE', request('DELETE', '/spool/web/0'), 405],
    ['CONNECT', request('CONNECT', '127.0.0.1:22'), 405],
    ['CONNECT to a name', 'CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n', 405],
    ['what is no check', request('GET', '/ftp/web/1/'), 400],
    ['an absolute URL', request('GET', 'http://example/'), 400],
    ['an upgrade', request('GET', '/spool/api/0', 'Upgrade: websocket'), 200],
    ['an expectation', request('GET', '/spool/api/0', 'Expect: 100-continue'), 200],
    ['garbage', 'garbage\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a PROXY header', 'PROXY TCP4 127.0.0.2 127.0.0.1 1 2\r\nGET /spool/web/0 HTTP/1.1\r\n\r\n', 400],
    ['headers over 16 KiB', request('GET', '/spool/web/0', `X: ${'x'.repeat(17_000)}`), 400],
    ['a broken header', request('GET', '/spool/web/0', 'X\x01: y'), 400],
  ];

  for (const [what, bytes, status] of ROWS) {
    it(`lets ${what} from the network be answered ${status}, and no other: 403`, async () => {
      assert.equal((await sent(ALLOWED, bytes)).status, status);
      const [before, marks] = [service.connections(), readdirSync(daemon.spoolRoot).join()];
      assertOwnAnswer(await sent(OTHER, bytes), { status: 403, phrase: REFUSED, body: `${REFUSED}\n` });
      assert.deepEqual([service.connections(), readdirSync(daemon.spoolRoot).join()], [before, marks]);
    });
  }

  it('answers HEAD from elsewhere 403, without a body', async () => {
    const { status, body, headers } = await sent(OTHER, request('HEAD', '/spool/web/0'));
    assert.deepEqual([status, body, headers['content-length'], headers['connection']], [403, '', String(REFUSED.length + 1), 'close']);
  });

  it('refuses by the connection\'s address, whatever headers say', async () => {
    for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Nerve-Check-IP', 'Client-IP']) {
      assert.equal((await sent(OTHER, request('GET', '/spool/api/0', `${name}: ${ALLOWED}`))).status, 403, name);
    }
  });

  it('answers a refused client once, and ends the connection', async () => {
    const responses = parseResponses(await exchangeFrom(OTHER, daemon.port, 'GET /spool/api/0 HTTP/1.1\r\n\r\n'.repeat(3)));
    assert.deepEqual(responses.map(({ status, headers }) => [status, headers['connection']]), [[403, 'close']]);
  });

  it('keeps no row of a refused client, and writes no line of its checks', async () => {
    const { body } = await sent(ALLOWED, request('GET', '/balancers'));
    assert.deepEqual(new Set((JSON.parse(body) as { address: string }[]).map(({ address }) => address)), new Set([ALLOWED]));
    const log = await daemon.log();
    assert.ok(log.includes(ALLOWED) && !log.includes(OTHER), log);
  });
});

describe('--allow-client with several networks, on every address', async () => {
  const networks = [{ address: '127.0.0.0', prefix: 29 }, { address: '127.1.0.0', prefix: 16 }, { address: '::1', prefix: 128 }];
  const { port } = await testedAgent({ bindAddress: undefined, allowClients: networks });
  const noIpv6 = await testedAgent({ bindAddress: undefined, allowClients: networks.slice(0, 2) });
  const statusOf = async (from: string, to = port): Promise<number> => parseResponse(await exchangeFrom(from, to, request('GET', '/spool/web/0'))).status;

  it('answers those of each, be they IPv4 over an IPv6 listener or IPv6', async () => {
    for (const from of ['127.0.0.1', '127.0.0.7', '127.1.200.3', '::1']) assert.equal(await statusOf(from), 200, from);
  });

  it('answers no others', async () => {
    for (const from of ['127.0.0.8', '127.2.0.1']) assert.equal(await statusOf(from), 403, from);
    assert.deepEqual([await statusOf('::1', noIpv6.port), await statusOf('127.0.0.1', noIpv6.port)], [403, 200]);
  });

  it('answers IPv6 alone with ::/0', async () => {
    const onlyIpv6 = await testedAgent({ bindAddress: undefined, allowClients: [{ address: '::', prefix: 0 }] });
    assert.deepEqual([await statusOf('::1', onlyIpv6.port), await statusOf('127.0.0.1', onlyIpv6.port)], [200, 403]);
  });

  it('answers everybody where none is given', async () => {
    const { port: open } = await testedAgent({ bindAddress: undefined });
    for (const from of ['127.0.0.1', '127.2.0.1', '::1']) assert.equal(await statusOf(from, open), 200, from);
  });
});

describe('--allow-client and the agent', async () => {
  const agent = await testedAgent({ allowClients: ONE, agentAdmin: true, targets: PATH_ALONE });
  const said = (from: string, line: string): Promise<string> => exchangeFrom(from, agent.agentPort, line);

  for (const line of ['web\n', `/tcp/web/${service.port}\n`, '/ftp/web/1/\n', 'garbage\n', `${'x'.repeat(20_000)}\n`, '\n']) {
    it(`answers ${JSON.stringify(line.slice(0, 20))} from elsewhere with words that change no state`, async () => {
      const before = service.connections();
      assert.equal(await said(OTHER, line), `#${REFUSED}\n`);
      assert.notEqual(await said(ALLOWED, line), `#${REFUSED}\n`);
      assert.ok(service.connections() - before <= 1);
    });
  }

  it('says in the log, once, who was refused, and keeps no row of it', async () => {
    await said(OTHER, 'web\n');
    assert.equal((await agent.log()).split(REFUSED).length - 1, 1);
    assert.equal(parseResponse(await exchangeFrom(OTHER, agent.port, request('GET', '/balancers'))).status, 403);
    const { body } = parseResponse(await exchangeFrom(ALLOWED, agent.port, request('GET', '/balancers')));
    assert.ok(!body.includes(OTHER), body);
  });
});
