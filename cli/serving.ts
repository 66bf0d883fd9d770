// The options of `hactl serve`, from words to what the daemon takes.
import type { DaemonOptions } from '../lib/daemon.ts';
import type { Arguments } from './arguments.ts';
import { UsageError } from './errors.ts';
import { address, count, list, number, port, single, SPOOL_ROOT, toggle, word } from './option.ts';

/** Seconds that one probe may take. */
export const TIMEOUT = single({ name: 'timeout', value: 'SECONDS', help: 'for one probe, from connecting to the last byte', variable: true }, number(0.001, 3600, 'seconds'), 10);

/** The options of the daemon, with their defaults. */
export const SERVE_OPTIONS = {
  ports: list({ name: 'port', short: 'p', value: 'PORT', help: 'to listen on; more than once for more, 0 is any free one', variable: true }, port({ free: true }), [3333]),
  bindAddress: single({ name: 'bind-address', short: 'B', value: 'ADDRESS', help: 'to listen on; every address if not given', variable: true }, address, undefined),
  spoolRoot: SPOOL_ROOT,
  cacheTime: single({ name: 'cache-time', value: 'SECONDS', help: 'a verdict is kept, 0 to 15', variable: true }, number(0, 15, 'seconds'), 10),
  failureCacheTime: single(
    { name: 'failure-cache-time', value: 'SECONDS', help: 'a failure is kept, 0 to the cache time (1)', variable: true },
    number(0, 15, 'seconds'),
    undefined,
  ),
  cacheEntries: single({ name: 'cache-entries', value: 'COUNT', help: 'verdicts kept at most', variable: true }, count(1_000_000), 10_000),
  timeout: TIMEOUT,
  maxProbes: single({ name: 'max-probes', value: 'COUNT', help: 'probes under way at most', variable: true }, count(10_000), 256),
  agentPort: single({ name: 'agent-port', value: 'PORT', help: "to answer HAProxy's agent checks on", variable: true }, port({ free: false }), undefined),
  agentAdmin: toggle({ name: 'agent-admin', help: 'the agent says ready, drain and maint, too', variable: true }),
  marksOn: single({ name: 'marks-on', value: 'all|agent', help: 'agent: over HTTP, spool checks alone are told of marks', variable: true }, word('all', 'agent'), 'all' as const),
  verbose: toggle({ name: 'verbose', short: 'v', help: 'log every check', variable: true }),
} as const;

/**
 * The daemon's options, checked against each other.
 *
 * @throws UsageError
 */
export function daemonOptions({ values, sources }: Pick<Arguments<typeof SERVE_OPTIONS>, 'values' | 'sources'>): DaemonOptions {
  const { failureCacheTime = Math.min(1, values.cacheTime), agentPort } = values;
  if (failureCacheTime > values.cacheTime) {
    throw new UsageError(`${sources.failureCacheTime}: ${failureCacheTime} is more than the cache time, ${values.cacheTime}`);
  }
  if (agentPort !== undefined && values.ports.includes(agentPort)) {
    throw new UsageError(`${sources.agentPort}: ${agentPort} is the port of the checks over HTTP, too`);
  }
  return { ...values, failureCacheTime };
}

/** Options that do nothing as they were given, each in a line for the log. */
export function idleOptions({ agentPort, agentAdmin, marksOn }: DaemonOptions): string[] {
  if (agentPort !== undefined) return [];
  return [
    ...(agentAdmin ? ['--agent-admin does nothing without --agent-port'] : []),
    ...(marksOn === 'agent' ? ['--marks-on agent without --agent-port: only spool checks are told of a mark'] : []),
  ];
}
