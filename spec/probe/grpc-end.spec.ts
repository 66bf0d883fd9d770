// How a gRPC call begins and ends, frame by frame (RFC 9113, gRPC over HTTP2).
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import { describe, it } from 'node:test';
import { probeGrpc } from '../../lib/probe/grpc.ts';
import { field, frame } from '../support/dialogue.ts';
import { closed, pouring, probed, type Probed, unburdened, unlistened, words } from '../support/probing.ts';
import { started, tcpService, type Service } from '../support/service.ts';

const [DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY] = [0, 1, 3, 4, 6, 7];
const [NOTHING, END_STREAM, END_HEADERS, PADDED] = [0, 1, 4, 8];
const [NO_ERROR, CANCEL, ENHANCE_YOUR_CALM] = [0, 8, 11];
/** Fields that HPACK knows by number (RFC 7541, Appendix A). */
const [STATUS_200, STATUS_500] = [Buffer.from([0x88]), Buffer.from([0x8e])];
const TYPE = field('content-type', 'application/grpc');
const MESSAGE = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
/** The same behind a field of 199 bytes that is not known here. */
const LATER_MESSAGE = Buffer.from([0, 0, 0, 0, 204, 0x12, 199, 1, ...Buffer.alloc(199), 8, 1]);

const settings = frame(SETTINGS, NOTHING, 0, Buffer.alloc(0));
const headers = (...more: readonly Buffer[]): Buffer => frame(HEADERS, END_HEADERS, 1, Buffer.concat([STATUS_200, TYPE, ...more]));
const serving = frame(DATA, NOTHING, 1, MESSAGE);
const lastServing = frame(DATA, END_STREAM, 1, MESSAGE);
const trailers = frame(HEADERS, END_HEADERS + END_STREAM, 1, field('grpc-status', '0'));
const reset = (code: number): Buffer => frame(RESET, NOTHING, 1, Buffer.from([0, 0, 0, code]));
const goaway = (last: number, code: number): Buffer => frame(GOAWAY, NOTHING, 0, Buffer.from([0, 0, 0, last, 0, 0, 0, code]));
const ANSWER = [headers(), serving, trailers];

async function ask(service: Service, deadline = 1_000): Promise<Probed> {
  const left = unburdened();
  const verdict = await probed(probeGrpc, service.port, { query: 'web', deadline });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

/** Says its settings at once, these frames when it has heard the question, and then ends or stays. */
function framing(frames: readonly Buffer[], then: 'stays' | 'ends'): Promise<Service> {
  return tcpService((socket) => {
    let [heard, isAsked] = ['', false];
    socket.write(settings);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (isAsked || !heard.includes('\x0a\x03web')) return;
      isAsked = true;
      socket.write(Buffer.concat(frames), () => (then === 'ends' ? socket.end() : undefined));
    });
    socket.on('end', () => socket.end());
  });
}

describe('grpc, whose call ends', () => {
  const ENDS: readonly (readonly [string, readonly Buffer[], string])[] = [
    ['well', ANSWER, 'up: SERVING'],
    ['well, with the server going away behind it', [...ANSWER, goaway(1, NO_ERROR)], 'up: SERVING'],
    ['well, with the server going away before it', [goaway(1, NO_ERROR), headers(), serving, trailers], 'up: SERVING'],
    ['well, and is reset then', [...ANSWER, reset(NO_ERROR)], 'up: SERVING'],
    ['in padding and pieces', [headers(), frame(DATA, PADDED, 1, Buffer.from([2, ...MESSAGE.subarray(0, 3), 0, 0])), frame(DATA, NOTHING, 1, MESSAGE.subarray(3)), trailers], 'up: SERVING'],
    ['with a field that is not known yet', [headers(), frame(DATA, NOTHING, 1, LATER_MESSAGE), trailers], 'up: SERVING'],
    ['well, under a failure of HTTP', [frame(HEADERS, END_HEADERS, 1, Buffer.concat([STATUS_500, TYPE])), serving, trailers], 'down: no gRPC: HTTP status 500, content type application/grpc'],
    ['with the message, and its status in the headers', [headers(field('grpc-status', '0')), lastServing], 'down: no gRPC: the call ended without grpc-status'],
    ['with the message alone', [headers(), lastServing], 'down: no gRPC: the call ended without grpc-status'],
    ['by a reset behind the message', [headers(), serving, reset(CANCEL)], 'down: cut its answer short'],
    ['with SERVING behind an empty message', [headers(), frame(DATA, NOTHING, 1, Buffer.from([0, 0, 0, 0, 0, 8, 1])), trailers], 'down: no gRPC health: 00000000000801'],
    ['with a 1 in another field', [headers(), frame(DATA, NOTHING, 1, Buffer.from([0, 0, 0, 0, 2, 0x10, 1])), trailers], 'down: UNKNOWN'],
    ['with a server that goes away and takes no call', [goaway(0, NO_ERROR)], 'down: goes away'],
    ['with a server that goes away angrily', [goaway(0, ENHANCE_YOUR_CALM)], 'down: goes away: ENHANCE_YOUR_CALM'],
  ];
  for (const [how, frames, wanted] of ENDS) {
    for (const then of ['stays', 'ends'] as const) {
      it(`${how}, and who ${then}, is ${wanted}`, async () => assert.equal(words(await ask(await framing(frames, then))), wanted));
    }
  }
});

