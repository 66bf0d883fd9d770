// A service in a process of its own, on a port of its own, that can be ended and started again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { freePort } from './service.ts';

/** A service whose process comes and goes. */
export interface Backend {
  readonly port: number;
  /** Starts its process; resolves when it answers. */
  readonly start: () => Promise<void>;
  /** Ends its process with a signal; resolves when it has gone. What it was doing is cut. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

/** Answers its health at once; other requests after 20 ms, and every eighth after 1.5 s, so that there is always one under way. */
const PROGRAM = `
  const { createServer } = require('node:http');
  let count = 0;
  const timeOf = (url) => (url === '/health' ? 0 : (count += 1) % 8 === 0 ? 1500 : 20);
  const server = createServer((request, response) => setTimeout(() => response.end('fine'), timeOf(request.url)));
  // As long as HAProxy may keep a connection for later.
  server.keepAliveTimeout = 60_000;
  server.listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
`;

/** Starts a service; its process ends with the specs around the call. */
export async function startBackend(): Promise<Backend> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ['-e', PROGRAM], { env: { PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
    const said = child.stdout === null ? '' : await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (!String(said).startsWith('listening')) throw new Error(`no service on port ${port}`);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  after(() => end('SIGKILL'));
  await start();
  return { port, start, end };
}
