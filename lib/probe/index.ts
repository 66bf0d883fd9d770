// The protocols: one line each. What a probe is and what it gets stands here, how it asks in its own file.
import { probeHttp } from './http.ts';
import { probeTcp } from './tcp.ts';
import type { Probe } from './target.ts';

/** Every probe by the protocol's name in a check's path. */
export const PROBES: ReadonlyMap<string, Probe> = new Map<string, Probe>([
  ['http', probeHttp],
  // Loaded when it is first asked for: TLS takes megabytes, and most hosts never do.
  ['https', async (target, signal) => (await import('./https.ts')).probeHttps(target, signal)],
  ['tcp', probeTcp],
]);

/** The protocols that a check may name; `spool` asks the marks alone. */
export const PROTOCOLS: readonly string[] = ['spool', ...PROBES.keys()];
