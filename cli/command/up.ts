// hactl up: removes marks.
import { formatMarkName, marksOf, type MarkName } from '../../lib/route.ts';
import { removeMark } from '../../lib/marking.ts';
import { decidingMark, marksWithin } from '../../lib/spool.ts';
import type { Arguments } from '../arguments.ts';
import { DAEMON_OPTIONS, warnOfDaemonPort } from '../daemon.ts';
import { forEachService } from '../each.ts';
import { Failure } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { SPOOL_ROOT } from '../option.ts';
import { parseSomeServices, PLACE_OPTIONS } from '../service.ts';
import { quiet, type Shell } from '../shell.ts';
import { refuseWithoutWait, TAKE_BACK_OPTIONS } from '../wait/option.ts';
import type { Command } from './index.ts';

const OPTIONS = { ...TAKE_BACK_OPTIONS, spoolRoot: SPOOL_ROOT, ...PLACE_OPTIONS, ...DAEMON_OPTIONS } as const;

type Given = Arguments<typeof OPTIONS>;

/** A service that was put back. */
interface PutBack {
  readonly service: MarkName;
  readonly wasOut: boolean;
  /** When its mark went, in Unix seconds; 0 where it had none. */
  readonly since: number;
}

/** `hactl up`, as the table of commands has it. */
export const up: Command<typeof OPTIONS> = {
  usage: 'SERVICE... [--wait]',
  about: `Puts services back that were taken out. What is up already stays up: no error.

SERVICE is all, web, web:8080 or web:10.0.0.7:8080.

--wait comes back when every balancer has taken them back; where another mark still
takes one out, it says which at once, and exits 1.`,
  operands: 'marks',
  options: OPTIONS,
  examples: 'hactl up web --wait\nhactl up web:8080 api.v2',
  run: (given: Given, shell: Shell): number | Promise<number> => {
    const { values, operands, sources } = given;
    const services = parseSomeServices(operands, values);
    refuseWithoutWait(given);
    if (values.wait === undefined) warnOfDaemonPort(sources.daemonPort, values, shell);
    const back: PutBack[] = [];
    const removed = forEachService(services, shell, (service) => back.push(putBack(values.spoolRoot, service, shell)));
    // When all are removed: one may take out a part of another.
    const left: string[] = [];
    const teller = values.json ? quiet(shell) : shell;
    const looked = forEachService(back.map(({ service }) => service), shell, (service) => left.push(...sayWhatIsLeft(values.spoolRoot, back, service, teller, values.wait !== undefined)));
    if (values.wait === undefined || back.length === 0 || looked !== EXIT.done) return Math.max(removed, looked);
    return waitForAll(back, left, values.wait, given, shell).then((waited) => (removed === EXIT.done ? waited : removed));
  },
};

async function waitForAll(back: readonly PutBack[], left: readonly string[], timeout: number, { values }: Given, shell: Shell): Promise<number> {
  if (left.length > 0) return EXIT.out;
  const { waitForBalancers } = await import('../wait/index.ts');
  const since = Math.max(...back.map((each) => each.since));
  return waitForBalancers({ ...values, state: 'up', services: back.map(({ service }) => service), since, timeout, fall: 0, strict: false }, shell);
}

function putBack(root: string, service: MarkName, shell: Shell): PutBack {
  const wasOut = removeMark(root, formatMarkName(service));
  return { service, wasOut, since: wasOut ? shell.clock.time() : 0 };
}

/** Says which marks still take out a service, or a part of it, and gives their names. */
function sayWhatIsLeft(root: string, back: readonly PutBack[], service: MarkName, shell: Shell, waits: boolean): string[] {
  const name = formatMarkName(service);
  const other = decidingMark(root, marksOf(service), shell.clock.time);
  if (other !== undefined && 'unreadable' in other) throw new Failure(`${root}: spool unreadable (${other.unreadable})`);
  if (other !== undefined) shell.warn(`${name} is still out, by the mark ${other.name}: hactl up ${other.name}`);
  const wasOut = back.some((each) => each.service === service && each.wasOut);
  if (other === undefined && shell.isTerminal) shell.print(wasOut ? `${name} is up\n` : `${name} was not out\n`);
  const within = shell.isTerminal || waits ? marksWithin(root, service, shell.clock.time()) : [];
  if (within.length > 0) shell.warn(`still out: ${within.join(', ')} (hactl up ${within.join(' ')})`);
  return [...(other === undefined ? [] : [other.name]), ...within];
}
