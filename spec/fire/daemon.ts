// A daemon as systemd's unit starts it, in a process of its own: with the flags and the limit that keep its memory small.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { DESCRIPTORS, NODE_FLAGS } from '../../cli/unit/service.ts';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL, ready, type ServingHactl } from '../support/hactl.ts';
import { freePort } from '../support/service.ts';

/** A daemon under fire. */
export interface FiredAt extends ServingHactl {
  readonly agentPort: number;
  readonly spool: string;
  /** The most memory that it has had so far, in megabytes. */
  readonly peakMegabytes: () => number;
}

/** How it is started, besides. */
export interface Firing {
  readonly words?: readonly string[];
  /** How many file descriptors it may have. */
  readonly descriptors?: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it; it ends with the specs around the call. */
export async function firedAt({ words = [], descriptors = DESCRIPTORS, flags = NODE_FLAGS, env = {} }: Firing = {}): Promise<FiredAt> {
  const [spool, agentPort] = [temporaryFolder(), await freePort()];
  const serve = [...flags, HACTL, 'serve', '-p', '0', '-B', '127.0.0.1', '--agent-port', String(agentPort), '--spool-root', spool, ...words];
  const child = spawn('sh', ['-c', `ulimit -n ${descriptors}; exec "$0" "$@"`, process.execPath, ...serve], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], ...env } });
  after(async () => {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await daemon.ended;
  });
  const daemon = await ready(child);
  const peakMegabytes = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  return { ...daemon, agentPort, spool, peakMegabytes };
}
