// Clients who mean ill, and an honest balancer between them, who must not notice.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFORT } from '../support/effort.ts';
import { runProgram } from '../support/process.ts';
import { HACTL } from '../support/hactl.ts';
import { ask, exchange } from '../support/request.ts';
import { httpService, tcpService } from '../support/service.ts';
import { balance } from './balancer.ts';
import { crowd } from './crowd.ts';
import { firedAt, type FiredAt } from './daemon.ts';
import { fill } from './filled.ts';

/** Milliseconds for which each crowd stays. */
const STAY = 1_000 + 4_000 * EFFORT;
const MEGABYTES = 150;
const MAX_PROBES = 64;
/** Milliseconds at most until a client comes again for whom there was no room: thousands of connections a second, which is half of what a Node can take. */
const AGAIN = 2_000;
/** The same where each costs more, for it asks, or more are outside, for the agent has less room: Node 18 takes 140 µs for a connection with a check. */
const AGAIN_LATER = 2 * AGAIN;

/** The checks of an honest balancer: a mark, a service that is up and one that is not, over HTTP, and both kinds by the agent. */
async function honestChecks(daemon: FiredAt): Promise<(() => Promise<void>)[]> {
  const [up, down] = [await httpService((_request, response) => void response.end('fine')), await httpService((_request, response) => void response.writeHead(500).end())];
  runProgram(process.execPath, [HACTL, 'down', 'marked', '--spool-root', daemon.spool]);
  const http = (path: string, wanted: number) => async (): Promise<void> => assert.equal((await ask(daemon.port, path)).status, wanted, path);
  const agent = (line: string, wanted: RegExp) => async (): Promise<void> => assert.match(await exchange(daemon.agentPort, line), wanted, line);
  return [
    http('/spool/marked/0', 503), http('/spool/web/0', 200), http(`/http/web/${up.port}/`, 200), http(`/http/api/${down.port}/`, 500),
    agent('marked\n', /^down #/), agent(`/http/web/${up.port}/\n`, /^up 100%\n$/),
  ];
}

const CROWDS: readonly (readonly [what: string, kind: string, count: number, way: 'http' | 'agent', again?: number])[] = [
  ['ten thousand who send a header byte by byte', 'slow', 10_000, 'http', AGAIN],
  ['ten thousand who say nothing', 'mute', 10_000, 'http', AGAIN],
  ['ten thousand who have asked once and stay', 'idle', 10_000, 'http', AGAIN_LATER],
  ['fifteen thousand who say nothing, more than the process may have file descriptors', 'mute', 15_000, 'http', AGAIN_LATER],
  ['fifty who send requests without end, behind one another', 'pipelining', 50, 'http'],
  ['a hundred who do so, and read no answer', 'unread', 100, 'http'],
  ['fifty whose headers have no end', 'headers', 50, 'http'],
  ['fifty who send noise', 'garbage', 50, 'http'],
  ['a hundred who speak TLS', 'tls', 100, 'http'],
  ['a hundred who speak HTTP/2', 'http2', 100, 'http'],
  ['fifty whose bodies have no end', 'body', 50, 'http'],
  ['fifty who forge headers', 'forging', 50, 'http'],
  ['ten thousand who say nothing to the agent', 'mute', 10_000, 'agent', AGAIN_LATER],
  ['ten thousand who send the agent a line byte by byte', 'slowLine', 10_000, 'agent', AGAIN_LATER],
  ['fifty who send the agent noise', 'garbage', 50, 'agent'],
  ['fifty who send the agent a line without end', 'agentFlood', 50, 'agent'],
];

/** What a crowd's daemon is told: headers that nobody reads cannot be forged. */
const WORDS: Readonly<Record<string, readonly string[]>> = { forging: ['--target-from-header'] };

for (const [what, kind, count, way, again] of CROWDS) {
  describe(`${what}`, { timeout: 120_000 }, () => {
    it(`do not keep an honest balancer from its answers, nor make the daemon large (${kind}, ${way})`, async (test) => {
      const daemon = await firedAt({ words: WORDS[kind] ?? [] });
      const checks = await honestChecks(daemon);
      const { leave } = await crowd(way === 'http' ? daemon.port : daemon.agentPort, count, kind, { again });
      const { checks: made, complaints } = await balance(STAY, ...checks);
      const came = await leave();
      test.diagnostic(`${kind}: ${came} connections, ${made} checks, ${daemon.peakMegabytes().toFixed(0)} MB`);
      assert.deepEqual(complaints, []);
      assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
    });
  });
}

for (const [what, kind, count] of [['fifty who ask for pages on end', 'pages', 50], ['a hundred who ask for pages behind one another, and read none', 'pagesUnread', 100]] as const) {
  describe(`${what}, of a daemon that remembers as much as it can`, { timeout: 120_000 }, () => {
    it(`do not keep an honest balancer from its answers, nor make the daemon large (${kind})`, async (test) => {
      const daemon = await firedAt();
      const checks = await honestChecks(daemon);
      await fill(daemon.port);
      const { leave } = await crowd(daemon.port, count, kind, { again: AGAIN });
      const { checks: made, complaints } = await balance(STAY, ...checks);
      const came = await leave();
      test.diagnostic(`${kind}: ${came} connections, ${made} checks, ${daemon.peakMegabytes().toFixed(0)} MB`);
      assert.deepEqual(complaints, []);
      assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
    });
  });
}

/** Services that take a connection and say nothing: each probe of one hangs until its deadline. */
async function hangingPorts(count: number): Promise<number[]> {
  const services = await Promise.all(Array.from({ length: count }, () => tcpService(() => undefined)));
  return services.map(({ port }) => port);
}

for (const [kind, way] of [['scanning', 'http'], ['agentScanning', 'agent']] as const) {
  describe(`a scanner that makes up ports and queries, over ${way}`, { timeout: 120_000 }, () => {
    it(`has so many probes under way and no more, and keeps none from what is up (${way})`, async (test) => {
      const daemon = await firedAt({ words: ['--cache-time', '1', '--timeout', '5', '--max-probes', String(MAX_PROBES)] });
      const checks = await honestChecks(daemon);
      // Each has a verdict before the scanner comes.
      await Promise.all(checks.map((check) => check()));
      const { leave } = await crowd(way === 'http' ? daemon.port : daemon.agentPort, 100, kind, { ports: await hangingPorts(20) });
      const probes: number[] = [];
      const look = async (): Promise<void> => void probes.push((JSON.parse((await ask(daemon.port, '/status')).body) as { probes: number }).probes);
      // What is down last is a new target to the bound: it may be told that there are too many probes.
      const { complaints } = await balance(STAY, look, ...checks.filter((_, at) => at !== 3));
      const came = await leave();
      test.diagnostic(`${kind}: ${came} connections, ${Math.max(...probes)} probes at most, ${daemon.peakMegabytes().toFixed(0)} MB`);
      assert.deepEqual(complaints, []);
      assert.ok(Math.max(...probes) >= MAX_PROBES - 4 && Math.max(...probes) <= MAX_PROBES + 1, `${Math.max(...probes)} probes`);
      assert.ok(daemon.peakMegabytes() < MEGABYTES, `${daemon.peakMegabytes()} MB`);
    });
  });
}
