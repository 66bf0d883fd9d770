// As much of HTTP/2 as one call takes: the client's side of one stream, in clear text and with prior knowledge (RFC 9113 section 3.3).
// Not node:http2: with it, some frames of a service end the whole process, by an assertion in nghttp2.
import { Broken, type Conversation } from './conversation.ts';
import { FieldTable, LIST_SIZE, writeFields, type Field } from './hpack.ts';
import {
  ACK, CONTINUATION, contentOf, DATA, END_HEADERS, END_STREAM, errorAt, FRAME_BYTES, GOAWAY, HEADERS, numberAt, PING, PUSH_PROMISE, readFrame, RST_STREAM, SETTINGS,
  WINDOW_UPDATE, writeFrame, type Frame,
} from './http2-frame.ts';

/** What a service answered, from its first byte to its last. A field that came twice has both values, as in `a, b`. */
export interface Answer {
  readonly headers: ReadonlyMap<string, string>;
  readonly trailers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Settings (section 6.5.2), of six bytes each. */
const ENABLE_PUSH = 2, INITIAL_WINDOW_SIZE = 4, MAX_HEADER_LIST_SIZE = 6, SETTING_BYTES = 6;
const OWN_SETTINGS = Buffer.concat([setting(ENABLE_PUSH, 0), setting(MAX_HEADER_LIST_SIZE, LIST_SIZE)]);
/** Bytes that may be on their way unless something else was said (section 6.9.2). */
const WINDOW = 65_535;
/** Bytes of a ping. */
const PING_BYTES = 8;
/** The one stream that there is, and the number of the connection's own frames. */
const STREAM = 1, CONNECTION = 0;
/** Frames until an answer is there; a healthy service makes some ten. */
const MOST_FRAMES = 1_000;

/**
 * Makes one call, and waits for its end.
 *
 * @param fields of the request, the pseudo-header fields first
 * @param body goes out in frames of 16 KiB, one for each that comes
 * @param mostBytes that the answer's body may have
 * @throws Broken for what is no HTTP/2, no answer, or not a whole one
 */
export async function call(conversation: Conversation, fields: readonly Field[], body: Buffer, mostBytes: number): Promise<Answer> {
  conversation.say(Buffer.concat([PREFACE, writeFrame(SETTINGS, 0, CONNECTION, OWN_SETTINGS)]));
  const first = await conversation.hear(readFrame);
  // Whoever does not speak HTTP/2 is told nothing of what a client has asked for.
  if (first.type !== SETTINGS || (first.flags & ACK) !== 0) throw new Broken('no HTTP/2: something else than settings first');
  const stream = new Stream(writeFrame(HEADERS, END_HEADERS, STREAM, writeFields(fields)), body, mostBytes);
  stream.take(first);
  for (let frames = 1; stream.answer === undefined; frames += 1) {
    if (frames === MOST_FRAMES) throw new Broken(`no HTTP/2: ${MOST_FRAMES} frames and no answer`);
    conversation.say(stream.toSay());
    stream.take(await conversation.hear(readFrame));
  }
  conversation.say(writeFrame(GOAWAY, 0, CONNECTION, Buffer.alloc(8)));
  return stream.answer;
}

/** The stream of the call, and the connection around it. */
class Stream {
  readonly #mostBytes: number;
  readonly #table = new FieldTable();
  readonly #toSay: Buffer[];
  /** What is left of the request's body, until its end is said. */
  #unsaid: Buffer | undefined;
  /** Bytes that the other side takes now, fewer than none where it changed its mind (section 6.9.2). On the connection it takes more than a body has, always. */
  #window = WINDOW;
  #initialWindow = WINDOW;
  #headers: ReadonlyMap<string, string> | undefined;
  #body: Buffer = Buffer.alloc(0);
  /** A block of fields that goes on in the next frame. */
  #block: { readonly bytes: Buffer; readonly isLast: boolean } | undefined;
  #answer: Answer | undefined;

  constructor(headers: Buffer, body: Buffer, mostBytes: number) {
    this.#toSay = [headers];
    this.#unsaid = body;
    this.#mostBytes = mostBytes;
  }

