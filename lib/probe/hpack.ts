// HPACK, the form that header fields have in HTTP/2 (RFC 7541): what others wrote is read with the table, what is written here does without it.
import { Broken } from './conversation.ts';
import { readHuffman } from './huffman.ts';

/** A header field, one character a byte. */
export type Field = readonly [name: string, value: string];

/** The fields that have a number from the start, from 1 on (Appendix A); those without a value are names alone. */
const STATIC: readonly Field[] = [
  ':authority', ':method GET', ':method POST', ':path /', ':path /index.html', ':scheme http', ':scheme https', ':status 200', ':status 204', ':status 206',
  ':status 304', ':status 400', ':status 404', ':status 500', 'accept-charset', 'accept-encoding gzip, deflate', 'accept-language', 'accept-ranges', 'accept',
  'access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-length',
  'content-location', 'content-range', 'content-type', 'cookie', 'date', 'etag', 'expect', 'expires', 'from', 'host', 'if-match', 'if-modified-since',
  'if-none-match', 'if-range', 'if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards', 'proxy-authenticate', 'proxy-authorization', 'range',
  'referer', 'refresh', 'retry-after', 'server', 'set-cookie', 'strict-transport-security', 'transfer-encoding', 'user-agent', 'vary', 'via', 'www-authenticate',
].map((line) => [line.split(' ', 1).join(), line.split(' ').slice(1).join(' ')]);
/** Bytes that the table may have unless something else is agreed on (SETTINGS_HEADER_TABLE_SIZE), and that an entry takes beside its texts (section 4.1). */
const TABLE_SIZE = 4096, ENTRY_SIZE = 32;
/** Bytes that all the fields of an answer may have, each with those of an entry (SETTINGS_MAX_HEADER_LIST_SIZE): one byte can stand for 4 KB of the table. */
export const LIST_SIZE = 65_536;
/** Bits that a number may have; nothing here is longer than a frame. */
const MOST_BITS = 28;

/** The fields that one side has numbered, the last one first. */
export class FieldTable {
  readonly #fields: Field[] = [];
  #size = 0;
  #most = TABLE_SIZE;
  /** Bytes of fields that may still be read. */
  #left: number;

  /** @param mostBytes that all fields together may have that are read */
  constructor(mostBytes = LIST_SIZE) {
    this.#left = mostBytes;
  }

  /**
   * Reads a whole block of fields, in their order (section 6).
   *
   * @throws Broken for what is none, and for more than may be read
   */
  read(block: Buffer): Field[] {
    const input = new Input(block);
    const fields: Field[] = [];
    while (!input.isAtEnd) {
      const first = input.peek();
      if ((first & 0xe0) === 0x20) this.#resize(input.number(5));
      else fields.push(this.#count(this.#readField(input, first)));
    }
    return fields;
  }

  #count(field: Field): Field {
    this.#left -= sizeOf(field);
    if (this.#left < 0) throw new Broken('no HTTP/2: more fields than are read');
    return field;
  }

  #readField(input: Input, first: number): Field {
    if ((first & 0x80) !== 0) return this.#at(input.number(7));
    const isKept = (first & 0x40) !== 0;
    const number = input.number(isKept ? 6 : 4);
    const name = number === 0 ? input.text() : this.#at(number)[0];
    const field: Field = [name, input.text()];
    if (isKept) this.#keep(field);
    return field;
  }

  #at(number: number): Field {
    const field = number <= STATIC.length ? STATIC[number - 1] : this.#fields[number - STATIC.length - 1];
    if (field === undefined) throw new Broken(`no HTTP/2: a field ${number} that is none`);
    return field;
  }

  #keep(field: Field): void {
    this.#fields.unshift(field);
    this.#size += sizeOf(field);
    this.#evict();
  }

  #resize(most: number): void {
    if (most > TABLE_SIZE) throw new Broken(`no HTTP/2: a table of ${most} bytes`);
    this.#most = most;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#most) this.#size -= sizeOf(this.#fields.pop() as Field);
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + ENTRY_SIZE;
}

/** Writes fields as they are, each unknown to any table (section 6.2.2). Names and values are shorter than 127 characters. */
export function writeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), ...[name, value].map((text) => Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1'))]));
}

/** A block that is read from its start to its end (section 5). */
class Input {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Broken('no HTTP/2: an end in the middle of a field');
    return byte;
  }

  #byte(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }

  /** A number that begins in the last so many bits of a byte. */
  number(bits: number): number {
    const most = 2 ** bits - 1;
    const start = this.#byte() & most;
    if (start < most) return start;
    for (let value = most, shift = 0; shift < MOST_BITS; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Broken('no HTTP/2: a number without an end');
  }

  text(): string {
    const isCoded = (this.peek() & 0x80) !== 0;
    const length = this.number(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new Broken('no HTTP/2: an end in the middle of a field');
    this.#at += length;
    const text = isCoded ? readHuffman(bytes) : bytes.toString('latin1');
    if (text === undefined) throw new Broken('no HTTP/2: a text in no code');
    return text;
  }
}
