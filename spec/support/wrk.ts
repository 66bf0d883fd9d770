// A running load: wrk asks again and again over a few connections until it is told to stop.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';

/** What wrk has seen. */
export interface LoadReport {
  readonly requests: number;
  /** The lines in which it tells of errors: on sockets, time-outs, and answers other than 2xx and 3xx. */
  readonly errors: readonly string[];
}

export interface Load {
  /** Ends it, and gives what it has seen. */
  readonly stop: () => Promise<LoadReport>;
}

/** Longer than any spec; wrk reports when it is interrupted. */
const DURATION = '120s';

/** Starts asking for a URL over so many connections; it ends with the specs around the call. */
export async function startLoad(url: string, connections: number): Promise<Load> {
  const child = spawn('wrk', ['-t', '1', '-c', String(connections), '-d', DURATION, '--timeout', '5s', url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const stop = async (): Promise<LoadReport> => {
    child.kill('SIGINT');
    await closed;
    const report = Buffer.concat(chunks).toString();
    const [, requests] = /^ +(\d+) requests in /m.exec(report) ?? [];
    if (requests === undefined) throw new Error(`wrk has not reported: ${report}`);
    return { requests: Number(requests), errors: report.match(/^ *(?:Socket errors|Non-2xx).*$/gm) ?? [] };
  };
  return { stop };
}
