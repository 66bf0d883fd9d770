// The options of `hactl serve`, from words to what the daemon takes.
import type { GivenSockets } from '../lib/activation.ts';
import type { DaemonOptions } from '../lib/daemon.ts';
import type { Arguments } from './arguments.ts';
import { UsageError } from './errors.ts';
import { address, count, file, headerName, list, network, number, onOff, port, portRange, single, SPOOL_ROOT, toggle, word } from './option.ts';
import { checkSecrets, checkToken, idleLogins, loginsOf, PROBE_OPTIONS } from './probing.ts';

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
  refreshAhead: onOff({ name: 'refresh-ahead', help: 'whether an up that is asked for is probed again before it is too old', variable: true }),
  cacheEntries: single({ name: 'cache-entries', value: 'COUNT', help: 'verdicts kept at most', variable: true }, count(1_000_000), 10_000),
  ...PROBE_OPTIONS,
  maxProbes: single({ name: 'max-probes', value: 'COUNT', help: 'probes under way at most', variable: true }, count(10_000), 256),
  agentPort: single({ name: 'agent-port', value: 'PORT', help: "to answer HAProxy's agent checks on", variable: true }, port({ free: false }), undefined),
  agentAdmin: toggle({ name: 'agent-admin', help: 'the agent says ready, drain and maint, too', variable: true }),
  marksOn: single({ name: 'marks-on', value: 'all|agent', help: 'agent: over HTTP, spool checks alone are told of marks', variable: true }, word('all', 'agent'), 'all' as const),
  forwardHeaders: list({ name: 'forward-header', value: 'NAME', help: 'that header of a check goes to the service, over http and https', variable: true }, headerName, []),
  serviceNameHeader: single({ name: 'service-name-header', value: 'NAME', help: "the service's name goes to it in that header", variable: true }, headerName, undefined),
  targetFromHeader: toggle({ name: 'target-from-header', help: 'X-Haproxy-Server-State or X-Nerve-Check-IP say where to probe', variable: true }),
  targetNetworks: list({ name: 'target-network', value: 'CIDR', help: 'where they may, beside loopback: 10.0.0.0/8', variable: true }, network, []),
  probePorts: list({ name: 'probe-port', value: 'PORTS', help: 'probe these ports alone: 8080, or 8000-8999', variable: true }, portRange, []),
  remoteSpool: toggle({ name: 'remote-spool', help: 'POST /spool/SERVICE/PORT makes and removes marks; needs a token', variable: true }),
  tokenFile: single({ name: 'token-file', value: 'FILE', help: 'holds the token for it', variable: true }, file, undefined),
  allowClients: list({ name: 'allow-client', value: 'CIDR', help: 'answer these clients alone: 10.0.0.0/8', variable: true }, network, []),
  log: single({ name: 'log', value: 'text|json', help: 'how the log is written; json is for machines', variable: true }, word('text', 'json'), 'text' as const),
  verbose: toggle({ name: 'verbose', short: 'v', help: 'log every check', variable: true }),
} as const;

type Serving = Pick<Arguments<typeof SERVE_OPTIONS>, 'values' | 'sources'>;

/**
 * The daemon's options, checked against each other.
 *
 * @param sockets that were given to it
 * @throws UsageError
 */
export function daemonOptions({ values, sources }: Serving, sockets?: GivenSockets): DaemonOptions {
  const { failureCacheTime = Math.min(1, values.cacheTime), agentPort, remoteSpool, tokenFile } = values;
  if (failureCacheTime > values.cacheTime) {
    throw new UsageError(`${sources.failureCacheTime}: ${failureCacheTime} is more than the cache time, ${values.cacheTime}`);
  }
  if (agentPort !== undefined && values.ports.includes(agentPort)) {
    throw new UsageError(`${sources.agentPort}: ${agentPort} is the port of the checks over HTTP, too`);
  }
  if (remoteSpool && tokenFile === undefined) throw new UsageError(`${sources.remoteSpool}: name the file with the token for it: --token-file`);
  const { ports, bindAddress, spoolRoot, cacheTime, refreshAhead, cacheEntries, timeout, maxProbes, agentAdmin, marksOn, allowClients, verbose } = values;
  const { forwardHeaders, serviceNameHeader, targetFromHeader, targetNetworks, probePorts } = values;
  return {
    sockets, ports, bindAddress, spoolRoot, cacheTime, failureCacheTime, refreshAhead, cacheEntries, timeout, maxProbes, agentPort, agentAdmin, marksOn, allowClients, verbose,
    logins: loginsOf({ values, sources }),
    targets: { forwardHeaders, serviceNameHeader, targetFromHeader, targetNetworks, probePorts },
    tokenFile: remoteSpool ? tokenFile : undefined,
  };
}

/**
 * Options that do nothing as they were given, each in a line for the log.
 *
 * @param sockets that were given to the daemon
 */
export function idleOptions({ values, sources }: Serving, sockets?: GivenSockets): string[] {
  const { agentPort, agentAdmin, marksOn, targetFromHeader, targetNetworks, remoteSpool, tokenFile } = values;
  const hasAgent = sockets === undefined ? agentPort !== undefined : sockets.agent.length > 0;
  return [
    ...(sockets === undefined ? [] : idlePorts(sources)),
    ...(!hasAgent && agentAdmin ? ['--agent-admin does nothing without --agent-port'] : []),
    ...(!hasAgent && marksOn === 'agent' ? ['--marks-on agent without --agent-port: only spool checks are told of a mark'] : []),
    ...(!targetFromHeader && targetNetworks.length > 0 ? ['--target-network does nothing without --target-from-header'] : []),
    ...(!remoteSpool && tokenFile !== undefined ? ['--token-file does nothing without --remote-spool'] : []),
    ...idleLogins(values),
  ];
}

function idlePorts({ ports, bindAddress, agentPort }: Serving['sources']): string[] {
  const named = [ports, bindAddress, agentPort].filter((source) => source !== 'default');
  return named.length === 0 ? [] : [`${named.join(', ')}: opens nothing, for the sockets were given; with systemd, ListenStream= of their units says where`];
}

/**
 * Looks into the files with secrets that a daemon needs.
 *
 * @returns a warning for each that others can read
 * @throws Failure where one cannot be read, is empty or blank
 */
export function daemonSecrets(given: Serving): string[] {
  const { values, sources } = given;
  return [...checkSecrets(passwordFiles(given)), ...checkToken(sources.tokenFile, values.remoteSpool ? values.tokenFile : undefined)];
}

/** The files with secrets that a daemon needs, each by what names it: `--token-file`, `HACHECK_REDIS_PASSWORD_FILE`. */
export function secretFiles(given: Serving): Map<string, string> {
  const { values, sources } = given;
  const files = { ...passwordFiles(given), ...(values.remoteSpool ? { [sources.tokenFile]: values.tokenFile } : {}) };
  return new Map(Object.entries(files).flatMap(([source, path]) => (path === undefined ? [] : [[source, path] as const])));
}

function passwordFiles({ values, sources }: Serving): Readonly<Record<string, string | undefined>> {
  return { [sources.mysqlPasswordFile]: values.mysqlPasswordFile, [sources.redisPasswordFile]: values.redisPasswordFile };
}
