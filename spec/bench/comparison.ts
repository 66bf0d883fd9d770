// What a user would compare: hacheck, and nginx with proxy_cache and a file test doing the same job; the bare server is the yardstick.
import { createServer, get, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { NODE_FLAGS } from '../../cli/unit/service.ts';
import { crowd } from './crowd.ts';
import { cpuPerRequest } from './load.ts';
import { ALONE, BARE, startNginx, startServer, type BenchedServer } from './server.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 9);
/** Seconds for which either keeps a verdict, and for which checks are asked of a slow service; milliseconds that it takes, and between two checks. */
const CACHE_TIME = 2, SECONDS = 20;
const SLOW = 700, INTERVAL = 10;

/** Verdicts are kept as long as hacheck's; one that is too old is answered while one request finds out anew. */
const nginx = (port: number, folder: string): string => `
daemon off; master_process off; pid ${folder}/pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; proxy_temp_path ${folder}/temp; client_body_temp_path ${folder}/body;
  proxy_cache_path ${folder}/cache keys_zone=checks:1m; proxy_cache checks; proxy_cache_key $uri;
  proxy_cache_valid 200 ${CACHE_TIME}s; proxy_cache_valid any 1s; proxy_cache_lock on;
  proxy_cache_use_stale updating; proxy_cache_background_update on;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/spool/(\\w+)/ { if (-f ${folder}/$1) { return 503; } return 200; }
    location ~ ^/http/(\\w+)/(\\d+)(/.*)$ { if (-f ${folder}/$1) { return 503; } proxy_pass http://127.0.0.1:$2$3; }
  }
}`;

const STARTS = {
  hacheck: () => startServer(ALONE, ['serve', '-B', '127.0.0.1', '--cache-time', String(CACHE_TIME)], NODE_FLAGS),
  nginx: () => startNginx(nginx),
  bare: () => startServer(BARE, []),
};
type Name = keyof typeof STARTS;
const NAMES = Object.keys(STARTS) as Name[];

/** Runs the comparison, and gives its table in Markdown. */
export async function comparison(): Promise<string> {
  const service = await STARTS.bare();
  const [atRest, load, probes, slow] = [await eachAtRest(), await eachLoaded(service), await eachCrowded(), await eachSlow()];
  await service.stop();
  const row = (figure: string, of: (name: Name) => string): string => `| ${figure} | ${NAMES.map(of).join(' | ')} |`;
  return [
    row('', (name) => (name === 'bare' ? 'bare node:http' : name)), row('---', () => '---'),
    row('CPU of a cached check, connection kept open', (name) => `${load[name].kept.toFixed(1)} µs`),
    row('CPU of a cached check, new connection', (name) => `${load[name].fresh.toFixed(1)} µs`),
    row('memory at rest', (name) => `${atRest[name].toFixed(1)} MB`),
    row('memory after the load', (name) => `${load[name].megabytes.toFixed(1)} MB`),
    row('probes for 1000 checks at once of a cold target', (name) => (name === 'bare' ? '' : String(probes[name]))),
    row(`p99.9 of checks while the target takes ${SLOW} ms`, (name) => (name === 'bare' ? '' : `${slow[name].tail.toFixed(1)} ms`)),
    row(`oldest verdict then, of a cache time of ${CACHE_TIME} s`, (name) => (name === 'bare' ? '' : `${(slow[name].oldest / 1000).toFixed(2)} s`)),
  ].join('\n');
}

async function eachAtRest(): Promise<Record<Name, number>> {
  return each(async (name) => {
    const server = await STARTS[name]();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const size = server.residentMegabytes();
    await server.stop();
    return size;
  });
}

async function each<T>(measure: (name: Name) => Promise<T>): Promise<Record<Name, T>> {
  const found: Partial<Record<Name, T>> = {};
  for (const name of NAMES) found[name] = await measure(name);
  return found as Record<Name, T>;
}

interface Loaded {
  readonly kept: number;
  readonly fresh: number;
  readonly megabytes: number;
}

/** All of them in turn, so many rounds: medians. */
async function eachLoaded(service: BenchedServer): Promise<Record<Name, Loaded>> {
  const servers = await each((name) => STARTS[name]());
  const rounds: Record<Name, { kept: number; fresh: number }>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await each(async (name) => {
      const path = name === 'bare' ? '/' : `/http/web/${service.port}/`;
      return { kept: await cpuPerRequest(servers[name], path, true), fresh: await cpuPerRequest(servers[name], path, false) };
    }));
  }
  return each(async (name) => {
    const megabytes = servers[name].residentMegabytes();
    await servers[name].stop();
    return { kept: median(rounds.map((found) => found[name].kept)), fresh: median(rounds.map((found) => found[name].fresh)), megabytes };
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function eachCrowded(): Promise<Record<Name, number>> {
  return each(async (name) => {
    if (name === 'bare') return NaN;
    const server = await STARTS[name]();
    const probes = await crowd(server, 1_000);
    await server.stop();
    return probes;
  });
}

/** Milliseconds: what 999 of 1000 checks took at most, and how long before it was asked the oldest verdict was found. */
interface Slow {
  readonly tail: number;
  readonly oldest: number;
}

async function eachSlow(): Promise<Record<Name, Slow>> {
  const service = createServer((_request, response) => {
    const asked = performance.now();
    setTimeout(() => response.end(String(asked)), SLOW);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const found = await each(async (name) => {
    if (name === 'bare') return { tail: NaN, oldest: NaN };
    const server = await STARTS[name]();
    const slow = await askedWhileSlow(`http://127.0.0.1:${server.port}/http/web/${(service.address() as AddressInfo).port}/`);
    await server.stop();
    return slow;
  });
  closeService(service);
  return found;
}

async function askedWhileSlow(url: string): Promise<Slow> {
  const [times, ages]: [number[], number[]] = [[], []];
  const ask = async (): Promise<void> => {
    const asked = performance.now();
    const found = Number(await read(url));
    times.push(performance.now() - asked);
    ages.push(asked - found);
  };
  // The first one waits for its probe.
  await ask();
  times.length = 0;
  const open: Promise<void>[] = [];
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1_000) {
    open.push(ask());
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  await Promise.all(open);
  return { tail: times.sort((a, b) => a - b)[Math.floor(times.length * 0.999)] ?? NaN, oldest: Math.max(...ages) };
}

function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve(body));
    }).on('error', reject);
  });
}

function closeService(service: Server): void {
  service.close();
  service.closeAllConnections?.();
}
