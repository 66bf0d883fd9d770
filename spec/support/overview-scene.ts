// A host ten minutes after ten: twenty services, three balancers, and what has happened to them. Every check is a real one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testedAgent, type TestedAgent } from './agent.ts';
import { HandClock } from './daemon.ts';
import { exchangeFrom } from './from.ts';
import { gatedService } from './gate.ts';
import { freePort, httpService } from './service.ts';

/** Text that would do harm as HTML. */
export const MARKUP = `<script>alert(1)</script> & <img src=x onerror="alert('2')">`;
/** A reason of several lines on a telephone, with letters of other alphabets. */
export const LONG = 'kernel upgrade to 6.12, then the firmware of both network cards; ask J\u00fcrgen or \u041e\u043b\u044c\u0433\u0430 before you put it back, ticket OPS-2318';
/** No browser finds a place in it to break a line. */
export const LONG_WORD = `https://wiki.example.com/${'Replacement'.repeat(12)}`;

/** Services that answer, beside those that something has happened to. */
const WELL = ['auth', 'billing', 'catalog', 'geo', 'images', 'ledger', 'mail-relay', 'metrics-gw', 'profiles', 'queue', 'ratings', 'static', 'tokens'] as const;
const BALANCERS = [['127.0.0.2', 'lb1'], ['127.0.0.3', 'lb2'], ['127.0.0.4', 'lb3-<b>new</b>']] as const;
/** Seconds between two checks, and how many there are. */
const INTERVAL = 20;
const ROUNDS = 30;
/** The rounds in which marks are made, and balancers have understood them. */
const MARKED = 24;
const UNDERSTOOD = 25;

/** The host; its time is its clock's alone. */
export interface Scene extends TestedAgent {
  /** `checkout` and `reports` fail, `payments` and `wiki` are down, `search` and `web` drain, `uploads` never answers; nobody asks for `wiki`. */
  readonly services: readonly string[];
}

/** Asks everything from every balancer, each twenty seconds for ten minutes, while services fail and are taken out. */
export async function overviewScene(): Promise<Scene> {
  const clock = new HandClock();
  // What ends the specs' services also ends the probe that is under way.
  const [closed, gated] = [await freePort(), await gatedService()];
  let isIll = false;
  const { port } = await httpService((request, response) => {
    if (request.url === '/ill' && isIll) response.statusCode = 500;
    response.end('fine');
  });
  const host = await testedAgent({}, clock);
  const checks = new Map([
    ...WELL.map((service) => [service, `/http/${service}/${port}/health`] as const),
    ['checkout', `/http/checkout/${port}/ill`], ['payments', `/http/payments/${port}/health`], ['search', `/http/search/${port}/health?shard=<b>1</b>&x="2"`],
    ['web', `/http/web/${port}/health`], ['reports', `/tcp/reports/${closed}`],
  ]);
  for (let round = 0; round < ROUNDS; round += 1) {
    isIll = round === 12 || round === 13 || round > 26;
    if (round > 0) clock.advance(INTERVAL);
    if (round === MARKED) markAll(host.spoolRoot, clock.time());
    for (const [service, path] of checks) {
      // The second balancer falls silent about one service.
      const asking = BALANCERS.filter(([, node]) => !(node === 'lb2' && service === 'geo' && round > 26));
      await Promise.all(asking.map(([address, node]) => askFrom(address, host.port, path, reportOf(node, service, round))));
    }
  }
  await host.send('web\n');
  // The answer never comes.
  askFrom('127.0.0.2', host.port, `/http/uploads/${gated.service.port}/`).catch(() => undefined);
  await gated.waiting(1);
  clock.advance(3);
  return { ...host, services: [...checks.keys(), 'uploads', 'wiki'].sort() };
}

/** Who is out, why, and until when. */
function markAll(spoolRoot: string, time: number): void {
  const mark = (name: string, contents: object): void => writeFileSync(join(spoolRoot, name), JSON.stringify(contents));
  mark('web', { state: 'drain', reason: LONG, by: 'ops', creation: time, expiration: time + 3600 });
  mark('search', { state: 'drain', reason: MARKUP, by: '<i>mallory</i>', creation: time });
  mark('payments', { state: 'down', reason: 'database migration', by: 'deploy', creation: time - 86_400, expiration: time + 900 });
  writeFileSync(join(spoolRoot, 'wiki:8090'), `replaced: ${LONG_WORD}`);
}

/** What a balancer says of a server (X-Haproxy-Server-State): web has 3, 2 and 1 sessions that drain. */
function reportOf(node: string, service: string, round: number): string {
  const at = BALANCERS.findIndex(([, name]) => name === node);
  const isOut = ['payments', 'search', 'web'].includes(service) && round >= UNDERSTOOD;
  const state = isOut ? (service === 'payments' ? 'DOWN 1/2' : 'NOLB') : service === 'reports' ? 'DOWN' : 'UP';
  const sessions = isOut && service === 'web' ? 3 - at : state === 'UP' ? 4 * at + service.length : 0;
  return `${state}; address=10.0.0.17; port=8080; name=${service}/web17; node=${node}; weight=100/300; scur=${sessions}/60; qcur=0`;
}

async function askFrom(address: string, port: number, path: string, report?: string): Promise<void> {
  const header = report === undefined ? '' : `X-Haproxy-Server-State: ${report}\r\n`;
  const answer = await exchangeFrom(address, port, `GET ${path} HTTP/1.1\r\nConnection: close\r\n${header}\r\n`);
  if (!answer.startsWith('HTTP/1.1 ')) throw new Error(`${path}: ${answer}`);
}
