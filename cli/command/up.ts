// hactl up: removes marks.
import { formatMarkName, marksOf, type MarkName } from '../../lib/route.ts';
import { removeMark } from '../../lib/marking.ts';
import { decidingMark, listMarks } from '../../lib/spool.ts';
import type { Arguments } from '../arguments.ts';
import { DAEMON_OPTIONS, warnOfDaemonPort } from '../daemon.ts';
import { forEachService } from '../each.ts';
import { Failure } from '../errors.ts';
import { SPOOL_ROOT } from '../option.ts';
import { parseSomeServices, PLACE_OPTIONS } from '../service.ts';
import type { Shell } from '../shell.ts';
import { refuseWithoutWait, TAKE_BACK_OPTIONS } from '../wait/option.ts';
import type { Command } from './index.ts';

const OPTIONS = { ...TAKE_BACK_OPTIONS, spoolRoot: SPOOL_ROOT, ...PLACE_OPTIONS, ...DAEMON_OPTIONS } as const;

type Given = Arguments<typeof OPTIONS>;

/** What is left to do for a service that was put back. */
interface PutBack {
  readonly service: MarkName;
  /** When its mark went, in Unix seconds; 0 where it had none. */
  readonly since: number;
  /** Whether another mark still takes it out, or a part of it. */
  readonly isOut: boolean;
}

/** `hactl up`, as the table of commands has it. */
export const up: Command<typeof OPTIONS> = {
  usage: 'SERVICE... [--wait]',
  about: [
    'Puts services back that were taken out. What is up already stays up: no error.',
    'SERVICE is all, web, web:8080 or web:10.0.0.7:8080.',
    '--wait comes back when every balancer has taken them back; where another mark still',
    'takes one out, it says which at once, and exits 1.',
  ].join('\n'),
  options: OPTIONS,
  examples: 'hactl up web --wait\nhactl up web:8080 api.v2',
  run: (given: Given, shell: Shell): number | Promise<number> => {
    const { values, operands, sources } = given;
    const services = parseSomeServices(operands, values);
    refuseWithoutWait(given);
    const back: PutBack[] = [];
    if (values.wait === undefined) warnOfDaemonPort(sources.daemonPort, values, shell);
    // Programs that read objects want no sentence between them.
    const teller = values.json ? { ...shell, isTerminal: false } : shell;
    const code = forEachService(services, shell, (service) => back.push(putBack(values.spoolRoot, service, teller, values.wait !== undefined)));
    if (values.wait === undefined || back.length === 0) return code;
    return back.some(({ isOut }) => isOut) ? Math.max(code, OUT) : waitForAll(back, values.wait, given, code, shell);
  },
};

const OUT = 1;

async function waitForAll(back: readonly PutBack[], timeout: number, { values }: Given, code: number, shell: Shell): Promise<number> {
  const { waitForBalancers } = await import('../wait/index.ts');
  const since = Math.max(...back.map((each) => each.since));
  const wait = { ...values, state: 'up' as const, services: back.map(({ service }) => service), since, timeout, fall: 0, strict: false };
  return Math.max(code, await waitForBalancers(wait, shell));
}

function putBack(root: string, service: MarkName, shell: Shell, waits: boolean): PutBack {
  const name = formatMarkName(service);
  const wasOut = removeMark(root, name);
  const since = wasOut ? shell.clock.time() : 0;
  const other = decidingMark(root, marksOf(service), shell.clock.time);
  if (other !== undefined && 'unreadable' in other) throw new Failure(`${root}: spool unreadable (${other.unreadable})`);
  if (other !== undefined) shell.warn(`${name} is still out, by the mark ${other.name}: hactl up ${other.name}`);
  if (!shell.isTerminal && !waits) return { service, since, isOut: other !== undefined };
  if (other === undefined && shell.isTerminal) shell.print(wasOut ? `${name} is up\n` : `${name} was not out\n`);
  const left = marksWithin(root, service, shell.clock.time());
  if (left.length > 0) shell.warn(`still out: ${left.join(', ')} (hactl up ${left.join(' ')})`);
  return { service, since, isOut: other !== undefined || left.length > 0 };
}

/** The marks that still take out a part of what was put back: every other mark for `all`, `web:8080` for `web`. */
function marksWithin(root: string, { service, port }: MarkName, time: number): string[] {
  if (port !== undefined) return [];
  const names = listMarks(root, time).marks.map(({ name }) => name);
  return names.filter((name) => (service === 'all' ? name !== 'all' : name.startsWith(`${service}:`)));
}
