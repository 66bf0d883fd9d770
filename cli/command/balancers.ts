// hactl balancers: who asks, and how they see the services.
import { serviceOf, type BalancerRow } from '../../lib/balancer-row.ts';
import { formatDuration } from '../../lib/clock.ts';
import { isoTime } from '../../lib/mark.ts';
import type { Arguments } from '../arguments.ts';
import { DAEMON_OPTIONS } from '../daemon.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { toggle } from '../option.ts';
import { parseServices } from '../service.ts';
import type { Shell } from '../shell.ts';
import { align } from '../table.ts';
import { rowsAbout } from '../wait/watch.ts';
import type { Command } from './index.ts';

const OPTIONS = { json: toggle({ name: 'json', help: 'print one JSON array' }), ...DAEMON_OPTIONS } as const;

type Given = Arguments<typeof OPTIONS>;

/** `hactl balancers`, as the table of commands has it. */
export const balancers: Command<typeof OPTIONS> = {
  usage: '[SERVICE] [--json]',
  about: `Says who has asked the daemon about a service, or about any, what they were told last
and since when, and what HAProxy says of the server with http-check send-state: its
state, its weight of all, sessions and queue.

Piped, lines are tab-separated: address, service, port, via, node, name, state, weight,
total, sessions, queue, told, since, last.`,
  operands: 'services',
  options: OPTIONS,
  examples: 'hactl balancers\nhactl balancers web --json',
  run: async ({ values, operands }: Given, shell: Shell): Promise<number> => {
    const [service, ...others] = operands;
    if (others.length > 0) throw new UsageError('name one service, or none for all');
    const [name] = parseServices(service === undefined ? [] : [service], { port: undefined, address: undefined });
    const { withDaemon } = await import('../daemon-client.ts');
    const { rows } = await withDaemon(values, (daemon) => daemon.look(name?.service === 'all' ? undefined : name?.service));
    const wanted = name === undefined ? rows : rowsAbout(rows, [name]);
    shell.print(values.json ? `${JSON.stringify(wanted, null, 2)}\n` : shell.isTerminal ? table(wanted, shell) : lines(wanted));
    return EXIT.done;
  },
};

function lines(rows: readonly BalancerRow[]): string {
  return rows
    .map(({ address, service, port, via, node, name, state, weight, total, sessions, queue, told, since, last }) =>
      [address, service, port, via, node, name, state, weight, total, sessions, queue, told, isoTime(since), isoTime(last)].map((cell) => cell ?? '').join('\t'),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const HEADINGS = ['ADDRESS', 'SERVICE', 'VIA', 'BALANCER', 'STATE', 'WEIGHT', 'SESSIONS', 'TOLD', 'ASKED'];
const BALANCER_COLUMN = 3;

function table(rows: readonly BalancerRow[], shell: Shell): string {
  if (rows.length === 0) return 'nobody has asked\n';
  const cells = [HEADINGS, ...rows.map((row) => cellsOf(row, shell.clock.time()))];
  return align(cells, shell.columns, BALANCER_COLUMN).map((line) => `${line}\n`).join('');
}

function cellsOf(row: BalancerRow, now: number): string[] {
  const { address, via, node, name, state, weight, total, sessions, queue, told, since, last, interval, user_agent } = row;
  return [
    address,
    serviceOf(row),
    via,
    node === null ? (user_agent ?? '') : `${node} ${name ?? ''}`.trim(),
    state ?? '',
    weight === null ? '' : `${weight} of ${total}`,
    sessions === null ? '' : `${sessions}${(queue ?? 0) === 0 ? '' : `, ${queue} queued`}`,
    told === null ? '' : `${told} since ${formatDuration(now - since)}`,
    `${formatDuration(now - last)} ago${interval === null ? '' : `, every ${interval.toFixed(1)} s`}`,
  ];
}