describe('grpc, asked of a server that', () => {
  it('has much to say, repeats some of it, on one line', async () => {
    const said = Buffer.concat([field('grpc-status', '13'), ...Array.from({ length: 20 }, () => field('grpc-message', `${'x'.repeat(90)}%0D%0A%1B`))]);
    const service = await framing([headers(), serving, frame(HEADERS, END_HEADERS + END_STREAM, 1, said)], 'stays');
    const { state, body } = await ask(service);
    assert.equal(state, 'down');
    assert.match(body, /^INTERNAL: x{90}[^\x00-\x1f]{1,300}\n$/);
  });

  it('sees the call, hears the protocol\'s own path and headers, and the message whole', async () => {
    const server = createServer();
    let [heard, body]: [IncomingHttpHeaders, string] = [{}, ''];
    server.on('session', (session) => session.on('error', () => undefined));
    server.on('stream', (stream, found) => {
      heard = found;
      stream.on('error', () => undefined).on('data', (chunk: Buffer) => (body += chunk.toString('hex')));
      stream.on('end', () => stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }, { endStream: true }));
    });
    assert.equal(words(await ask(await started(server))), 'down: UNAVAILABLE');
    const { ':method': method, ':path': path, ':scheme': scheme, te, 'content-type': type } = heard;
    assert.deepEqual([method, path, scheme, te, type], ['POST', '/grpc.health.v1.Health/Check', 'http', 'trailers', 'application/grpc']);
    assert.equal(body, '00000000050a03776562');
  });

  it('says no settings, hears nothing of what is asked', async () => {
    let heard = '';
    const service = await tcpService((socket) => {
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1'))).on('end', () => socket.end());
    });
    assert.equal(words(await ask(service, 200)), 'down: timed out after 0.2 s waiting for an answer');
    assert.match(heard, /^PRI \* HTTP\/2\.0\r\n\r\nSM\r\n\r\n/);
    assert.doesNotMatch(heard, /web/);
  });

  it('refuses, is shown by the name of its status', async () => {
    const NAMES = ['CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED'];
    const MORE_NAMES = ['FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED', 'grpc-status 17'];
    for (const [at, name] of [...NAMES, ...MORE_NAMES].entries()) {
      const refusal = frame(HEADERS, END_HEADERS + END_STREAM, 1, Buffer.concat([STATUS_200, TYPE, field('grpc-status', String(at + 1))]));
      assert.equal(words(await ask(await framing([refusal], 'stays'))), `down: ${name}`);
    }
  });

  it('pings it with more than eight bytes, is sent none of them back', async () => {
    let heard = 0;
    const service = await tcpService((socket) => {
      socket.write(settings);
      socket.write(Buffer.concat(Array.from({ length: 100 }, () => frame(PING, NOTHING, 0, Buffer.alloc(16_384)))));
      socket.on('data', ({ length }: Buffer) => (heard += length)).on('end', () => socket.end());
    });
    assert.equal(words(await ask(service)), 'down: no HTTP/2: a ping of 16384 bytes');
    assert.ok(heard < 16_384, String(heard));
  });

  const FLOODS: readonly (readonly [string, Buffer])[] = [
    ['settings', settings], ['pings', frame(PING, NOTHING, 0, Buffer.alloc(8))],
    ['empty data', frame(DATA, NOTHING, 1, Buffer.alloc(0))], ['data', frame(DATA, NOTHING, 1, Buffer.alloc(50))],
    ['early hints', frame(HEADERS, END_HEADERS, 1, Buffer.concat([Buffer.from([8, 3]), Buffer.from('103')]))],
    ['headers without an end', frame(9, NOTHING, 1, field('x', 'y'.repeat(100)))],
  ];
  for (const [what, flood] of FLOODS) {
    it(`floods it with ${what}, is down by the deadline`, async () => {
      const service = await tcpService((socket) => {
        socket.once('data', () => {
          const start = what.startsWith('headers') ? frame(HEADERS, NOTHING, 1, STATUS_200) : what.endsWith('data') ? headers() : Buffer.alloc(0);
          socket.write(Buffer.concat([settings, start]));
          pouring(socket, Buffer.concat(Array.from({ length: 500 }, () => flood)));
        });
        socket.on('end', () => socket.end()).resume();
      });
      const before = process.memoryUsage().rss;
      const { state, reason, took } = await ask(service, 500);
      assert.equal(state, 'down', reason);
      assert.match(reason, /^(no HTTP\/2|an answer of more than 4096 bytes|timed out after 0\.5 s|ECONNRESET|EPIPE|closed)/);
      assert.ok(took < 1_000, `${took} ms`);
      assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024, 'memory');
    });
  }
});
