// The messages of the gRPC Health Checking Protocol (health.proto), as gRPC carries them: a flag, a length, and protocol buffers
// (gRPC over HTTP2, Length-Prefixed-Message; Protocol Buffers Encoding).

/** The values of HealthCheckResponse.status. */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
/** Bytes before a message: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;
/** Tags of the first field of either message: a text in the request, a number in the response. */
const SERVICE_TAG = 0x0a, STATUS_TAG = 0x08;
const VARINT_BYTES = 10;
/** Kinds of fields (wire types). */
const VARINT = 0, FIXED_64 = 1, TEXT = 2, FIXED_32 = 5;

/** HealthCheckRequest: how is this service, or the server as a whole where the name is empty? */
export function healthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([SERVICE_TAG]), varint(name.length), name]);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The status in a HealthCheckResponse, by name; undefined for what is none. */
export function healthStatus(body: Buffer): string | undefined {
  if (body.length < PREFIX_BYTES || body[0] !== 0 || body.readUInt32BE(1) !== body.length - PREFIX_BYTES) return undefined;
  // A status of 0 is left out.
  let status = 0;
  for (let at = PREFIX_BYTES; at < body.length; ) {
    const tag = readVarint(body, at);
    const value = tag === undefined ? undefined : readVarint(body, tag.end);
    const end = tag === undefined ? undefined : endOf(tag.value & 7, tag.end, value);
    if (tag === undefined || end === undefined || end > body.length) return undefined;
    if (tag.value === STATUS_TAG && value !== undefined) status = value.value;
    at = end;
  }
  return STATUSES[status] ?? `status ${status}`;
}

interface Varint {
  readonly value: number;
  /** Where the next byte stands. */
  readonly end: number;
}

/** Where a field ends; the number at its start is its value or its length. */
function endOf(kind: number, start: number, number: Varint | undefined): number | undefined {
  if (kind === FIXED_64) return start + 8;
  if (kind === FIXED_32) return start + 4;
  if (number === undefined || (kind !== VARINT && kind !== TEXT)) return undefined;
  return kind === VARINT ? number.end : number.end + number.value;
}

/** Seven bits a byte, the lowest first; the highest bit says that there are more. Ten bytes at most, 64 bits, of which a number here keeps the highest 53: more than a status or a length has. */
function readVarint(body: Buffer, start: number): Varint | undefined {
  for (let at = start, value = 0; at < Math.min(body.length, start + VARINT_BYTES); at += 1) {
    const byte = body[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
