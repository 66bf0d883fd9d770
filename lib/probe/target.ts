import type { Check } from '../route.ts';
import type { Verdict } from '../verdict.ts';

/** What a probe asks. Two checks with equal targets share one verdict. */
export interface Target {
  readonly protocol: string;
  readonly port: number;
  /** Sent on byte for byte by `http` and `https`; empty for protocols that ignore it. */
  readonly query: string;
}

/**
 * Asks a service how it is. Whatever the other side does, it ends soon after the signal, leaves no socket open, and returns
 * what it found: a service that fails is a verdict, an exception is a bug.
 *
 * @param signal aborted at the one deadline that covers the whole probe; its reason is an Error that says how long that was
 */
export type Probe = (target: Target, signal: AbortSignal) => Promise<Verdict>;

/** Protocols whose probe does nothing with the query. */
const IGNORE_QUERY: readonly string[] = ['tcp'];

/** The target of a check. */
export function targetOf({ protocol, port, query }: Check): Target {
  return { protocol, port, query: IGNORE_QUERY.includes(protocol) ? '' : query };
}

/** The cache's key: every field of the target, in a form in which no two targets look alike. */
export function keyOf(target: Target): string {
  return JSON.stringify(Object.values(target));
}
