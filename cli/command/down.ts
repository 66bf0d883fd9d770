// hactl down and hactl drain: make marks.
import { userInfo } from 'node:os';
import { isoTime, type Mark } from '../../lib/mark.ts';
import { formatMarkName, type MarkName } from '../../lib/route.ts';
import { writeMark, type Wanted } from '../../lib/marking.ts';
import type { Arguments, Environment } from '../arguments.ts';
import { DAEMON_OPTIONS, warnOfDaemonPort } from '../daemon.ts';
import { forEachService } from '../each.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { single, SPOOL_ROOT, text, toggle } from '../option.ts';
import { parseSomeServices, PLACE_OPTIONS } from '../service.ts';
import { quiet, type Shell } from '../shell.ts';
import { formatDuration } from '../../lib/clock.ts';
import { parseDuration, parseMoment } from '../time.ts';
import { LET_GO_OPTIONS, refuseWithoutWait } from '../wait/option.ts';
import type { Command } from './index.ts';

const OPTIONS = {
  reason: single({ name: 'reason', short: 'r', value: 'TEXT', help: 'why; hactl status shows it, HAProxy for a down' }, text, undefined),
  for: single({ name: 'for', value: 'DURATION', help: 'for so long: 90s, 30m, 2h, 1d, 1h30m' }, parseDuration, undefined),
  until: single({ name: 'until', value: 'TIME', help: 'until then: ISO 8601, or Unix seconds' }, parseMoment, undefined),
  expiration: single({ name: 'expiration', short: 'e', value: 'SECONDS', help: 'as --until; may lie in the past' }, parseMoment, undefined),
  ...LET_GO_OPTIONS,
  unlessLast: toggle({ name: 'unless-last', help: 'refuse if a balancer has no other server left' }),
  spoolRoot: SPOOL_ROOT,
  ...PLACE_OPTIONS,
  ...DAEMON_OPTIONS,
} as const;

type Given = Arguments<typeof OPTIONS>;

const WAITING = `

SERVICE is all, web, web:8080 or web:10.0.0.7:8080.

--wait comes back when every balancer has let go: it was told, says that nothing
runs, and has no connection in use to the service. Ctrl-C ends the wait, not the
mark.

With --unless-last the daemon is asked first. HAProxy leaves backup servers out of
its count, and two hosts that ask at the same moment can both be let through.`;

/** `hactl down`, as the table of commands has it. */
export const down: Command<typeof OPTIONS> = {
  usage: 'SERVICE... [--reason TEXT] [--for DURATION | --until TIME] [--wait]',
  about: `Takes services out: the next check of each is answered with 503 and the reason.
Balancers stop sending new requests after their fall count of checks; sessions may
be cut where HAProxy is told so. To let them end in peace: hactl drain.${WAITING}`,
  operands: 'services',
  options: OPTIONS,
  examples: 'hactl down web --reason "kernel upgrade" --wait\nhactl down web:8080 --for 30m\nhactl down all --unless-last --until 2030-01-01T06:00:00Z',
  run: (given: Given, shell: Shell): number | Promise<number> => takeOut('down', given, shell),
};

/** `hactl drain`, which is a down with another answer. */
export const drain: Command<typeof OPTIONS> = {
  usage: down.usage,
  about: `Drains services: the next check of each is answered with 404 and the reason.
HAProxy with "http-check disable-on-404" sends no new sessions and keeps those that
run; any other balancer takes it as failing.${WAITING}`,
  operands: 'services',
  options: OPTIONS,
  examples: 'hactl drain web --reason "kernel upgrade" --wait=5m\nhactl drain web:8080 --for 30m',
  run: (given: Given, shell: Shell): number | Promise<number> => takeOut('drain', given, shell),
};

function takeOut(state: Mark['state'], given: Given, shell: Shell): number | Promise<number> {
  const { values, operands, sources } = given;
  const services = parseSomeServices(operands, values);
  for (const service of services) refuseAllWithPort(service);
  refuseWithoutWait(given);
  const wanted = { state, reason: values.reason, by: operatorOf(shell.env), expiration: endOf(values, shell.clock.time()) };
  for (const { service } of services) if (service !== 'all' && service.toLowerCase() === 'all') shell.warn(`${service} is a service's name; everything is all`);
  if (values.wait !== undefined || values.unlessLast) return askAndTakeOut(services, wanted, values, shell);
  warnOfDaemonPort(sources.daemonPort, values, shell);
  return forEachService(services, shell, (service) => void takeOutOne(service, wanted, values.spoolRoot, shell));
}

/** The same with a daemon to ask, before or after. */
async function askAndTakeOut(services: readonly MarkName[], wanted: Wanted, values: Given['values'], shell: Shell): Promise<number> {
  if (values.unlessLast) await (await import('../unless-last.ts')).refuseLast(services, values, shell);
  const marked: { service: MarkName; since: number }[] = [];
  const teller = values.json ? quiet(shell) : shell;
  const code = forEachService(services, shell, (service) => marked.push({ service, since: takeOutOne(service, wanted, values.spoolRoot, teller) }));
  if (values.wait === undefined || marked.length === 0) return code;
  const { waitForBalancers } = await import('../wait/index.ts');
  const since = Math.max(...marked.map((each) => each.since));
  const wait = { ...values, state: wanted.state, services: marked.map(({ service }) => service), since, timeout: values.wait, rise: 0 };
  const waited = await waitForBalancers(wait, shell);
  return code === EXIT.done ? waited : code;
}

/** The mark all:8080 is for checks of a service called all; who types it wants something else. */
function refuseAllWithPort(service: MarkName): void {
  if (service.service !== 'all' || service.port === undefined) return;
  throw new UsageError(`${formatMarkName(service)} takes nothing out: name the service, as in web:${service.port}, or take out all`);
}

function endOf(values: Given['values'], now: number): number | undefined {
  const given = [values.for, values.until, values.expiration].filter((value) => value !== undefined);
  if (given.length > 1) throw new UsageError('--for, --until and -e say the same thing: give one of them');
  if (values.until !== undefined && values.until <= now) throw new UsageError(`--until: ${isoTime(values.until)} is in the past`);
  if (values.wait !== undefined && values.expiration !== undefined && values.expiration <= now) throw new UsageError('-e in the past leaves the service up: there is nothing to wait for');
  return values.for === undefined ? (values.until ?? values.expiration) : now + values.for;
}

/** Makes one mark, and says since when it stands, in Unix seconds. */
function takeOutOne(service: MarkName, wanted: Wanted, root: string, shell: Shell): number {
  const name = formatMarkName(service);
  const now = shell.clock.time();
  const { mark, full } = writeMark(root, name, wanted, now);
  if (full) shell.warn(`${name} is down, but the disk is full: the mark has no reason and no end; make room, then say it again`);
  else if (shell.isTerminal) shell.print(`${sentence(mark, now)}\n`);
  return mark.creation !== undefined && mark.creation < now ? mark.creation : shell.clock.time();
}

function sentence({ name, state, reason, expiration }: Mark, now: number): string {
  if (expiration !== undefined && expiration <= now) return `${name} stays up: the mark has expired at ${isoTime(expiration)}`;
  const end = expiration === undefined ? '' : ` for ${formatDuration(expiration - now)}, until ${isoTime(expiration)}`;
  return `${name} is ${state === 'down' ? 'down' : 'draining'}${end}${reason === undefined ? '' : `: ${reason}`}`;
}

/** Who gives the command: the person behind sudo or ssh, else the user. */
function operatorOf(env: Environment): string {
  return env['SUDO_USER'] || env['SSH_USER'] || userName();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the passwd file, as in containers.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
