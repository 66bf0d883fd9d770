// The README's blocks, and a host on which its commands run.
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock.ts';
import type { DaemonOptions } from '../../lib/daemon.ts';
import { testedDaemon, type TestedDaemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';
import { HACTL, type Run } from './hactl.ts';
import { httpService, type Service } from './service.ts';

export const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

/** The README's blocks of a language. */
export function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

/** A daemon, a service named web, and an operator named ops, who has hactl at hand. */
export interface Host {
  readonly daemon: TestedDaemon;
  readonly service: Service;
  /** The README's text with this host's ports and addresses. */
  readonly here: (text: string) => string;
  /** Runs a command of the operator's. */
  readonly run: (command: string) => Promise<Run>;
}

/** A host whose daemon has been up for long enough to know its balancers. */
export async function newHost(options: Partial<DaemonOptions> = {}): Promise<Host> {
  const commands = temporaryFolder();
  symlinkSync(HACTL, join(commands, 'hactl'));
  let age = 0;
  const daemon = await testedDaemon(options, { time: systemClock.time, monotonic: () => systemClock.monotonic() + age });
  age = 60_000;
  const service = await httpService((request, response) => response.end(request.url === '/health' ? 'fine\n' : 'no such page\n'));
  const ports = (text: string): string =>
    text.replaceAll('3333', String(daemon.port)).replaceAll('8080', String(service.port)).replaceAll('3334', String(options.agentPort));
  const here = (text: string): string => ports(text).replace(/10\.0\.0\.\d/g, '127.0.0.1');
  const env = {
    PATH: `${commands}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: commands,
    HACHECK_SPOOL_ROOT: daemon.spoolRoot,
    HACHECK_PORT: String(daemon.port),
    SUDO_USER: 'ops',
  };
  const run = (command: string): Promise<Run> =>
    new Promise((resolve) => {
      const child = execFile('sh', ['-c', here(command)], { env }, (_error, stdout, stderr) => resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }));
    });
  return { daemon, service, here, run };
}
