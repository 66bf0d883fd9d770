// hactl serve: the daemon in the foreground, until it is told to stop.
import { constants } from 'node:os';
import { takeSockets, type GivenSockets } from '../../lib/activation.ts';
import { startDaemon, type Daemon, type DaemonOptions } from '../../lib/daemon.ts';
import type { Log } from '../../lib/log.ts';
import { formatPlace } from '../../lib/route.ts';
import { VERSION } from '../../lib/version.ts';
import { isServiceLink, variableOf, type Arguments, type Environment } from '../arguments.ts';
import { Failure, UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { didYouMean } from '../nearest.ts';
import { toggle } from '../option.ts';
import { anotherDaemon } from '../port-owner.ts';
import { printConfig } from '../print-config.ts';
import { isAtTerminal, sayFailure, serveLog } from '../serve-log.ts';
import { daemonOptions, daemonSecrets, idleOptions, secretFiles, SERVE_OPTIONS } from '../serving.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

/** Milliseconds for the log's last lines. */
const LAST_LINES = 500;

const OPTIONS = { ...SERVE_OPTIONS, printConfig: toggle({ name: 'print-config', help: 'print each option, its value and what says so, and end' }) } as const;

type Given = Arguments<typeof OPTIONS>;

/** `hactl serve`, as the table of commands has it. */
export const serve: Command<typeof OPTIONS> = {
  usage: '[options]',
  about: `Answers GET /PROTOCOL/SERVICE/PORT/QUERY: looks at the marks in the spool, then at the
service itself, and remembers what it found. SIGTERM and SIGINT end it gently; SIGHUP
reads tokens and passwords again.

Each option can stand in the environment: HACHECK_CACHE_TIME is --cache-time.`,
  options: OPTIONS,
  examples: 'hactl serve --port 3333 --cache-time 5\nHACHECK_VERBOSE=on hactl serve --bind-address 127.0.0.1',
  run: async (given: Given, shell: Shell): Promise<number> => {
    const [operand] = given.operands;
    if (operand !== undefined) throw new UsageError(`serve takes options alone, and ${operand} is none`);
    const sockets = takeSockets(shell.env, process.pid);
    const warnings = [...unknownVariables(shell.env), ...idleOptions(given, sockets)];
    if (!given.values.printConfig) return serveUntilStopped(given, sockets, warnings, shell);
    for (const warning of warnings) shell.warn(warning);
    const { failureCacheTime, logins: { mysql, redis } } = daemonOptions(given);
    const inForce = { ...given.values, failureCacheTime, mysqlLoginPorts: mysql.ports, redisLoginPorts: redis.ports };
    shell.print(printConfig(SERVE_OPTIONS, { ...given, values: inForce }, shell));
    return EXIT.done;
  },
  sayFailure,
};

async function serveUntilStopped(given: Given, sockets: GivenSockets | undefined, warnings: readonly string[], shell: Shell): Promise<number> {
  const options = daemonOptions(given, sockets);
  const log = serveLog(given.values.log, shell.env, shell.clock);
  for (const warning of warnings) log.say('notice', warning);
  try {
    return await serveWith(options, given, log, shell);
  } catch (error) {
    await log.flush(LAST_LINES);
    throw error;
  }
}

async function serveWith(options: DaemonOptions, given: Given, log: Log, shell: Shell): Promise<number> {
  for (const warning of daemonSecrets(given)) log.say('notice', warning);
  const stopped = stopSignal(log);
  if (!isAtTerminal()) process.on('SIGHUP', () => readAgain(given, shell.env, log));
  const starting = startDaemon(options, log, shell.clock);
  process.on('uncaughtException', (error) => void lastWords(error, log, starting));
  const daemon = await starting.catch(async (error: unknown) => {
    throw (await anotherDaemon(error)) ?? error;
  });
  const addresses = [...daemon.addresses.map((at) => `http://${formatPlace(at.address, at.port)}`), ...daemon.agentAddresses.map((at) => `agent ${formatPlace(at.address, at.port)}`)];
  log.say('info', `hacheck ${VERSION} is ready on ${addresses.join(', ')}, spool ${options.spoolRoot}`);
  const signal = await stopped;
  const parting = options.sockets === undefined ? 'no new connections; checks under way get their verdict' : 'checks under way get their verdict; the sockets are left to the next daemon';
  log.say('info', `${signal}: ${parting}`);
  await daemon.stop();
  await log.flush(LAST_LINES);
  endIfStuck(log, signal);
  return EXIT.done;
}

/** Tokens and passwords are read whenever they are needed; this says now whether the next login will find them. */
function readAgain(given: Given, env: Environment, log: Log): void {
  try {
    const files = secretFiles(given);
    for (const warning of daemonSecrets(given)) log.say('notice', warning);
    log.say('info', `SIGHUP: ${files.size === 0 ? 'no token and no password to read again' : `read again: ${[...files.keys()].join(', ')}`}; options stay as they were at the start`);
    for (const path of files.values()) if (isCredential(path, env)) log.say('notice', `${path} is a copy that systemd made at the start: for a new secret, systemctl restart hacheck`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.say('warning', `SIGHUP: ${error.message}`);
  }
}

/** Whether a file is what LoadCredential= has made of another: that one may change, and the copy does not (systemd.exec(5)). */
function isCredential(path: string, { CREDENTIALS_DIRECTORY: folder = '' }: Environment): boolean {
  return folder !== '' && path.startsWith(`${folder}/`);
}

/** An exception that nobody foresaw may have left anything half done: no daemon is better than one that is half dead. */
async function lastWords(error: unknown, log: Log, starting: Promise<Daemon>): Promise<void> {
  // It ends even if this has a bug, too.
  const end = (): void => {
    endIfStuck(log, 'SIGKILL');
    process.exit(EXIT.failed);
  };
  setTimeout(end, LAST_LINES);
  // One that has not started yet has no connection before this is done: all that it waits for comes in the same turn of the loop.
  void starting.then((daemon) => daemon.abandon(), () => undefined);
  log.bug(error);
  await log.flush(LAST_LINES);
  end();
}

/** Ends the process by a signal where exit(3) would wait for the log's last write: whoever started it sees 128 and its number, and systemd takes all but SIGKILL for a clean end. */
function endIfStuck(log: Log, signal: NodeJS.Signals): void {
  if (!log.stuck) return;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Waits for SIGTERM, SIGINT, or the terminal's end. A second one ends the process at once, with 128 and its number. */
function stopSignal(log: Log): Promise<NodeJS.Signals> {
  const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', ...(isAtTerminal() ? (['SIGHUP'] as const) : [])];
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) {
        endIfStuck(log, signal);
        process.exit(128 + constants.signals[signal]);
      }
      stopping = true;
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

/** Warnings about variables that look like ours and are none; other software (Kubernetes' service links) sets such names, too. */
function unknownVariables(env: Environment): string[] {
  const known = Object.values(SERVE_OPTIONS).map(variableOf);
  const unknown = Object.keys(env).filter((name) => name.startsWith('HACHECK_') && !known.includes(name));
  const links = known.filter((name) => isServiceLink(env[name] ?? ''));
  return [...unknown.sort().map((name) => `${name} is no variable of hacheck's${didYouMean(name, known)}`), ...links.map((name) => `${name}=${env[name]} is Kubernetes' and says nothing here`)];
}
