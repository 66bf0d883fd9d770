// A daemon with little memory to spare.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agent, get } from 'node:http';
import { NODE_FLAGS } from '../../cli/unit/service.ts';
import { httpService } from '../support/service.ts';
import { exchangeFrom } from '../support/from.ts';
import { ask } from '../support/request.ts';
import { firedAt } from './daemon.ts';

const MEGABYTES = 150;
/** So many clients of so many services are fifteen times what is kept. */
const [SERVICES, CLIENTS] = [4_000, 64];
const PIPELINED = 50;
const FLAGS = ['--max-old-space-size=24', ...NODE_FLAGS];

/** Asks many checks, some at a time, and gives how many were answered with each status. */
async function askAll(port: number, paths: readonly string[]): Promise<Record<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const counts: Record<number, number> = {};
  await Promise.all(paths.map((path) => new Promise<void>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent }, (response) => {
      counts[response.statusCode ?? 0] = (counts[response.statusCode ?? 0] ?? 0) + 1;
      response.resume().on('end', resolve);
    }).on('error', reject);
  })));
  agent.destroy();
  return counts;
}

/** Asks many checks from an address: fifty behind one another on each connection, which is quicker than one by one. */
async function askAllFrom(address: string, port: number, paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += PIPELINED) {
    const requests = paths.slice(at, at + PIPELINED).map((path, of) => `GET ${path} HTTP/1.1\r\n${of === PIPELINED - 1 ? 'Connection: close\r\n' : ''}\r\n`);
    const answers = await exchangeFrom(address, port, requests.join(''));
    assert.equal(answers.split('HTTP/1.1 200').length, PIPELINED + 1);
  }
}

async function askPages(port: number): Promise<void> {
  for (const page of ['/', '/metrics', '/balancers', '/recent', '/status/count', '/status']) {
    assert.equal((await ask(port, page, { headers: ['Accept: */*'] })).status, 200, page);
  }
}

describe("a daemon with 24 MB for JavaScript's heap", { timeout: 600_000 }, () => {
  for (const [what, targets, bytes] of [['large bodies', 1_500, 64 * 1024], ['bodies of a page', 11_000, 4 * 1024], ['small bodies', 12_000, 16]] as const) {
    it(`lives through ${targets} targets with ${what}, each asked twice`, async (test) => {
      const body = Buffer.alloc(bytes, 'x');
      const service = await httpService((_request, response) => void response.end(body));
      const daemon = await firedAt({ flags: FLAGS });
      const paths = Array.from({ length: targets }, (_, at) => `/http/web/${service.port}/${at}`);
      for (const turn of [1, 2]) assert.deepEqual(await askAll(daemon.port, paths), { 200: targets }, `turn ${turn}`);
      test.diagnostic(`${daemon.peakMegabytes().toFixed(0)} MB`);
      assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
    });
  }

  it('lives through names, paths, headers and clients that somebody makes up', async (test) => {
    const daemon = await firedAt({ flags: FLAGS });
    const long = 'q'.repeat(8_000);
    const paths = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? `/spool/s${at}/0` : `/spool/s${at}/0/${at % 20 === 1 ? long : ''}${at}`));
    const counts = await askAll(daemon.port, paths);
    assert.deepEqual(counts, { 200: 20_000 });
    await askPages(daemon.port);
    test.diagnostic(`${daemon.peakMegabytes().toFixed(0)} MB`);
    assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
  });

  // Of IPv6 loopback has one address; those of IPv4 are shorter, of which there are more here than are kept.
  it('lives through as many clients, of as many services, as somebody makes up', async (test) => {
    const daemon = await firedAt({ flags: FLAGS });
    const services = Array.from({ length: SERVICES }, (_, at) => `/spool/${String(at).padStart(100, 's')}/0`);
    const clients = Array.from({ length: CLIENTS }, (_, at) => `127.100.200.${100 + at}`);
    for (let at = 0; at < CLIENTS; at += 8) await Promise.all(clients.slice(at, at + 8).map((address) => askAllFrom(address, daemon.port, services)));
    await askPages(daemon.port);
    test.diagnostic(`${daemon.peakMegabytes().toFixed(0)} MB`);
    assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
  });
});
