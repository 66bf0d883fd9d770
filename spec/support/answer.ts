// What every answer of the daemon has in common, and several answers in one text.
import assert from 'node:assert/strict';
import { parseResponse, type RawResponse } from './request.ts';

/** What a spec knows of an answer; a body is UTF-8 text. */
export interface Expected {
  readonly status: number;
  readonly phrase?: string;
  readonly body?: string;
}

/** Text as the latin1 that responses are read in. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Asserts an answer that hacheck itself made, and what the contract promises of each: one line, its headers, its phrase. */
export function assertOwnAnswer(response: RawResponse, { status, phrase, body }: Expected): void {
  const { headers } = response;
  assert.equal(response.status, status, response.text);
  assert.match(response.phrase, /^[\x20-\x7e]{1,100}$/);
  if (phrase !== undefined) assert.equal(response.phrase, phrase);
  if (body !== undefined) assert.equal(response.body, latin1(body));
  assert.match(response.body, /^[^\n]+\n$/);
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-length'], String(response.body.length));
  assert.equal(headers['transfer-encoding'], undefined);
  assert.equal(headers['x-hacheck-reason'], status < 400 ? undefined : response.phrase);
}

/** Reads answers that came one behind the other, each with its Content-Length. */
export function parseResponses(text: string): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n') + 4;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0);
    responses.push(parseResponse(rest.slice(0, end + length)));
    rest = rest.slice(end + length);
  }
  return responses;
}
