// What options make of a path and of headers.
import assert from 'node:assert/strict';
import type { Asking } from '../../lib/check.ts';
import { isRefusal, type Refusal } from '../../lib/route.ts';
import { PATH_ALONE, Targeting, type TargetOptions } from '../../lib/targeting.ts';

/** Headers may name any place. */
export const ANYWHERE = { targetFromHeader: true, targetNetworks: [{ address: '0.0.0.0', prefix: 0 }, { address: '::', prefix: 0 }] } as const;

/** `X-Haproxy-Server-State` as `rawHeaders` has it. */
export const state = (address: string, port = ''): string[] => ['X-Haproxy-Server-State', `UP; address=${address}; port=${port}`];

/** What comes of a path and headers. */
export function outcome(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): Asking | Refusal {
  const targeting = new Targeting({ ...PATH_ALONE, ...options });
  const wish = targeting.wishOf(headers);
  return isRefusal(wish) ? wish : targeting.read(path, wish);
}

/** The same where it is no refusal. */
export function asking(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): Asking {
  const found = outcome(options, path, headers);
  assert.ok(!isRefusal(found), JSON.stringify(found));
  return found;
}

/** The status and the words of a refusal. */
export function refusal(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): readonly [number | undefined, string] {
  const found = outcome(options, path, headers);
  assert.ok(isRefusal(found), JSON.stringify(found));
  return [found.status, found.refused];
}
