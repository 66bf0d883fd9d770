// A thousand balancers, each with an address of its own, which ask for every service in turn, each time over a new connection.
import { connect } from 'node:net';
import { markOf, wrong, type Promised } from './oracle.ts';
import type { Soaked } from './services.ts';

/** How much is asked. */
export interface Load {
  readonly port: number;
  readonly balancers: number;
  /** Checks a second. */
  readonly rate: number;
  readonly services: readonly Soaked[];
  readonly promised: Promised;
}

/** What has come of it. */
export interface Tally {
  checks: number;
  /** Those that a balancer did not wait for. */
  hungUp: number;
  /** Checks that were not answered, and why. */
  readonly failures: string[];
  readonly wrong: string[];
  /** Milliseconds that warm checks took, of services that are well, and of slow ones. */
  readonly warm: { readonly well: number[]; readonly slow: number[] };
}

/** Milliseconds between two rounds of checks. */
const ROUND = 5;
/** Of so many checks one is hung up on. */
const HANGS_UP = 50;
const MOST_SAID = 20;

/** Asks until it is told to stop; the tally grows meanwhile. */
export function startBalancers(load: Load): { readonly tally: Tally; readonly stop: () => Promise<void> } {
  const tally: Tally = { checks: 0, hungUp: 0, failures: [], wrong: [], warm: { well: [], slow: [] } };
  const warm = new Set<Soaked>();
  const began = performance.now();
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * load.rate);
    while (tally.checks < due) {
      const asking = ask(load, tally, warm).finally(() => open.delete(asking));
      open.add(asking);
    }
  }, ROUND);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await Promise.all(open);
  };
  return { tally, stop };
}

/** One check, the next one of the next balancer. */
async function ask({ port, balancers, services, promised }: Load, tally: Tally, warm: Set<Soaked>): Promise<void> {
  const number = tally.checks;
  tally.checks += 1;
  // Each balancer goes through the services in its own order.
  const [balancer, service] = [number % balancers, services[(number + Math.floor(number / balancers)) % services.length] as Soaked];
  const hangsUp = number % HANGS_UP === 0;
  const wasWarm = warm.has(service);
  const asked = performance.now();
  try {
    const text = await exchange(port, `127.1.${Math.floor(balancer / 250)}.${1 + (balancer % 250)}`, service.path, hangsUp);
    const answered = performance.now();
    if (text === undefined) return void (tally.hungUp += 1);
    const [, status, body = ''] = /^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n([^]*)$/.exec(text) ?? [];
    const found = wrong(service, { asked, answered, status: Number(status), body }, promised);
    if (found !== undefined && tally.wrong.push(found) > MOST_SAID) tally.wrong.length = MOST_SAID;
    // Checks that a mark answers ask for no probe: behind it, the service is as new.
    const isUp = status === '200' && markOf(body) === 'none';
    if (isUp && wasWarm) tally.warm[service.kind === 'slow' ? 'slow' : 'well'].push(answered - asked);
    if (service.kind !== 'spool') warm[isUp ? 'add' : 'delete'](service);
  } catch (error) {
    tally.failures.push(`${service.path}: ${String(error)}`);
  }
}

/** Asks, and gives everything that was answered; a balancer that hangs up gets nothing. It ends its connections with a reset, as HAProxy does. */
function exchange(port: number, localAddress: string, path: string, hangsUp: boolean): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const end = (said: string | undefined): void => {
      socket.resetAndDestroy();
      resolve(said);
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed: ${JSON.stringify(text)}`)));
    const request = `GET ${path} HTTP/1.1\r\n\r\n`;
    socket.write(hangsUp ? request.slice(0, path.length) : request, () => (hangsUp ? end(undefined) : undefined));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head >= 0 && text.length >= head + 4 + Number(/\r\nContent-Length: (\d+)/i.exec(text)?.[1])) end(text);
    });
  });
}
