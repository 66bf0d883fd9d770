// make soak: what a large site sends, for SECONDS, and whether every answer was right. Ends with a table, and with 1 where something was wrong.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { startBalancers, type Tally } from './balancers.ts';
import { startDaemon } from './daemon.ts';
import { isLeftAlone, startOperators } from './operators.ts';
import type { Promised } from './oracle.ts';
import { startServices, type Soaked } from './services.ts';

const SECONDS = Number(process.env['SECONDS'] ?? 600);
/** Checks a second: each of the pairs of a balancer and a service every 20 seconds. */
const RATE = Number(process.env['RATE'] ?? 2_500);
const BALANCERS = 1_000;
const PROMISED: Promised = { cacheTime: 2_000, failureCacheTime: 1_000, timeout: 5_000 };
const OPTIONS = ['--cache-time', '2', '--failure-cache-time', '1', '--timeout', '5'];
/** Milliseconds between two looks at the daemon. */
const LOOK = 1_000;
/** How much more memory the daemon may have at the end than after the first tenth. */
const GROWTH = 1.1;
/** Milliseconds that a warm check of a slow service may take more than twice what one of the others takes: some that the machine takes. */
const SLOWER = 20;

/** Milliseconds that the fastest of the slow services takes. */
const FASTEST = 300;

/** Milliseconds that 99 of 100 checks took at most, and 999 of 1000. */
interface Tail {
  readonly p99: number;
  readonly tail: number;
}

/** Milliseconds between two looks at this process' own event loop. */
const RESOLUTION = 5;

/** What was seen of the daemon, each second. */
interface Look {
  readonly megabytes: number;
  readonly descriptors: number;
  /** Seconds: what its thread has had, and of the clock of this process. */
  readonly ran: number;
  readonly waited: number;
  readonly at: number;
}

interface Soak {
  readonly tally: Tally;
  /** Before the load, and during it. */
  readonly atRest: Look;
  readonly looks: readonly Look[];
  readonly services: readonly Soaked[];
  /** Seconds by which the daemon's event loop was late, and milliseconds by which that of balancers and services was: checks wait for either. */
  readonly delay: number;
  readonly loadDelay: readonly number[];
  readonly descriptorsAfter: number;
  readonly log: string;
  readonly seconds: number;
}

async function soak(seconds: number, ...words: readonly string[]): Promise<Soak> {
  const [daemon, services] = [await startDaemon([...OPTIONS, ...words]), await startServices()];
  // From the first look on, it measures its event loop.
  await daemon.metrics();
  const look = (): Look => ({ megabytes: daemon.megabytes(), descriptors: daemon.descriptors(), ...daemon.thread(), at: performance.now() / 1_000 });
  const atRest = look();
  const operators = startOperators(daemon.spool, services);
  const balancers = startBalancers({ port: daemon.port, balancers: BALANCERS, rate: RATE, services, promised: PROMISED });
  const own = monitorEventLoopDelay({ resolution: RESOLUTION });
  own.enable();
  const looks: Look[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    await wait(LOOK);
    looks.push(look());
  }
  operators.stop();
  await balancers.stop();
  own.disable();
  const delay = (await daemon.metrics()).get('nodejs_eventloop_lag_p99_seconds') ?? NaN;
  // The last look's own connection, and refreshes of what was asked for last.
  await wait(2 * PROMISED.cacheTime);
  const descriptorsAfter = daemon.descriptors();
  return { tally: balancers.tally, atRest, looks, services, delay, loadDelay: [99, 99.9].map((part) => Math.max(0, own.percentile(part) / 1e6 - RESOLUTION)), descriptorsAfter, log: await daemon.stop(), seconds };
}

/** The value below which so large a part of all is. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function tailOf(times: readonly number[]): Tail {
  return { p99: quantile(times, 0.99), tail: quantile(times, 0.999) };
}

/** The most probes of one service that is left alone in any cache time, and how many there are on average. */
function probesPerCacheTime({ services, seconds }: Soak): { readonly most: number; readonly mean: number } {
  const alone = services.filter(({ probes }, at) => isLeftAlone(at) && probes.length > 0);
  const within = (probes: readonly number[]): number => Math.max(...probes.map((from, at) => probes.slice(at).filter((time) => time < from + PROMISED.cacheTime - 50).length));
  const most = Math.max(...alone.map(({ probes }) => within(probes)));
  return { most, mean: alone.reduce((sum, { probes }) => sum + probes.length, 0) / alone.length / (seconds / (PROMISED.cacheTime / 1_000)) };
}

function latency(values: readonly number[]): string {
  return [0.5, 0.99, 0.999].map((part) => quantile(values, part).toFixed(1)).join(', ');
}

