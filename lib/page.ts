// The pages beside the checks, as responses.
import { isRefusal } from './route.ts';
import { ownReply, type Reply } from './verdict.ts';

/** What a page says, as JSON, or why its query is none; the query stands behind the path's `?`. */
export type Page = (query: URLSearchParams) => unknown;

/** A page's answer to the query of a request. */
export function pageReply(page: Page, url: string | undefined): { readonly reply: Reply; readonly headers?: Readonly<Record<string, string>> } {
  const content = page(queryOf(url));
  if (isRefusal(content)) return { reply: ownReply(400, content.refused) };
  const body = Buffer.from(`${JSON.stringify(content)}\n`, 'utf8');
  return { reply: { ...ownReply(200, ''), body }, headers: { 'Content-Type': 'application/json' } };
}

/** The path of a request, without its query. */
export function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

function queryOf(url = ''): URLSearchParams {
  return new URLSearchParams(url.slice(pathOf(url).length));
}
