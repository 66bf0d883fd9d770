// The load: wrk, on the core that is the load's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pinned } from './cores.ts';
import type { BenchedServer } from './server.ts';

const CONNECTIONS = 50;
const SECONDS = Number(process.env['SECONDS_A_ROUND'] ?? 2);

/**
 * Loads a server for some seconds.
 *
 * @param kept whether connections are kept open, or each request makes a new one, as HAProxy's checks do
 * @returns microseconds of the server's CPU per request
 */
export async function cpuPerRequest(server: BenchedServer, path: string, kept: boolean): Promise<number> {
  const closing = kept ? [] : ['-H', 'Connection: close'];
  const before = server.cpuSeconds();
  const wrk = spawn(...pinned('load', 'wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...closing, `http://127.0.0.1:${server.port}${path}`]));
  let report = '';
  wrk.stdout.on('data', (chunk: Buffer) => (report += chunk.toString()));
  await once(wrk, 'close');
  const used = server.cpuSeconds() - before;
  const requests = Number(/(\d+) requests in/.exec(report)?.[1]);
  if (!(requests > 0) || report.includes('Non-2xx')) throw new Error(`the load went wrong: ${report}`);
  return (used / requests) * 1e6;
}
