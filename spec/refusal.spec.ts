import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { refusalOf } from '../lib/refusal.ts';
import { upVerdict } from '../lib/verdict.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { checkServer } from './support/check-server.ts';
import { openConnection } from './support/connection.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask, exchange, parseResponse } from './support/request.ts';

const CHECK = 'OPTIONS /spool/web/0 HTTP/1.0\r\n\r\n';
const HELLO = Buffer.from('16030100c8010000c40303', 'hex');
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

const ROWS = [
  ['TLS', [Buffer.concat([HELLO, Buffer.alloc(194)]), HELLO], 'TLS', 'check-ssl'],
  ['HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'], 'HTTP/2', 'check-proto h2'],
  ['PROXY, version 1', [`PROXY TCP4 10.0.0.1 10.0.0.2 40000 3333\r\n${CHECK}`, `PROXY TCP6 ::1 ::1 1 2\r\n${CHECK}`, `PROXY UNKNOWN\r\n${CHECK}`], 'a PROXY header', 'check-send-proxy'],
  ['PROXY, version 2', [
    // LOCAL, which HAProxy sends with its checks, and PROXY over TCP4.
    Buffer.concat([SIGNATURE, Buffer.from('20000000', 'hex'), Buffer.from(CHECK)]),
    Buffer.concat([SIGNATURE, Buffer.from('2111000c0a0000010a0000029c400d05', 'hex'), Buffer.from(CHECK)]),
  ], 'a PROXY header', 'check-send-proxy'],
] as const;

describe('a balancer that speaks another protocol', () => {
  for (const [name, all, what, setting] of ROWS) {
    it(`is answered 400, and said once in the log with HAProxy's setting: ${name}`, async () => {
      const { port, log } = await testedDaemon();
      for (let times = 0; times < 3; times += 1) {
        for (const bytes of all) {
          const said = `${what} on a port that speaks plain HTTP/1`;
          assertOwnAnswer(parseResponse(await exchange(port, bytes)), { status: 400, phrase: said, body: `${said}\n` });
        }
      }
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
      const lines = (await log()).trimEnd().split('\n');
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.ok(lines[0]?.includes('127.0.0.1') === true && lines[0].includes(what) && lines[0].includes(setting), lines[0]);
    });
  }

  it('is said once for each protocol, by each daemon', async () => {
    const one = await testedDaemon();
    const other = await testedDaemon();
    for (const { port } of [one, other]) for (const [, all] of ROWS) for (const bytes of all) await exchange(port, bytes);
    for (const { log } of [one, other]) {
      const lines = (await log()).trimEnd().split('\n');
      assert.equal(lines.length, 3);
      for (const what of ['TLS', 'HTTP/2', 'a PROXY header']) assert.equal(lines.filter((line) => line.includes(what)).length, 1, what);
    }
  });

  it('may be a real client of TLS', async () => {
    const { port, log } = await testedDaemon();
    const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(client, 'error');
    client.destroy();
    assert.match(await log(), /speaks TLS/);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });

  it('may be a real client of HTTP/2', async () => {
    const { port, log } = await testedDaemon();
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    await once(client, 'error');
    client.destroy();
    assert.match(await log(), /speaks HTTP\/2/);
  });
});

describe('a request that does not end', () => {
  it('is refused in time, with an answer, and takes nothing from others', { timeout: 10_000 }, async () => {
    const { port, server, log } = await checkServer(() => ({ verdict: upVerdict('fine') }));
    assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 10_000]);
    server.headersTimeout = 100;
    const { socket, closed } = await openConnection(port);
    socket.write('GET /spool/web/0 HTTP/1.1\r\nX: y\r\n');
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assertOwnAnswer(parseResponse(await closed), { status: 400, phrase: 'the request did not come in time' });
    assert.equal(await log(), '');
  });
});

describe('refusalOf', () => {
  it('has nothing to say to a client that is gone', () => {
    for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT']) assert.equal(refusalOf(Object.assign(new Error('gone'), { code })), undefined);
  });

  it('quotes what it could not read, cut and on one line', () => {
    const error = Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_METHOD', reason: 'Invalid method encountered', rawPacket: Buffer.from('x\r\n'.repeat(5000)) });
    const refusal = refusalOf(error);
    assert.match(refusal?.reply.body.toString('utf8') ?? '', /^no HTTP request: Invalid method encountered in "x[^\n]{1,80}\n$/);
    assert.equal(refusal?.hint, undefined);
  });
});
