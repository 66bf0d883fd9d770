// hactl up: removes marks.
import { formatMarkName, marksOf, type MarkName } from '../../lib/route.ts';
import { removeMark } from '../../lib/marking.ts';
import { decidingMark } from '../../lib/spool.ts';
import type { Arguments } from '../arguments.ts';
import { forEachService } from '../each.ts';
import { SPOOL_ROOT } from '../option.ts';
import { DAEMON_OPTIONS, parseSomeServices, PLACE_OPTIONS } from '../service.ts';
import type { Shell } from '../shell.ts';
import type { Command } from './index.ts';

const OPTIONS = { spoolRoot: SPOOL_ROOT, ...PLACE_OPTIONS, ...DAEMON_OPTIONS } as const;

export const up: Command<typeof OPTIONS> = {
  usage: 'SERVICE...',
  about: 'Puts services back that were taken out. What is up already stays up: no error.\nSERVICE is all, web, web:8080 or web:10.0.0.7:8080.',
  options: OPTIONS,
  examples: 'hactl up web\nhactl up web:8080 api.v2',
  run: ({ values, operands }: Arguments<typeof OPTIONS>, shell: Shell): number => {
    const services = parseSomeServices(operands, values);
    return forEachService(services, shell, (service) => putBack(values.spoolRoot, service, shell));
  },
};

function putBack(root: string, service: MarkName, shell: Shell): void {
  const name = formatMarkName(service);
  removeMark(root, name);
  const other = decidingMark(root, marksOf(service), shell.clock.time);
  if (other !== undefined && 'name' in other) shell.warn(`${name} is still out, by the mark ${other.name}: hactl up ${other.name}`);
  else if (shell.isTerminal) shell.print(`${name} is up\n`);
}
