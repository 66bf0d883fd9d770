// Fields as queries and forms have them: `name=value`, with `&` between them, percent-encoded (RFC 3986 section 2.1).
import { quote, type Refusal } from './route.ts';

/** One field. */
export type Field = readonly [name: string, value: string];

/**
 * Reads fields in their order; none of an empty text.
 *
 * @param text one character a byte
 * @param plus whether `+` stands for a space, as in forms (WHATWG URL standard, application/x-www-form-urlencoded)
 */
export function parseFields(text: string, plus: boolean): readonly Field[] | Refusal {
  const fields: Field[] = [];
  for (const part of text.split('&').filter((each) => each !== '')) {
    const equals = part.indexOf('=');
    if (equals < 1) return { refused: `bad field ${quote(part)}: name=value, with & between fields` };
    const [name, value] = [decode(part.slice(0, equals), plus), decode(part.slice(equals + 1), plus)];
    if (name === undefined || value === undefined) return { refused: `bad field ${quote(part)}: % is followed by two hexadecimal digits, and all is UTF-8` };
    fields.push([name, value]);
  }
  return fields;
}

/** A percent-encoded text, decoded; undefined where an escape is broken or what comes out is no UTF-8. */
export function decode(text: string, plus = false): string | undefined {
  try {
    const spaced = plus ? text.replaceAll('+', ' ') : text;
    // Bytes that are not encoded count as they are.
    return decodeURIComponent(spaced.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
  } catch {
    return undefined;
  }
}
