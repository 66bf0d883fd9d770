// What no gRPC server can be brought to say, said by HTTP/2 servers of the spec's own.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream, type Settings } from 'node:http2';
import { describe, it } from 'node:test';
import { probeGrpc } from '../../lib/probe/grpc.ts';
import { field, frame } from '../support/dialogue.ts';
import { closed, endedAt, probed, type Probed, unburdened, unlistened, words } from '../support/probing.ts';
import { started, tcpService } from '../support/service.ts';

const SERVING = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** Answers with a message, in pieces of so many bytes, and trailers behind it. */
function answer(stream: ServerHttp2Stream, message: Buffer, trailers: Readonly<Record<string, string>>, piece = Infinity): void {
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  for (let at = 0; at < message.length; at += piece) stream.write(message.subarray(at, at + Math.min(piece, message.length)));
  stream.end();
}

async function asked(react: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void, deadline = 5_000, query = 'web', settings: Settings = {}): Promise<Probed> {
  const server = createServer({ settings });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    react(stream, headers);
  });
  const service = await started(server);
  const left = unburdened();
  const verdict = await probed(probeGrpc, service.port, { query, deadline });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

describe('grpc, answered', () => {
  const ANSWERS: readonly (readonly [string, (stream: ServerHttp2Stream) => void, string])[] = [
    ['with a message in pieces', (stream) => answer(stream, SERVING, { 'grpc-status': '0' }, 1), 'up: SERVING'],
    ['with the status in the headers alone', (stream) => stream.respond({ ...HEADERS, 'grpc-status': '14', 'grpc-message': 'not%20now, caf%C3%A9' }, { endStream: true }), 'down: UNAVAILABLE: not now, caf\u00e9'],
    ['with 0 in the headers alone, and no message', (stream) => stream.respond({ ...HEADERS, 'grpc-status': '0' }, { endStream: true }), 'down: no gRPC health: '],
    ['with a failure behind the message', (stream) => answer(stream, SERVING, { 'grpc-status': '13', 'grpc-message': 'late' }), 'down: INTERNAL: late'],
    ['with a failure that says no more', (stream) => answer(stream, SERVING, { 'grpc-status': '1' }), 'down: CANCELLED'],
    ['with a message that is encoded badly', (stream) => answer(stream, SERVING, { 'grpc-status': '2', 'grpc-message': '100%' }), 'down: UNKNOWN: 100%'],
    ['with a status that nobody knows', (stream) => answer(stream, SERVING, { 'grpc-status': '99' }), 'down: grpc-status 99'],
    ['with a status that has a zero in front', (stream) => answer(stream, SERVING, { 'grpc-status': '01' }), 'down: grpc-status 01'],
    ['with a status that is a number in other words', (stream) => answer(stream, SERVING, { 'grpc-status': '1e0' }), 'down: grpc-status 1e0'],
    ['with a status that is none', (stream) => answer(stream, SERVING, { 'grpc-status': 'fine' }), 'down: grpc-status fine'],
    ['without a status', (stream) => answer(stream, SERVING, { other: '0' }), 'down: no gRPC: the call ended without grpc-status'],
    ['with its status in front of the message alone', (stream) => { stream.respond({ ...HEADERS, 'grpc-status': '0' }); stream.end(SERVING); }, 'down: no gRPC: the call ended without grpc-status'],
    ['with a message and no end, cut by a reset', (stream) => { stream.respond({ ...HEADERS, 'grpc-status': '0' }); stream.write(SERVING, () => setImmediate(() => stream.close(8))); }, 'down: '],
    ['with a message and no end, cut by hanging up', (stream) => { stream.respond({ ...HEADERS, 'grpc-status': '0' }); stream.write(SERVING, () => setImmediate(() => stream.session?.destroy())); }, 'down: '],
    ['with a type that only begins like gRPC\'s', (stream) => { stream.respond({ ':status': 200, 'content-type': 'application/grpcish', 'grpc-status': '0' }); stream.end(SERVING); }, 'down: no gRPC: HTTP status 200, content type application/grpcish'],
    ['without trailers', (stream) => { stream.respond(HEADERS); stream.end(SERVING); }, 'down: no gRPC: the call ended without grpc-status'],
    ['without a message', (stream) => answer(stream, Buffer.alloc(0), { 'grpc-status': '0' }), 'down: no gRPC health: '],
    ['with a message that is compressed', (stream) => answer(stream, Buffer.from([1, 0, 0, 0, 2, 8, 1]), { 'grpc-status': '0' }), 'down: no gRPC health: 01000000020801'],
    ['with a message of another length', (stream) => answer(stream, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 8, 1]), { 'grpc-status': '0' }), 'down: no gRPC health: 00ffffffff0801'],
    ['with 404', (stream) => stream.respond({ ':status': 404 }, { endStream: true }), 'down: no gRPC: HTTP status 404, content type none'],
    ['with a page', (stream) => { stream.respond({ ':status': 200, 'content-type': 'text/html' }); stream.end('<html>'); }, 'down: no gRPC: HTTP status 200, content type text/html'],
    ['with another kind of gRPC', (stream) => { stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', 'grpc-status': '5' }, { endStream: true }); }, 'down: NOT_FOUND'],
    ['without an end', (stream) => { stream.respond(HEADERS); stream.write(Buffer.alloc(100_000)); }, 'down: an answer of more than 4096 bytes'],
    ['with a reset of the call', (stream) => stream.close(11), 'down: reset the call: ENHANCE_YOUR_CALM'],
    ['with a reset that is no error', (stream) => stream.close(0), 'down: reset the call: NO_ERROR'],
    ['by going away', (stream) => stream.session?.goaway(0) ?? undefined, 'down: '],
    ['by hanging up', (stream) => stream.session?.destroy(), 'down: '],
  ];
  for (const [what, react, wanted] of ANSWERS) {
    it(what, async () => {
      const said = words(await asked(react, 1_000));
      assert.ok(wanted === 'down: ' ? said.startsWith(wanted) : said === wanted.trimEnd() || said === wanted, said);
    });
  }

  it('by nobody, at the deadline', async () => {
    const verdict = await asked(() => undefined, 300);
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for an answer');
    endedAt(300, verdict);
  });

  it('with 1xx first', async () => {
    assert.equal(words(await asked((stream) => { stream.additionalHeaders({ ':status': 103 }); answer(stream, SERVING, { 'grpc-status': '0' }); })), 'up: SERVING');
  });

  it('asks with the path, the headers and the message of the protocol', async () => {
    let seen: IncomingHttpHeaders = {};
    let body = '';
    await asked((stream, headers) => {
      seen = headers;
      stream.on('data', (chunk: Buffer) => (body += chunk.toString('hex')));
      stream.on('end', () => answer(stream, SERVING, { 'grpc-status': '0' }));
    });
    assert.deepEqual([seen[':method'], seen[':path'], seen[':scheme'], seen['te'], seen['content-type']], ['POST', '/grpc.health.v1.Health/Check', 'http', 'trailers', 'application/grpc']);
    assert.equal(body, '0000000005' + '0a03' + '776562');
  });
});

