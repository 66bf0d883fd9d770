// How soon HAProxy's last new request comes after hactl down, and how soon --wait comes back after the last request's end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/service.ts';
import { ALONE, startServer } from './server.ts';

/** What is waited for, and how. */
export interface WaitOptions {
  readonly command: 'down' | 'drain';
  /** Whether HAProxy keeps idle connections to the service, as it does by default. */
  readonly pool: boolean;
}

/** One wait, in check intervals. */
export interface Waited {
  readonly lastNew: number;
  readonly back: number;
}

/** Milliseconds between HAProxy's checks, and between the requests that go through it. */
const INTERVAL = 1_000;
const REQUESTS = 5;
/** How long the request takes that outlasts the change of state, and milliseconds until the daemon knows its balancers. */
const SLOW = 4 * INTERVAL;
const WARM = 10_000;

/** Waits so many times, each begun at another moment between two checks. */
export async function waits(runs: number, options: WaitOptions): Promise<Waited[]> {
  const service = await startService();
  const hacheck = await startServer(ALONE, ['serve', '-B', '127.0.0.1']);
  const frontend = await freePort();
  const stopHaproxy = await startHaproxy(frontend, service.port, hacheck.port, options.pool);
  const hactl = (...words: string[]): Promise<number> => run([ALONE, ...words], { HACHECK_PORT: String(hacheck.port), HACHECK_SPOOL_ROOT: hacheck.spool });
  const agent = new Agent({ keepAlive: false });
  const request = (path: string): Promise<void> => ended(frontend, path, agent);
  const load = setInterval(() => void request('/').catch(() => undefined), REQUESTS);
  await delay(WARM);
  const waited: Waited[] = [];
  for (let at = 0; at < runs; at += 1) {
    if ((await hactl('up', 'site', '--wait')) !== 0) throw new Error('up --wait failed');
    await delay((INTERVAL * at) / runs);
    const slow = request('/slow').then(() => performance.now());
    const began = performance.now();
    const code = await hactl(options.command, 'site', '--wait');
    if (code !== 0) throw new Error(`hactl ${options.command} site --wait: exit ${code}`);
    waited.push({ lastNew: (service.lastRequest() - began) / INTERVAL, back: (performance.now() - (await slow)) / INTERVAL });
  }
  clearInterval(load);
  stopHaproxy();
  service.stop();
  await hacheck.stop();
  return waited;
}

async function startService(): Promise<{ port: number; lastRequest: () => number; stop: () => void }> {
  let last = 0;
  const server = createServer((request, response) => {
    if (request.headers['user-agent']?.startsWith('hacheck/') !== true) last = performance.now();
    if (request.url === '/slow') setTimeout(() => response.end(), SLOW);
    else response.end();
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lastRequest: () => last,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function startHaproxy(frontend: number, service: number, hacheck: number, pool: boolean): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'hacheck-bench-'));
  const lines = [
    'global', '  log stdout format raw local0',
    'defaults', '  mode http', '  timeout connect 1s', '  timeout client 60s', '  timeout server 60s',
    'listen web', `  bind 127.0.0.1:${frontend}`, ...(pool ? [] : ['  option http-server-close']),
    '  option httpchk', '  http-check send-state', `  http-check send meth GET uri /http/site/${service}/`,
    '  http-check expect ! status 404 error-status L7OKC', '  http-check expect status 200-399',
    `  default-server inter ${INTERVAL}ms fall 3 rise 2`, `  server web1 127.0.0.1:${service} check port ${hacheck}`, '',
  ];
  writeFileSync(join(folder, 'haproxy.cfg'), lines.join('\n'));
  const child = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  await once(child, 'spawn');
  return () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  };
}

function ended(port: number, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });
}

async function run(words: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? -1;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
