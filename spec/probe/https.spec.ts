import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { describe, it } from 'node:test';
import { probeHttps } from '../../lib/probe/https.ts';
import { BODY_BYTES } from '../../lib/verdict.ts';
import { VERSION } from '../../lib/version.ts';
import { certificate } from '../support/certificate.ts';
import { lacking } from '../support/programs.ts';
import { answering, closed, endedAt, failed, pouring, probed, reacting, said, unburdened, unlistened } from '../support/probing.ts';
import { freePort, started, tcpService, type Service } from '../support/service.ts';

const CERTIFICATE = certificate('somebody.example');
const OK = 'HTTP/1.1 200 OK\r\n';
const DEADLINE = 300;

/** A TLS service that does something when the first bytes have come. */
function tlsService(react: (socket: TLSSocket, first: Buffer) => void, options: TlsOptions = {}): Promise<Service> {
  const server = createServer({ ...CERTIFICATE, ...options }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => react(socket, first));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return started(server);
}

/** A service that stands before another one, and holds each packet back for so many milliseconds. */
function slowed(port: number, milliseconds: number): Promise<Service> {
  return tcpService((socket) => {
    const inner = connect({ port, host: '127.0.0.1' });
    for (const [from, to] of [[socket, inner], [inner, socket]] as const) {
      from.on('data', (chunk: Buffer) => setTimeout(() => to.write(chunk), milliseconds));
      from.on('end', () => to.end());
      from.on('error', () => from.destroy());
    }
  });
}

