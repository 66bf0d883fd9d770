// What holds for everything that hacheck says, whoever wrote what it says it of.
import assert from 'node:assert/strict';
import type { Reply } from '../../lib/verdict.ts';

/** A reply whose phrase and header Node takes, and HAProxy shows whole; whose body is one line of UTF-8, unless it is the service's own. */
export function assertFit({ status, phrase, reason, body }: Reply, isOwn = true): void {
  assert.ok(Number.isInteger(status) && status >= 200 && status <= 599, String(status));
  for (const text of [phrase, reason]) assert.match(text, /^[\x20-\x7e]{0,100}$/, JSON.stringify(text));
  if (!isOwn) return;
  const text = body.toString('utf8');
  assert.ok(text.endsWith('\n') && text.indexOf('\n') === text.length - 1, JSON.stringify(text));
  assert.doesNotMatch(text.slice(0, -1), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
}
