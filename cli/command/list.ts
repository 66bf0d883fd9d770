// hactl list: which services the daemon was asked for lately.
import { formatDuration } from '../../lib/clock.ts';
import { THRESHOLD } from '../../lib/seen-pages.ts';
import type { Arguments } from '../arguments.ts';
import type { Recent } from '../daemon-pages.ts';
import { DAEMON_OPTIONS } from '../daemon.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { number, single, toggle } from '../option.ts';
import type { Shell } from '../shell.ts';
import { align } from '../table.ts';
import type { Command } from './index.ts';

const DAY = 86_400;
const OPTIONS = {
  threshold: single({ name: 'threshold', value: 'SECONDS', help: 'asked for within so long' }, number(0, 365 * DAY, 'seconds'), THRESHOLD),
  json: toggle({ name: 'json', help: 'print one JSON array' }),
  ...DAEMON_OPTIONS,
} as const;

type Given = Arguments<typeof OPTIONS>;
type Seen = Recent['seen_services'];

/** `hactl list`, as the table of commands has it. */
export const list: Command<typeof OPTIONS> = {
  usage: '[--threshold SECONDS] [--json]',
  about: `Names the services that somebody has asked the daemon for in the last ten minutes, sorted, one on a line. On a
terminal it also says what was answered last, to whom and when; with --json too, in an array of service, code, client and time.`,
  options: OPTIONS,
  examples: 'hactl list\nhactl list --threshold 60 --json',
  run: async ({ values, operands }: Given, shell: Shell): Promise<number> => {
    if (operands.length > 0) throw new UsageError(`list names all services, and takes no ${operands[0]}`);
    const { withDaemon } = await import('../daemon-client.ts');
    const seen = await withDaemon(values, (daemon) => daemon.recent(values.threshold));
    shell.print(values.json ? json(seen) : shell.isTerminal ? table(seen, shell) : seen.map(([service]) => `${service}\n`).join(''));
    return EXIT.done;
  },
};

function json(seen: Seen): string {
  return `${JSON.stringify(seen.map(([service, { code, remote_ip, ts }]) => ({ service, code, client: remote_ip, time: ts })), null, 2)}\n`;
}

const HEADINGS = ['SERVICE', 'ANSWER', 'CLIENT', 'WHEN'];

function table(seen: Seen, shell: Shell): string {
  if (seen.length === 0) return 'nobody has asked\n';
  const now = shell.clock.time();
  const cells = seen.map(([service, { code, remote_ip, ts }]) => [service, String(code), remote_ip, `${formatDuration(now - ts)} ago`]);
  return align([HEADINGS, ...cells], shell.columns, 0).map((line) => `${line}\n`).join('');
}
