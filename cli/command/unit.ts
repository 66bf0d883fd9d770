// hactl unit: what systemd needs to know of the daemon.
import { realpathSync } from 'node:fs';
import { isRefusal, quote, type Refusal } from '../../lib/route.ts';
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { single, toggle } from '../option.ts';
import type { Shell } from '../shell.ts';
import { defaultFile } from '../unit/default.ts';
import { serviceUnit } from '../unit/service.ts';
import { AGENT_SOCKET, SOCKET } from '../unit/sockets.ts';
import { TMPFILES } from '../unit/tmpfiles.ts';
import type { Command } from './index.ts';

/** A path in ExecStart=, where systemd takes blanks, quotes, backslashes, % and $ for more than themselves. */
const plainPath = (given: string): string | Refusal =>
  /^(?:\/[\w.@+,:=~-]+)+$/.test(given) ? given : { refused: `bad path ${quote(given)}: an absolute one, without blanks, quotes, %, $ and the like` };

const OPTIONS = {
  socket: toggle({ name: 'socket', help: 'print hacheck.socket: the port of the checks' }),
  agentSocket: toggle({ name: 'agent-socket', help: 'print hacheck-agent.socket: the port of the agent' }),
  tmpfiles: toggle({ name: 'tmpfiles', help: 'print tmpfiles.d/hacheck.conf: the spool' }),
  default: toggle({ name: 'default', help: 'print /etc/default/hacheck: each option, in a comment' }),
  program: single({ name: 'program', value: 'PATH', help: 'of hactl on the host; this file if not given' }, plainPath, undefined),
  node: single({ name: 'node', value: 'PATH', help: 'of Node on the host; the one that runs this if not given' }, plainPath, undefined),
} as const;

/** Folders of the host that the unit shows to nobody: ProtectHome= and PrivateTmp=. */
const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;

/** `hactl unit`, as the table of commands has it. */
export const unit: Command<typeof OPTIONS> = {
  usage: '[--socket | --agent-socket | --tmpfiles | --default]',
  about: `Prints hacheck.service, a unit of systemd that runs the daemon as a user without rights
behind hacheck.socket, which keeps the port open while the daemon is restarted. On a
host on which hactl lies in /usr/local/bin, as root:

  cd /etc/systemd/system
  hactl unit > hacheck.service
  hactl unit --socket > hacheck.socket
  hactl unit --agent-socket > hacheck-agent.socket
  install -d -m 0755 /var/spool/hacheck
  systemctl enable --now hacheck.socket`,
  options: OPTIONS,
  examples: 'hactl unit --program /usr/bin/hactl --node /usr/bin/node > hacheck.service\nhactl unit --socket > hacheck.socket',
  run: ({ values, operands }: Arguments<typeof OPTIONS>, shell: Shell): number => {
    const { program, node } = values;
    const [operand] = operands;
    if (operand !== undefined) throw new UsageError(`unit takes options alone, and ${operand} is none`);
    const others = [values.socket && SOCKET, values.agentSocket && AGENT_SOCKET, values.tmpfiles && TMPFILES, values.default && defaultFile()].filter((text) => text !== false);
    if (others.length > 1) throw new UsageError('unit prints one file at a time');
    if (others.length > 0 && (program ?? node) !== undefined) throw new UsageError('--program and --node are what hacheck.service starts: name them without another file');
    shell.print(others[0] ?? service(program ?? ownPath('program', realpathSync(shell.program)), node ?? ownPath('node', process.execPath), shell));
    return EXIT.done;
  },
};

function ownPath(option: string, path: string): string {
  const plain = plainPath(path);
  if (isRefusal(plain)) throw new UsageError(`${plain.refused}; name another with --${option}`);
  return plain;
}

function service(program: string, node: string, shell: Shell): string {
  for (const path of [program, node]) if (HIDDEN.test(path)) shell.warn(`${path} is out of the unit's sight: it sees no homes, and a /tmp of its own; put it into /usr/local`);
  return serviceUnit({ program, node });
}
