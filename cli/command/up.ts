// hactl up: removes marks.
import { formatMarkName, marksOf, type MarkName } from '../../lib/route.ts';
import { removeMark } from '../../lib/marking.ts';
import { decidingMark, listMarks } from '../../lib/spool.ts';
import type { Arguments } from '../arguments.ts';
import { forEachService } from '../each.ts';
import { Failure } from '../errors.ts';
import { SPOOL_ROOT } from '../option.ts';
import { DAEMON_OPTIONS, parseSomeServices, PLACE_OPTIONS, warnOfDaemonPort } from '../service.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

const OPTIONS = { spoolRoot: SPOOL_ROOT, ...PLACE_OPTIONS, ...DAEMON_OPTIONS } as const;

/** `hactl up`, as the table of commands has it. */
export const up: Command<typeof OPTIONS> = {
  usage: 'SERVICE...',
  about: 'Puts services back that were taken out. What is up already stays up: no error.\nSERVICE is all, web, web:8080 or web:10.0.0.7:8080.',
  options: OPTIONS,
  examples: 'hactl up web\nhactl up web:8080 api.v2',
  run: ({ values, operands }: Arguments<typeof OPTIONS>, shell: Shell): number => {
    const services = parseSomeServices(operands, values);
    warnOfDaemonPort(values.daemonPort, shell);
    return forEachService(services, shell, (service) => putBack(values.spoolRoot, service, shell));
  },
};

function putBack(root: string, service: MarkName, shell: Shell): void {
  const name = formatMarkName(service);
  const wasOut = removeMark(root, name);
  const other = decidingMark(root, marksOf(service), shell.clock.time);
  if (other !== undefined && 'unreadable' in other) throw new Failure(`${root}: spool unreadable (${other.unreadable})`);
  if (other !== undefined) shell.warn(`${name} is still out, by the mark ${other.name}: hactl up ${other.name}`);
  if (!shell.isTerminal) return;
  if (other === undefined) shell.print(wasOut ? `${name} is up\n` : `${name} was not out\n`);
  const left = marksWithin(root, service, shell.clock.time());
  if (left.length > 0) shell.warn(`still out: ${left.join(', ')} (hactl up ${left.join(' ')})`);
}

/** The marks that still take out a part of what was put back: every other mark for `all`, `web:8080` for `web`. */
function marksWithin(root: string, { service, port }: MarkName, time: number): string[] {
  if (port !== undefined) return [];
  const names = listMarks(root, time).marks.map(({ name }) => name);
  return names.filter((name) => (service === 'all' ? name !== 'all' : name.startsWith(`${service}:`)));
}
