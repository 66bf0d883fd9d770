// The pages beside the checks, as responses.
import type { Headers } from './response.ts';
import { isRefusal, type Refusal } from './route.ts';
import { ownReply, type Reply } from './verdict.ts';

/** What a page says. */
export interface Content {
  /** Its media type, as Content-Type has it. */
  readonly type: string;
  readonly text: string;
  /** What else is said of it, name by value. */
  readonly headers?: Headers;
}

/** What a page says now, or why its query is none; the query stands behind the path's `?`. */
export type Page = (query: URLSearchParams) => Content | Refusal;

/** A value as a page of JSON, on a line of its own. */
export function jsonContent(value: unknown): Content {
  return { type: 'application/json', text: `${JSON.stringify(value)}\n` };
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
  return { reply: { ...ownReply(200, ''), body: Buffer.from(text, 'utf8') }, headers: { 'Content-Type': type, ...headers } };
}

/** The path of a request, without its query. */
export function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

function queryOf(url = ''): URLSearchParams {
  return new URLSearchParams(url.slice(pathOf(url).length));
}
