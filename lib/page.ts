// The pages beside the checks, as responses.
import type { Headers } from './response.ts';
import { isRefusal, type Refusal } from './route.ts';
import { ownReply, type Reply } from './verdict.ts';

/** What a page says. */
export interface Content {
  /** Its media type, as Content-Type has it. */
  readonly type: string;
  /** The whole, or where it may be large, piece by piece: JavaScript's heap can be small. */
  readonly text: string | Iterable<string>;
  /** What else is said of it, name by value. */
  readonly headers?: Headers;
}

/** What a page says now, or why its query is none; the query stands behind the path's `?`. */
export type Page = (query: URLSearchParams) => Content | Refusal;

/** A value as a page of JSON, on a line of its own. */
export function jsonContent(value: unknown): Content {
  return { type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

/** A long array or object as a page of JSON, piece by piece: what begins it, each of its members as JSON, and what ends it. */
export function jsonMembersContent<T>(begin: string, members: Iterable<T>, textOf: (member: T) => string, end: string): Content {
  return { type: 'application/json', text: jsonPieces(begin, members, textOf, `${end}\n`) };
}

function* jsonPieces<T>(begin: string, members: Iterable<T>, textOf: (member: T) => string, end: string): Iterable<string> {
  yield begin;
  let isFirst = true;
  for (const member of members) {
    yield isFirst ? textOf(member) : `,${textOf(member)}`;
    isFirst = false;
  }
  yield end;
}

/** A page as an answer, and what is said of it besides. */
export interface PageReply {
  readonly reply: Reply;
  readonly headers?: Headers;
}

/** A page's answer to the query of a request. */
export function pageReply(page: Page, url: string | undefined): PageReply {
  const content = page(queryOf(url));
  if (isRefusal(content)) return { reply: ownReply(400, content.refused) };
  const { type, text, headers } = content;
  return { reply: { ...ownReply(200, ''), body: typeof text === 'string' ? Buffer.from(text, 'utf8') : joined(text) }, headers: { 'Content-Type': type, ...headers } };
}

/** Characters that leave JavaScript's heap at a time: a Buffer is not on it. */
const AT_A_TIME = 16 * 1024;

function joined(pieces: Iterable<string>): Buffer {
  const parts: Buffer[] = [];
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < AT_A_TIME) continue;
    parts.push(Buffer.from(text, 'utf8'));
    text = '';
  }
  return Buffer.concat([...parts, Buffer.from(text, 'utf8')]);
}

/** The path of a request, without its query. */
export function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

function queryOf(url = ''): URLSearchParams {
  return new URLSearchParams(url.slice(pathOf(url).length));
}
