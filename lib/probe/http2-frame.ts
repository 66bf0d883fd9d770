// The frames of HTTP/2, read and written (RFC 9113 sections 4.1 and 6).
import { Broken, type Taken } from './conversation.ts';

/** A frame (section 4.1); stream 0 is the connection. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The types of frames. */
export const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PUSH_PROMISE = 5, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8, CONTINUATION = 9;
/** The flags of SETTINGS and PING, of DATA and HEADERS, of HEADERS and CONTINUATION. */
export const ACK = 1, END_STREAM = 1, END_HEADERS = 4;
/** Bytes of a payload, which nobody may exceed who was not told that he may (section 4.2). */
export const FRAME_BYTES = 16_384;

const PADDED = 8, PRIORITY = 32;
const HEAD_BYTES = 9, PRIORITY_BYTES = 5;
/** The names of errors, by their numbers (section 7). */
const ERRORS = [
  'NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED', 'FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL',
  'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED',
];

/**
 * The frame at the start of what a service said.
 *
 * @throws Broken for one that is too large: most often, the service speaks another protocol
 */
export function readFrame(bytes: Buffer): Taken<Frame> {
  if (bytes.length < HEAD_BYTES) return undefined;
  const length = bytes.readUIntBE(0, 3);
  if (length > FRAME_BYTES) throw new Broken('no HTTP/2', bytes.toString('latin1', 0, 60));
  const end = HEAD_BYTES + length;
  if (bytes.length < end) return undefined;
  const frame = { type: bytes.readUInt8(3), flags: bytes.readUInt8(4), stream: numberAt(bytes, 5), payload: bytes.subarray(HEAD_BYTES, end) };
  return { value: frame, bytes: end };
}

/** A frame in bytes. */
export function writeFrame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.set([type, flags], 3);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What a DATA or HEADERS frame says, without its padding and its priority. */
export function contentOf({ type, flags, payload }: Frame): Buffer {
  const isPadded = (flags & PADDED) !== 0;
  const padding = isPadded ? (payload[0] ?? 0) : 0;
  const start = (isPadded ? 1 : 0) + (type === HEADERS && (flags & PRIORITY) !== 0 ? PRIORITY_BYTES : 0);
  if (start + padding > payload.length) throw new Broken('no HTTP/2: more padding than there is');
  return payload.subarray(start, payload.length - padding);
}

/** The number of 31 bits that stands somewhere in a payload. */
export function numberAt(payload: Buffer, at: number): number {
  if (payload.length < at + 4) throw new Broken('no HTTP/2: a frame that is too short');
  return payload.readUInt32BE(at) & 0x7fff_ffff;
}

/** The name of the error that stands somewhere in a payload. */
export function errorAt(payload: Buffer, at: number): string {
  const code = numberAt(payload, at);
  return ERRORS[code] ?? `error ${code}`;
}