describe('probeHttps', { skip: lacking('openssl') }, () => {
  const ANSWERS: readonly (readonly [string, string, string, number, string, TlsOptions?])[] = [
    ['200', `${OK}Content-Length: 2\r\n\r\nok`, 'up', 200, 'OK'],
    ['500', 'HTTP/1.1 500 Ouch\r\nContent-Length: 2\r\n\r\nok', 'down', 500, 'Ouch'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 2\r\n\r\nok', 'up', 302, 'Found'],
    ['a body that only a close ends', `${OK}\r\nok`, 'up', 200, 'OK'],
    ['200 over TLS 1.2', `${OK}Content-Length: 2\r\n\r\nok`, 'up', 200, 'OK', { maxVersion: 'TLSv1.2' }],
    ['200 under an expired certificate', `${OK}Content-Length: 2\r\n\r\nok`, 'up', 200, 'OK', certificate('localhost', true)],
  ];
  for (const [name, answer, state, status, phrase, options] of ANSWERS) {
    it(`passes on ${name}`, async () => {
      const service = await tlsService((socket) => socket.end(answer), options);
      assert.deepEqual(said(await probed(probeHttps, service.port)), { state, status, phrase, reason: `${status} ${phrase}`, body: 'ok' });
      await closed(service);
      assert.equal(service.connections(), 1);
    });
  }

  it('sends the same request as http', async () => {
    let asked = '';
    const service = await tlsService((socket, first) => {
      asked = first.toString('latin1');
      socket.end(`${OK}Content-Length: 0\r\n\r\n`);
    });
    await probed(probeHttps, service.port, { query: '%zz/../caf\xe9?x' });
    assert.equal(asked, `GET /%zz/../caf\xe9?x HTTP/1.1\r\nHost: localhost:${service.port}\r\nUser-Agent: hacheck/${VERSION}\r\nConnection: close\r\n\r\n`);
  });

  it('reads the first 64 KiB of an endless body', async () => {
    const service = await tlsService((socket) => {
      socket.write(`${OK}\r\n`);
      pouring(socket, Buffer.alloc(BODY_BYTES, 'x'));
    });
    assert.equal((await probed(probeHttps, service.port)).body, 'x'.repeat(BODY_BYTES));
    await closed(service);
  });

  it('says what refuses as http does', async () => {
    const port = await freePort();
    assert.deepEqual(said(await probed(probeHttps, port)), failed(`connect ECONNREFUSED 127.0.0.1:${port}`));
  });

  for (const [name, answer, what] of [['an answer cut short', `${OK}Content-Length: 3\r\n\r\nok`, 'cut its answer short'], ['no answer', '', 'closed the connection without an answer']] as const) {
    it(`says of ${name} that the service ${what}`, async () => {
      const service = await tlsService((socket) => socket.end(answer));
      assert.deepEqual(said(await probed(probeHttps, service.port)), failed(`127.0.0.1:${service.port} ${what}`));
      await closed(service);
    });
  }

  it('is down where the service wants a certificate of the client', async () => {
    const service = await tlsService((socket) => socket.end(`${OK}\r\nok`), { requestCert: true, rejectUnauthorized: true });
    const verdict = await probed(probeHttps, service.port);
    assert.match(verdict.reason, new RegExp(`^(?!.*:[0-9A-F]{8}:)[ -~]*127\\.0\\.0\\.1:${service.port}[ -~]*$`));
    assert.deepEqual(said(verdict), failed(verdict.reason));
    await closed(service);
  });

  it('leaves no listener, no socket and no timer behind, however it ends', async () => {
    const services = [
      await tlsService((socket) => socket.end(`${OK}Content-Length: 2\r\n\r\nok`)),
      await tlsService((socket) => socket.end(`${OK}Content-Length: 3\r\n\r\nok`)),
      await tlsService(() => undefined),
      await answering('garbage'),
      await answering(''),
      await answering('', true),
    ];
    const left = unburdened();
    const signals: AbortSignal[] = [];
    for (const service of services) {
      signals.push((await probed(probeHttps, service.port, { deadline: DEADLINE })).signal);
      await closed(service);
    }
    await left();
    for (const signal of signals) await unlistened(signal);
  });
});

describe('probeHttps: what is no TLS', () => {
  // What OpenSSL calls it differs from version to version; its file names, line numbers and error numbers are nobody's business.
  const WORDS = '[A-Za-z][A-Za-z0-9/ ]{0,60}';
  const NO_TLS: readonly (readonly [string, (socket: Socket) => void, string?])[] = [
    ['plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'), 'wrong version number|packet length too long'],
    ['the greeting of another protocol', (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n')],
    ['garbage', (socket) => socket.write('garbage')],
    ['an alert', (socket) => socket.end(Buffer.from('15030300020228', 'hex'))],
    ['a close in the handshake', (socket) => socket.end(), 'ECONNRESET'],
    ['a reset in the handshake', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ];
  for (const [name, react, words = WORDS] of NO_TLS) {
    it(`says so in short of ${name}`, async () => {
      const service = await reacting(react);
      const verdict = await probed(probeHttps, service.port);
      assert.match(verdict.reason, new RegExp(`^no TLS with 127\\.0\\.0\\.1:${service.port}: (?:${words})$`));
      assert.deepEqual(said(verdict), failed(verdict.reason));
      await closed(service);
    });
  }

  it('is down, whichever way it shows, where a service closes before it has read', async () => {
    const service = await tcpService((socket) => socket.destroy());
    const verdict = await probed(probeHttps, service.port);
    assert.ok(verdict.reason.includes(`127.0.0.1:${service.port}`), verdict.reason);
    assert.deepEqual(said(verdict), failed(verdict.reason));
    await closed(service);
  });
});

describe('probeHttps: the one deadline', { skip: lacking('openssl') }, () => {
  const HANGS: readonly (readonly [string, () => Promise<Service>, string])[] = [
    ['says nothing', () => answering('', true), 'TLS'],
    ['hangs in the handshake', () => reacting((socket) => socket.write(Buffer.from('160303', 'hex'))), 'TLS'],
    ['hangs after the handshake', () => tlsService(() => undefined), 'the headers'],
    ['hangs after the handshake of TLS 1.2', () => tlsService(() => undefined, { maxVersion: 'TLSv1.2' }), 'the headers'],
    ['hangs in the headers', () => tlsService((socket) => socket.write(`${OK}X-`)), 'the headers'],
    ['hangs in the body', () => tlsService((socket) => socket.write(`${OK}Content-Length: 2\r\n\r\no`)), 'the body'],
  ];
  for (const [what, start, waitingFor] of HANGS) {
    it(`cuts off a service that ${what}`, async () => {
      const service = await start();
      const verdict = await probed(probeHttps, service.port, { deadline: DEADLINE });
      assert.deepEqual(said(verdict), failed(`timed out after 0.3 s waiting for ${waitingFor} of 127.0.0.1:${service.port}`));
      endedAt(DEADLINE, verdict);
      await closed(service);
    });
  }

  it('counts from connecting on: a handshake that takes its time leaves less for the rest', async () => {
    const inner = await tlsService((socket) => socket.end(`${OK}Content-Length: 2\r\n\r\nok`));
    const service = await slowed(inner.port, 130);
    const verdict = await probed(probeHttps, service.port, { deadline: DEADLINE });
    assert.match(verdict.reason, /^timed out after 0\.3 s waiting for (TLS|the headers) of /);
    endedAt(DEADLINE, verdict);
    await closed(service);
  });
});
