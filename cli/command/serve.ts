// hactl serve: the daemon in the foreground, until it is told to stop.
import { constants } from 'node:os';
import type { AddressInfo } from 'node:net';
import { startDaemon } from '../../lib/daemon.ts';
import { Log } from '../../lib/log.ts';
import { VERSION } from '../../lib/version.ts';
import { variableOf, type Arguments, type Environment } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { daemonOptions, daemonSecrets, idleOptions, SERVE_OPTIONS } from '../serving.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

/** Milliseconds for the log's last lines. */
const LAST_LINES = 500;
const STDERR = 2;
const BROKEN = 3;

/** `hactl serve`, as the table of commands has it. */
export const serve: Command<typeof SERVE_OPTIONS> = {
  usage: '[options]',
  about: [
    'Answers GET /PROTOCOL/SERVICE/PORT/QUERY: looks at the marks in the spool, then at the',
    'service itself, and remembers what it found. SIGTERM and SIGINT end it gently.',
    'Each option can stand in the environment: HACHECK_CACHE_TIME is --cache-time.',
  ].join('\n'),
  options: SERVE_OPTIONS,
  examples: 'hactl serve --port 3333 --cache-time 5\nHACHECK_VERBOSE=on hactl serve --bind-address 127.0.0.1',
  run: async (given: Arguments<typeof SERVE_OPTIONS>, shell: Shell): Promise<number> => {
    const [operand] = given.operands;
    if (operand !== undefined) throw new UsageError(`serve takes options alone, and ${operand} is none`);
    const options = daemonOptions(given);
    const log = new Log(STDERR, shell.clock);
    for (const warning of [...unknownVariables(shell.env), ...idleOptions(given), ...daemonSecrets(given)]) log.line(warning);
    const stopped = stopSignal();
    process.on('uncaughtException', (error) => void lastWords(error, log));
    const daemon = await startDaemon(options, log, shell.clock);
    const addresses = [...daemon.addresses.map((at) => `http://${formatAddress(at)}`), ...daemon.agentAddresses.map((at) => `agent ${formatAddress(at)}`)];
    log.line(`hacheck ${VERSION} is ready on ${addresses.join(', ')}, spool ${options.spoolRoot}`);
    const signal = await stopped;
    log.line(`${signal}: no new connections; checks under way get their verdict`);
    await daemon.stop();
    await log.flush(LAST_LINES);
    return 0;
  },
};

/** An exception that nobody foresaw may have left anything half done: no daemon is better than one that is half dead. */
async function lastWords(error: unknown, log: Log): Promise<void> {
  log.bug(error);
  await log.flush(LAST_LINES);
  process.exit(BROKEN);
}

/** Waits for SIGTERM or SIGINT. A second one ends the process at once, with 128 and its number. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(128 + constants.signals[signal]);
      stopping = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** Warnings about variables that look like ours and are none; other software (Kubernetes' service links) sets such names, too. */
function unknownVariables(env: Environment): string[] {
  const known = Object.values(SERVE_OPTIONS).map(variableOf);
  const unknown = Object.keys(env).filter((name) => name.startsWith('HACHECK_') && !known.includes(name));
  return unknown.sort().map((name) => `${name} is no variable of hacheck's${didYouMean(name, known)}`);
}

function formatAddress({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
