// How a gRPC call begins and ends, frame by frame (RFC 9113, gRPC over HTTP2).
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import { describe, it } from 'node:test';
import { probeGrpc } from '../../lib/probe/grpc.ts';
import { field, frame } from '../support/dialogue.ts';
import { closed, pouring, probed, unburdened, unlistened, type Probed } from '../support/probing.ts';
import { started, tcpService, type Service } from '../support/service.ts';

const [DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY] = [0, 1, 3, 4, 6, 7];
const [NOTHING, END_STREAM, END_HEADERS, PADDED] = [0, 1, 4, 8];
const [NO_ERROR, CANCEL, ENHANCE_YOUR_CALM] = [0, 8, 11];
const STATUS_200 = Buffer.from([0x88]);

const settings = frame(SETTINGS, NOTHING, 0, Buffer.alloc(0));
const headers = (...more: readonly Buffer[]): Buffer => frame(HEADERS, END_HEADERS, 1, Buffer.concat([STATUS_200, field('content-type', 'application/grpc'), ...more]));
const serving = frame(DATA, NOTHING, 1, Buffer.from([0, 0, 0, 0, 2, 8, 1]));
const trailers = frame(HEADERS, END_HEADERS + END_STREAM, 1, field('grpc-status', '0'));
const reset = (code: number): Buffer => frame(RESET, NOTHING, 1, Buffer.from([0, 0, 0, code]));
const goaway = (last: number, code: number): Buffer => frame(GOAWAY, NOTHING, 0, Buffer.from([0, 0, 0, last, 0, 0, 0, code]));
const ANSWER = [headers(), serving, trailers];

/** What a verdict says, without address and time. */
function words({ state, reason }: Probed): string {
  return `${state}: ${reason.replace(/ \(127\.0\.0\.1:\d+, \d+\.\d ms\)$/, '')}`;
}

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
    ['in padding and pieces', [headers(), frame(DATA, PADDED, 1, Buffer.from([3, 0, 0, 0, 0, 0, 0])), frame(DATA, NOTHING, 1, Buffer.from([0, 2, 8, 1])), trailers], 'up: SERVING'],
    ['with the message, and its status in the headers', [headers(field('grpc-status', '0')), frame(DATA, END_STREAM, 1, Buffer.from([0, 0, 0, 0, 2, 8, 1]))], 'down: no gRPC: the call ended without grpc-status'],
    ['with the message alone', [headers(), frame(DATA, END_STREAM, 1, Buffer.from([0, 0, 0, 0, 2, 8, 1]))], 'down: no gRPC: the call ended without grpc-status'],
    ['by a reset behind the message', [headers(), serving, reset(CANCEL)], 'down: cut its answer short'],
    ['with a server that goes away and takes no call', [goaway(0, NO_ERROR)], 'down: no HTTP/2: Stream closed with error code NGHTTP2_REFUSED_STREAM'],
    ['with a server that goes away angrily', [goaway(0, ENHANCE_YOUR_CALM)], 'down: no HTTP/2: Session closed with error code 11'],
  ];
  for (const [how, frames, wanted] of ENDS) {
    for (const then of ['stays', 'ends'] as const) {
      it(`${how}, and who ${then}, is ${wanted}`, async () => assert.equal(words(await ask(await framing(frames, then))), wanted));
    }
  }
});

describe('grpc, asked of a server that', () => {
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
    assert.deepEqual({ method, path, scheme, te, type, body }, { method: 'POST', path: '/grpc.health.v1.Health/Check', scheme: 'http', te: 'trailers', type: 'application/grpc', body: '00000000050a03776562' });
  });

  const FLOODS: readonly (readonly [string, Buffer])[] = [
    ['settings', settings], ['pings', frame(PING, NOTHING, 0, Buffer.alloc(8))], ['empty data', frame(DATA, NOTHING, 1, Buffer.alloc(0))], ['data', frame(DATA, NOTHING, 1, Buffer.alloc(50))],
    ['early hints', frame(HEADERS, END_HEADERS, 1, Buffer.concat([Buffer.from([8, 3]), Buffer.from('103')]))],
    ['headers without an end', frame(9, NOTHING, 1, field('x', 'y'.repeat(100)))],
  ];
  for (const [what, flood] of FLOODS) {
    it(`floods it with ${what}, is down by the deadline`, async () => {
      const service = await tcpService((socket) => {
        socket.once('data', () => {
          const start = what === 'headers without an end' ? frame(HEADERS, NOTHING, 1, STATUS_200) : what.endsWith('data') ? headers() : Buffer.alloc(0);
          socket.write(Buffer.concat([settings, start]));
          pouring(socket, Buffer.concat(Array.from({ length: 500 }, () => flood)));
        });
        socket.on('end', () => socket.end()).resume();
      });
      const before = process.memoryUsage().rss;
      const { state, reason, took } = await ask(service, 500);
      assert.equal(state, 'down', reason);
      assert.match(reason, /^(no HTTP\/2|no gRPC health: an answer without an end|timed out after 0\.5 s|ECONNRESET|EPIPE|closed)/);
      assert.ok(took < 1_000, `${took} ms`);
      assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024, 'memory');
    });
  }
});
