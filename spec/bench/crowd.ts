// Many checks at once of a target that is slow and not known yet.
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { BenchedServer } from './server.ts';

const SERVICE_MILLISECONDS = 500;

/** Asks a server so many checks at once, and gives how many probes the service saw. */
export async function crowd(server: BenchedServer, checks: number): Promise<number> {
  let probes = 0;
  const service = createServer((_request, response) => {
    probes += 1;
    setTimeout(() => response.end('fine'), SERVICE_MILLISECONDS);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  const statuses = await Promise.all(Array.from({ length: checks }, () => ask(server.port, `/http/web/${port}/`)));
  service.close();
  if (statuses.some((status) => status !== 200)) throw new Error('a check was not answered 200');
  return probes;
}

function ask(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent: false }, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0))).on('error', reject);
  });
}
