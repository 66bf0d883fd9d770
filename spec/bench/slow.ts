// Checks of a service that is slow.
import { createServer, get, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { each, STARTS, type Name } from './contenders.ts';

/** Milliseconds that it takes. */
export const SLOW = 700;
/** Seconds for which it is asked about, and milliseconds between two checks. */
const SECONDS = 20, INTERVAL = 10;

/** Milliseconds: what 999 of 1000 checks took at most, and how long before it was asked the oldest verdict was found. */
export interface Slow {
  readonly tail: number;
  readonly oldest: number;
}

/** Asks each about it. */
export async function eachSlow(): Promise<Record<Name, Slow>> {
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