  /** Undefined as long as it is not whole. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** What is to be said next, in one piece, which is one packet. The headers come before the settings are acknowledged: behind that, a server whose table is smaller may ask for a word about it first (RFC 7541 section 4.2). */
  toSay(): Buffer {
    if (this.#unsaid !== undefined) this.#sayOf(this.#unsaid);
    return Buffer.concat(this.#toSay.splice(0));
  }

  /** As much as the other side takes; an end alone takes no room (section 6.9.1). */
  #sayOf(unsaid: Buffer): void {
    const bytes = Math.min(unsaid.length, Math.max(this.#window, 0), FRAME_BYTES);
    const isLast = bytes === unsaid.length;
    if (bytes === 0 && !isLast) return;
    this.#toSay.push(writeFrame(DATA, isLast ? END_STREAM : 0, STREAM, unsaid.subarray(0, bytes)));
    this.#unsaid = isLast ? undefined : unsaid.subarray(bytes);
    this.#window -= bytes;
  }

  /** Takes the next frame. */
  take(frame: Frame): void {
    const { type, flags, stream, payload } = frame;
    if (this.#block !== undefined && type !== CONTINUATION) throw new Broken('no HTTP/2: a frame in the middle of a block of fields');
    if (type === WINDOW_UPDATE) return this.#widen(stream, numberAt(payload, 0));
    if (type === PUSH_PROMISE) throw new Broken('no HTTP/2: a push, which it was told not to make');
    if (type === SETTINGS || type === PING || type === GOAWAY) return this.#takeOfConnection(frame);
    if (type !== DATA && type !== HEADERS && type !== RST_STREAM && type !== CONTINUATION) return;
    if (stream !== STREAM) throw new Broken(`no HTTP/2: stream ${stream}, which there is not`);
    if (type === DATA) this.#takeData(contentOf(frame), flags);
    if (type === HEADERS) this.#takeBlock({ bytes: contentOf(frame), isLast: (flags & END_STREAM) !== 0 }, flags);
    if (type === CONTINUATION) this.#continueBlock(frame);
    if (type === RST_STREAM) throw new Broken(this.#headers === undefined ? `reset the call: ${errorAt(payload, 0)}` : 'cut its answer short');
  }

  #takeOfConnection({ type, flags, stream, payload }: Frame): void {
    if (stream !== CONNECTION) throw new Broken(`no HTTP/2: a frame of the connection on stream ${stream}`);
    if (type === GOAWAY) {
      const error = errorAt(payload, 4);
      if (error !== 'NO_ERROR') throw new Broken(`goes away: ${error}`);
      if (numberAt(payload, 0) < STREAM) throw new Broken('goes away');
    } else {
      // A frame of any other length would be repeated, and with it as much as a service likes (section 6.7).
      if (type === PING && payload.length !== PING_BYTES) throw new Broken(`no HTTP/2: a ping of ${payload.length} bytes`);
      if ((flags & ACK) !== 0) return;
      if (type === SETTINGS) this.#takeSettings(payload);
      this.#toSay.push(writeFrame(type, ACK, CONNECTION, type === PING ? payload : Buffer.alloc(0)));
    }
  }

  #takeSettings(payload: Buffer): void {
    if (payload.length % SETTING_BYTES !== 0) throw new Broken('no HTTP/2: settings of an odd length');
    for (let at = 0; at < payload.length; at += SETTING_BYTES) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const initial = numberAt(payload, at + 2);
      this.#window += initial - this.#initialWindow;
      this.#initialWindow = initial;
    }
  }

  #widen(stream: number, bytes: number): void {
    if (stream === STREAM) this.#window += bytes;
  }

  #takeData(bytes: Buffer, flags: number): void {
    if (this.#headers === undefined) throw new Broken('no HTTP/2: data before the headers');
    this.#body = Buffer.concat([this.#body, bytes]);
    if (this.#body.length > this.#mostBytes) throw new Broken(`an answer of more than ${this.#mostBytes} bytes`);
    if ((flags & END_STREAM) !== 0) this.#answer = { headers: this.#headers, trailers: new Map(), body: this.#body };
  }

  #takeBlock(block: { readonly bytes: Buffer; readonly isLast: boolean }, flags: number): void {
    if (block.bytes.length > FRAME_BYTES) throw new Broken(`no HTTP/2: headers of more than ${FRAME_BYTES} bytes`);
    this.#block = block;
    if ((flags & END_HEADERS) === 0) return;
    this.#block = undefined;
    this.#takeFields(asMap(this.#table.read(block.bytes)), block.isLast);
  }

  #continueBlock({ flags, payload }: Frame): void {
    if (this.#block === undefined) throw new Broken('no HTTP/2: headers that go on and have not begun');
    this.#takeBlock({ ...this.#block, bytes: Buffer.concat([this.#block.bytes, payload]) }, flags);
  }

  #takeFields(fields: ReadonlyMap<string, string>, isLast: boolean): void {
    const status = fields.get(':status');
    if (this.#headers === undefined && status === undefined) throw new Broken('no HTTP/2: headers without a status');
    if (this.#headers !== undefined && !isLast) throw new Broken('no HTTP/2: headers twice');
    // An interim answer, 1xx.
    if (this.#headers === undefined && !isLast && status?.startsWith('1') === true) return;
    const headers = this.#headers ?? fields;
    if (isLast) this.#answer = { headers, trailers: this.#headers === undefined ? new Map() : fields, body: this.#body };
    this.#headers = headers;
  }
}

function setting(key: number, value: number): Buffer {
  const bytes = Buffer.alloc(SETTING_BYTES);
  bytes.writeUInt16BE(key, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function asMap(fields: readonly Field[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of fields) map.set(name, map.has(name) ? `${map.get(name)}, ${value}` : value);
  return map;
}
