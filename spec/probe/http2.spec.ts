// One call, told what it may be told and what it may not, frame by frame.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { createServer } from 'node:http2';
import { describe, it } from 'node:test';
import { Conversation } from '../../lib/probe/conversation.ts';
import { LIST_SIZE, writeFields } from '../../lib/probe/hpack.ts';
import { call, type Answer } from '../../lib/probe/http2.ts';
import { readFrame, writeFrame as frame, type Frame } from '../../lib/probe/http2-frame.ts';
import { started, tcpService } from '../support/service.ts';

const [DATA, HEADERS, PRIORITY, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION] = [0, 1, 2, 4, 5, 6, 7, 8, 9];
const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4];
const NONE = Buffer.alloc(0);
const REQUEST = [[':method', 'POST'], [':scheme', 'http'], [':path', '/'], [':authority', 'a']] as const;

const number = (value: number): Buffer => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
const setting = (key: number, value: number): Buffer => Buffer.concat([Buffer.from([0, key]), number(value)]);
const fields = (...pairs: readonly (readonly [string, string])[]): Buffer => writeFields(pairs);
const settings = frame(SETTINGS, 0, 0, NONE);
const headers = frame(HEADERS, END_HEADERS, 1, fields([':status', '200']));
const end = frame(HEADERS, END_HEADERS + END_STREAM, 1, fields(['x', '1'], ['x', '2']));
const data = frame(DATA, 0, 1, Buffer.from('abc'));

/** Calls a service, with a body, and gives its answer as text. */
async function called(port: number, body: string): Promise<string> {
  const conversation = new Conversation(connect(port, '127.0.0.1'), AbortSignal.timeout(2_000));
  try {
    return textOf(await call(conversation, REQUEST, Buffer.from(body), 100));
  } finally {
    conversation.close();
  }
}

function textOf({ headers: found, trailers, body }: Answer): string {
  return [...found, ...trailers].map(([name, value]) => `${name}: ${value}`).join(', ') + (body.length === 0 ? '' : ` <${body.toString()}>`);
}

/** What a service does that says these frames when it is connected; and what it has heard by the end, frame by frame. */
async function told(frames: readonly Buffer[], body = 'question', react: (heard: Frame, say: (bytes: Buffer) => void) => void = () => undefined): Promise<{ answer: string; heard: Frame[] }> {
  const heard: Frame[] = [];
  const service = await tcpService((socket) => {
    let bytes = NONE;
    let isAfterPreface = false;
    socket.write(Buffer.concat(frames));
    socket.on('end', () => socket.end()).on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isAfterPreface && bytes.length >= 24) {
        assert.equal(bytes.toString('latin1', 0, 24), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        [bytes, isAfterPreface] = [bytes.subarray(24), true];
      }
      for (let taken = readFrame(bytes); isAfterPreface && taken !== undefined; taken = readFrame(bytes)) {
        bytes = bytes.subarray(taken.bytes);
        heard.push(taken.value);
        react(taken.value, (said) => void socket.write(said));
      }
    });
  });
  const answer = await called(service.port, body).catch((error: Error) => error.message);
  await service.idle();
  return { answer, heard };
}

