// hactl status: what is out.
import { existsSync } from 'node:fs';
import { markRow, type MarkRow } from '../../lib/mark.ts';
import { formatMarkName, marksOf, quote, type MarkName } from '../../lib/route.ts';
import { decidingMark, listMarks } from '../../lib/spool.ts';
import type { Arguments } from '../arguments.ts';
import { DAEMON_OPTIONS, warnOfDaemonPort } from '../daemon.ts';
import { Failure, UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { SPOOL_ROOT, toggle } from '../option.ts';
import { parseServices, PLACE_OPTIONS } from '../service.ts';
import type { Shell } from '../shell.ts';
import { statusLines, statusTable } from '../table.ts';
import type { Command } from './index.ts';

const OPTIONS = {
  json: toggle({ name: 'json', help: 'print one JSON array' }),
  spoolRoot: SPOOL_ROOT,
  ...PLACE_OPTIONS,
  ...DAEMON_OPTIONS,
} as const;

/** `hactl status`, as the table of commands has it. */
export const status: Command<typeof OPTIONS> = {
  usage: '[SERVICE...] [--json]',
  about: `Says what a check of each service would be told by the marks; the mark all counts.
Exits 1 if one is out. Without a service, lists every mark and exits 0.

Piped, lines are tab-separated: state, service, reason, by, since, until.`,
  operands: 'services',
  options: OPTIONS,
  examples: 'hactl status\nhactl status web && echo "web is in"\nhactl status --json',
  run: ({ values, operands, sources }: Arguments<typeof OPTIONS>, shell: Shell): number => {
    if (operands.length === 0 && values.port !== undefined) throw new UsageError('-P needs a service: hactl status web -P 8080');
    const services = parseServices(operands, values);
    warnOfDaemonPort(sources.daemonPort, values, shell);
    if (shell.isTerminal && !existsSync(values.spoolRoot)) shell.warn(`${values.spoolRoot} does not exist, so nothing is out; is it the right spool?`);
    const rows = services.length === 0 ? everyMark(values.spoolRoot, shell) : services.map((service) => rowOf(values.spoolRoot, service, shell));
    shell.print(values.json ? `${JSON.stringify(rows, null, 2)}\n` : shell.isTerminal ? statusTable(rows, shell) : statusLines(rows));
    return services.length > 0 && rows.some(({ state }) => state !== 'UP') ? EXIT.out : EXIT.done;
  },
};

function rowOf(root: string, service: MarkName, shell: Shell): MarkRow {
  const mark = decidingMark(root, marksOf(service), shell.clock.time);
  if (mark !== undefined && 'unreadable' in mark) {
    throw new Failure(`${root}: spool unreadable (${mark.unreadable}), so every check is answered 503; ${mark.unreadable === 'EACCES' ? 'try it with sudo' : `see what it is: ls -ld ${root}`}`);
  }
  return markRow(formatMarkName(service), mark);
}

function everyMark(root: string, shell: Shell): MarkRow[] {
  const { marks, strays } = listMarks(root, shell.clock.time());
  if (strays.length > 0) shell.warn(`${root}: not the name of a mark, and takes nothing out: ${strays.map(quote).join(', ')}`);
  return marks.map((mark) => markRow(mark.name, mark));
}