/** For which part of a second the thread that answers did so: in the middle of all seconds, and the most. */
function parts({ atRest, looks }: Soak, spent: (look: Look) => number): string {
  const parts = looks.map((look, number) => {
    const before = looks[number - 1] ?? atRest;
    return (spent(look) - spent(before)) / (look.at - before.at);
  });
  return `${quantile(parts, 0.5).toFixed(2)}, ${quantile(parts, 1).toFixed(2)}`;
}

function memory(looks: readonly Look[], part: number): number {
  const width = Math.ceil(looks.length / 10);
  const from = Math.min(looks.length - width, Math.floor(looks.length * part));
  return quantile(looks.slice(from, from + width).map(({ megabytes }) => megabytes), 0.5);
}

const refreshed = await soak(SECONDS, '--refresh-ahead', 'on');
const plain = await soak(Math.max(10, SECONDS / 6), '--refresh-ahead', 'off');
const { tally, atRest, looks, descriptorsAfter } = refreshed;
const probes = probesPerCacheTime(refreshed);
const [tenth, middle, end] = [memory(looks, 0.1), memory(looks, 0.45), memory(looks, 1)];
const [well, slow] = [tailOf(tally.warm.well), tailOf(tally.warm.slow)];
/** One standstill of the machine is in the last thousandth of either, or just not; what a service takes would be in far more than a hundredth. */
const isIndependent = slow.p99 < SLOWER + 2 * well.p99 && slow.tail < Math.max(FASTEST, 2 * well.tail);

/** Figure, what it is to be, whether it is, and how much it is. */
const rows: readonly (readonly [figure: string, wanted: string, isRight: boolean, measured: string])[] = [
  ['checks', '', true, `${tally.checks} in ${SECONDS} s, ${Math.round(tally.checks / SECONDS)} a second`],
  ['balancers that hung up: within the request, while a probe was under way', 'some', Math.min(tally.hungUp.early, tally.hungUp.waiting) > 0, `${tally.hungUp.early}, ${tally.hungUp.waiting}`],
  ['checks that were not answered', '0', tally.failures.length === 0, String(tally.failures.length)],
  ['wrong verdicts', '0', tally.wrong.length === 0, String(tally.wrong.length)],
  ['warm checks, service well: p50, p99, p99.9', '', true, `${latency(tally.warm.well)} ms`],
  [`warm checks, service slow (${FASTEST} to 700 ms)`, `as well: p99 < ${SLOWER} ms + twice the others', p99.9 < ${FASTEST} ms`, isIndependent, `${latency(tally.warm.slow)} ms`],
  ['the same without refresh ahead', '', true, `${latency(plain.tally.warm.slow)} ms`],
  ['then: wrong verdicts, checks that were not answered', '0, 0', plain.tally.wrong.length + plain.tally.failures.length === 0, `${plain.tally.wrong.length}, ${plain.tally.failures.length}`],
  ['probes of a target in a cache time: mean, most', '≤ 2', probes.most <= 2, `${probes.mean.toFixed(2)}, ${probes.most}`],
  ['memory before the load, after a tenth, in the middle, at the end', `no growth after a tenth`, end < tenth * GROWTH, `${[atRest.megabytes, tenth, middle, end].map((size) => size.toFixed(1)).join(', ')} MB`],
  ['open files before, most, after', 'as before', descriptorsAfter <= atRest.descriptors, `${atRest.descriptors}, ${Math.max(...looks.map(({ descriptors }) => descriptors))}, ${descriptorsAfter}`],
  // Where a thread has less of a core than its checks take, they wait to be accepted, and neither event loop is late.
  ['checks under way: p50, p99, p99.9, most', '', true, [0.5, 0.99, 0.999, 1].map((part) => quantile(tally.underWay, part)).join(', ')],
  ['of a second, the daemon answered, p50 and most', '', true, parts(refreshed, ({ ran }) => ran)],
  ['or waited for a core', '', true, parts(refreshed, ({ waited }) => waited)],
  ['both', '', true, parts(refreshed, ({ ran, waited }) => ran + waited)],
  ['event-loop delay, p99', '', true, `${(refreshed.delay * 1_000).toFixed(1)} ms`],
  ['that of balancers and services, p99, p99.9', '', true, `${refreshed.loadDelay.map((delay) => delay.toFixed(1)).join(', ')} ms`],
];
for (const line of [tally, plain.tally].flatMap(({ wrong, failures }) => [...wrong, ...failures.slice(0, 20)])) console.log(line);
console.log(`| figure | to be | measured |\n| --- | --- | --- |`);
for (const [figure, wanted, isRight, measured] of rows) console.log(`| ${figure} | ${wanted} | ${measured}${isRight ? '' : ' **not reached**'} |`);
process.exit(rows.every(([, , isRight]) => isRight) ? 0 : 1);
