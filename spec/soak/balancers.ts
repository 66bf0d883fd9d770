// A thousand balancers, each with an address of its own, which ask for every service in turn, each time over a new connection.
import { connect } from 'node:net';
import { isLeftAlone } from './operators.ts';
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
  /** Header lines that are sent besides; HAProxy sends none. */
  readonly headers?: string;
}

/** What has come of it. */
export interface Tally {
  checks: number;
  /** Those that a balancer hung up on: within its request, and behind it, while the probe of a slow service was under way. */
  readonly hungUp: { early: number; waiting: number };
  /** Checks that were not answered, and why. */
  readonly failures: string[];
  readonly wrong: string[];
  /** Checks that were asked and not answered yet, at each round. */
  readonly underWay: number[];
  /** Milliseconds that warm checks took, of services that are well, and of slow ones. */
  readonly warm: { readonly well: number[]; readonly slow: number[] };
}

/** Milliseconds between two rounds of checks. */
const ROUND = 5;
/** Of so many checks one is hung up on, of each of the fifty services in turn; every other one of these when the whole request is out, so many milliseconds later. */
const HANGS_UP = 49, LATER = 5;
/** Whoever asks so waits for a probe. */
const NO_CACHE = 'Cache-Control: no-cache\r\n';
const MOST_SAID = 20;

/** Asks until it is told to stop; the tally grows meanwhile. */
export function startBalancers(load: Load): { readonly tally: Tally; readonly stop: () => Promise<void> } {
  const tally: Tally = { checks: 0, hungUp: { early: 0, waiting: 0 }, failures: [], wrong: [], underWay: [], warm: { well: [], slow: [] } };
  const warm = new Set<Soaked>();
  const began = performance.now();
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    tally.underWay.push(open.size);
    const due = Math.floor(((performance.now() - began) / 1_000) * load.rate);
    // As many as there are balancers: whoever waits asks for nothing more, or a machine that is too slow for them would run out of descriptors.
    while (tally.checks < due && open.size < load.balancers) {
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
async function ask({ port, balancers, services, promised, headers = '' }: Load, tally: Tally, warm: Set<Soaked>): Promise<void> {
  const number = tally.checks;
  tally.checks += 1;
  // Each balancer goes through the services in its own order.
  const at = (number + Math.floor(number / balancers)) % services.length;
  const [balancer, service] = [number % balancers, services[at] as Soaked];
  const hangsUp = hangUp(number, at);
  const request = `GET ${service.path} HTTP/1.1\r\n${headers}${hangsUp === 'waiting' ? NO_CACHE : ''}\r\n`;
  const wasWarm = warm.has(service) && hangsUp === undefined;
  const asked = performance.now();
  try {
    const text = await exchange(port, addressOf(balancer), hangsUp === 'early' ? request.slice(0, service.path.length) : request, hangsUp);
    if (text === undefined) return noteHangUp(tally, service, hangsUp);
    const answered = performance.now();
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

function addressOf(balancer: number): string {
  return `127.1.${Math.floor(balancer / 250)}.${1 + (balancer % 250)}`;
}

/** Whether a balancer hangs up on its check, and when. The probes of services that are left alone are counted: nobody asks for one more. */
function hangUp(number: number, at: number): 'early' | 'waiting' | undefined {
  if (number % HANGS_UP !== 0) return undefined;
  return (number / HANGS_UP) % 2 === 0 || isLeftAlone(at) ? 'early' : 'waiting';
}

function noteHangUp({ hungUp }: Tally, { kind }: Soaked, when: ReturnType<typeof hangUp>): void {
  if (when === 'early') hungUp.early += 1;
  else if (kind === 'slow') hungUp.waiting += 1;
}

/** Asks, and gives everything that was answered; nothing to a balancer that hangs up before. It ends its connections with a reset, as HAProxy does. */
function exchange(port: number, localAddress: string, request: string, hangsUp: ReturnType<typeof hangUp>): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const end = (said: string | undefined): void => {
      socket.resetAndDestroy();
      resolve(said);
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed: ${JSON.stringify(text)}`)));
    socket.write(request, () => {
      if (hangsUp === 'early') end(undefined);
      if (hangsUp === 'waiting') setTimeout(() => end(undefined), LATER);
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head >= 0 && text.length >= head + 4 + Number(/\r\nContent-Length: (\d+)/i.exec(text)?.[1])) end(text);
    });
  });
}