describe('a call over HTTP/2', () => {
  for (const [what, frames, wanted] of [
    ['headers, data and trailers', [settings, headers, data, data, end], ':status: 200, x: 1, 2 <abcabc>'],
    ['headers alone', [settings, frame(HEADERS, END_HEADERS + END_STREAM, 1, fields([':status', '204']))], ':status: 204'],
    ['no trailers', [settings, headers, frame(DATA, END_STREAM, 1, Buffer.from('abc'))], ':status: 200 <abc>'],
    ['an interim answer first', [settings, frame(HEADERS, END_HEADERS, 1, fields([':status', '103'])), headers, end], ':status: 200, x: 1, 2'],
    ['headers in three frames', [settings, frame(HEADERS, 0, 1, fields([':status', '200']).subarray(0, 4)), frame(CONTINUATION, 0, 1, fields([':status', '200']).subarray(4)), frame(CONTINUATION, END_HEADERS, 1, fields(['a', 'b'])), end], ':status: 200, a: b, x: 1, 2'],
    ['trailers in two frames', [settings, headers, frame(HEADERS, END_STREAM, 1, NONE), frame(CONTINUATION, END_HEADERS, 1, fields(['x', '3']))], ':status: 200, x: 3'],
    ['frames that are nobody\'s', [settings, frame(PRIORITY, 0, 3, Buffer.alloc(5)), frame(77, 255, 9, Buffer.from('?')), headers, frame(WINDOW, 0, 0, number(9)), end], ':status: 200, x: 1, 2'],
    ['going away after this', [settings, frame(GOAWAY, 0, 0, Buffer.concat([number(1), number(0)])), headers, end], ':status: 200, x: 1, 2'],
    ['going away before this', [settings, frame(GOAWAY, 0, 0, Buffer.concat([number(0), number(0)]))], 'goes away'],
    ['something else first', [frame(PING, 0, 0, Buffer.alloc(8))], 'no HTTP/2: something else than settings first'],
    ['an acknowledgement first', [frame(SETTINGS, ACK, 0, NONE)], 'no HTTP/2: something else than settings first'],
    ['settings of an odd length', [frame(SETTINGS, 0, 0, Buffer.alloc(5))], 'no HTTP/2: settings of an odd length'],
    ['settings of a stream', [settings, frame(SETTINGS, 0, 1, NONE)], 'no HTTP/2: a frame of the connection on stream 1'],
    ['data first', [settings, data], 'no HTTP/2: data before the headers'],
    ['data of another stream', [settings, headers, frame(DATA, 0, 3, NONE)], 'no HTTP/2: stream 3, which there is not'],
    ['headers without a status', [settings, end], 'no HTTP/2: headers without a status'],
    ['headers twice', [settings, headers, headers], 'no HTTP/2: headers twice'],
    ['headers that go on and on', [settings, frame(HEADERS, 0, 1, Buffer.alloc(16_384)), frame(CONTINUATION, 0, 1, Buffer.alloc(1))], 'no HTTP/2: headers of more than 16384 bytes'],
    ['headers that go on and have not begun', [settings, frame(CONTINUATION, END_HEADERS, 1, NONE)], 'no HTTP/2: headers that go on and have not begun'],
    ['a frame within headers', [settings, frame(HEADERS, 0, 1, NONE), settings], 'no HTTP/2: a frame in the middle of a block of fields'],
    ['a push', [settings, frame(PUSH, END_HEADERS, 1, number(2))], 'no HTTP/2: a push, which it was told not to make'],
    ['too much', [settings, headers, frame(DATA, 0, 1, Buffer.alloc(101))], 'an answer of more than 100 bytes'],
    ['a thousand frames', [settings, headers, ...Array<Buffer>(1_000).fill(frame(WINDOW, 0, 0, number(1)))], 'no HTTP/2: 1000 frames and no answer'],
    ['a short reset', [settings, frame(3, 0, 1, NONE)], 'no HTTP/2: a frame that is too short'],
  ] as const) {
    it(`that is told ${what}, comes to ${wanted}`, async () => assert.equal((await told(frames)).answer, wanted));
  }

  it('asks nothing before the settings, then at once, and says that it goes', async () => {
    const { heard } = await told([settings, headers, end]);
    assert.deepEqual(heard.map(({ type, flags, stream, payload }) => [type, flags, stream, payload.length > 0]), [
      [SETTINGS, 0, 0, true], [HEADERS, END_HEADERS, 1, true], [SETTINGS, ACK, 0, false], [DATA, END_STREAM, 1, true], [GOAWAY, 0, 0, true],
    ]);
    assert.deepEqual(heard[0]?.payload, Buffer.concat([setting(2, 0), setting(6, LIST_SIZE)]), 'no push, and no more fields than are read');
    assert.deepEqual(heard[1]?.payload, fields(...REQUEST));
    assert.equal(heard[3]?.payload.toString(), 'question');
  });

  it('answers a ping with what it says', async () => {
    const { heard } = await told([settings, frame(PING, 0, 0, Buffer.from('12345678')), frame(PING, ACK, 0, Buffer.from('87654321')), headers, end]);
    assert.deepEqual(heard.filter(({ type }) => type === PING).map(({ flags, payload }) => [flags, payload.toString()]), [[ACK, '12345678']]);
  });

  /** The pieces of a body that are sent to a service which takes five bytes at first, says these things, one after each piece, and answers behind the last. */
  async function pieces(...afterPiece: readonly Buffer[]): Promise<readonly (readonly [flags: number, piece: string])[]> {
    const left = [...afterPiece.slice(0, -1), Buffer.concat([...afterPiece.slice(-1), headers, end])];
    const { answer, heard } = await told([frame(SETTINGS, 0, 0, setting(4, 5))], 'question', ({ type }, say) => (type === DATA ? say(left.shift() ?? NONE) : undefined));
    assert.equal(answer, ':status: 200, x: 1, 2');
    return heard.filter(({ type }) => type === DATA).map(({ flags, payload }) => [flags, payload.toString()]);
  }

  it('sends of its body what the other side takes, and the rest when it takes more', async () => {
    const widen = (bytes: number, stream = 1): Buffer => frame(WINDOW, 0, stream, number(bytes));
    const initial = (bytes: number): Buffer => frame(SETTINGS, 0, 0, setting(4, bytes));
    assert.deepEqual(await pieces(widen(3)), [[0, 'quest'], [END_STREAM, 'ion']]);
    assert.deepEqual(await pieces(widen(1), widen(1), widen(1)), [[0, 'quest'], [0, 'i'], [0, 'o'], [END_STREAM, 'n']]);
    assert.deepEqual(await pieces(initial(8)), [[0, 'quest'], [END_STREAM, 'ion']]);
    // Less than it has taken already: the first three bytes more are none.
    assert.deepEqual(await pieces(Buffer.concat([initial(2), widen(4)]), initial(4)), [[0, 'quest'], [0, 'i'], [END_STREAM, 'on']]);
    assert.deepEqual(await pieces(Buffer.concat([initial(2), widen(3)])), [[0, 'quest']]);
    for (const elsewhere of [0, 3]) assert.deepEqual(await pieces(widen(3, elsewhere)), [[0, 'quest']]);
  });

  it('reads every character of a server that codes its fields', async () => {
    const text = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('').trim();
    const server = createServer().on('stream', (stream) => {
      stream.respond({ ':status': 200, 'x-text': text }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-text': text })).end('abc');
    });
    const { port } = await started(server);
    const answer = await called(port, 'question');
    assert.deepEqual(answer.split(`x-text: ${text}`).length, 3, answer);
  });
});