describe('grpc, asked of a server that takes little at once', () => {
  for (const initialWindowSize of [0, 10, 206, 207]) {
    it(`sends a long name in pieces: ${initialWindowSize} bytes`, async () => {
      const name = 'x'.repeat(200);
      let body = '';
      const verdict = await asked((stream) => {
        stream.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
        stream.on('end', () => answer(stream, SERVING, { 'grpc-status': '0' }));
        // Node widens no window that it has not seen full.
        if (initialWindowSize === 0) stream.session?.settings({ initialWindowSize: 300 });
      }, 2_000, name, { initialWindowSize });
      assert.equal(words(verdict), 'up: SERVING');
      assert.equal(body, `\0\0\0\0\xcb\x0a\xc8\x01${name}`);
    });
  }
});

describe('grpc, told frames that are wrong', () => {
  const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
  const FRAMES: readonly (readonly [string, Buffer])[] = [
    ['no settings first', frame(6, 0, 0, Buffer.alloc(8))],
    ['settings of an odd length', frame(4, 0, 0, Buffer.alloc(5))],
    ['data of a stream that is none', Buffer.concat([SETTINGS, frame(0, 1, 3, Buffer.from('x'))])],
    ['headers that cannot be read', Buffer.concat([SETTINGS, frame(1, 5, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))])],
    ['trailers first', Buffer.concat([SETTINGS, frame(1, 5, 1, field('grpc-status', '0'))])],
    ['a frame of 16 MB', Buffer.concat([SETTINGS, Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])])],
  ];
  for (const [what, bytes] of FRAMES) {
    it(`${what}, is down`, async () => {
      const service = await tcpService((socket) => {
        socket.once('data', () => socket.write(bytes));
        socket.on('end', () => socket.end());
      });
      const { state, reason, took } = await probed(probeGrpc, service.port, { deadline: 1_000 });
      assert.equal(state, 'down', reason);
      assert.ok(took < 1_300, `${took} ms`);
      await closed(service);
    });
  }
});
