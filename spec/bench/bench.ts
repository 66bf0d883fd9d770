// make bench: what hacheck costs, each time against a bare node:http server that answers OK, the two in turn in one run.
// Ends with 1 where a figure that is promised is not reached.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { NODE_FLAGS } from '../../cli/unit/service.ts';
import { installPrograms } from '../support/programs.ts';
import { comparison } from './comparison.ts';
import { hasCores, keepToLoadCore } from './cores.ts';
import { crowd } from './crowd.ts';
import { cpuPerRequest } from './load.ts';
import { atMost, exactly, goal, isMissed, judged, type Reach } from './reach.ts';
import { ALONE, BARE, startServer, timeToFirstAnswer, type BenchedServer } from './server.ts';
import { waits, type Waited, type WaitOptions } from './waiting.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 9);

/** One line of the table. */
interface Row {
  readonly figure: string;
  readonly reach: Reach;
  readonly value: number;
  /** How many digits of the value count. */
  readonly digits?: number;
  readonly detail: string;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Measures two things in turn, so many rounds, and gives the median of first ÷ second. */
async function ratio(figure: string, reach: Reach, unit: string, first: () => number | Promise<number>, second: () => number | Promise<number>): Promise<Row> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) pairs.push([await first(), await second()]);
  const ratios = pairs.map(([a, b]) => a / b);
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const medians = [0, 1].map((at) => median(pairs.map((pair) => pair[at] ?? NaN)).toFixed(1));
  return { figure, reach, value: median(ratios), detail: `${medians.join(' and ')} ${unit}, ${ROUNDS} rounds, ${spread}` };
}

function wallTime(...words: readonly string[]): number {
  const began = performance.now();
  spawnSync(process.execPath, words, { stdio: 'ignore' });
  return performance.now() - began;
}

async function loaded(bare: BenchedServer, hacheck: BenchedServer): Promise<Row[]> {
  const cached = `/http/web/${bare.port}/`;
  const against = (figure: string, reach: Reach, path: string, kept: boolean): Promise<Row> =>
    ratio(figure, reach, 'µs of CPU', () => cpuPerRequest(bare, '/', kept), () => cpuPerRequest(hacheck, path, kept));
  for (const server of [bare, hacheck]) await cpuPerRequest(server, cached, true);
  return [
    await against('cached http check, connections kept open: bare ÷ hacheck', goal(0.9), cached, true),
    await against('the same, a new connection for each check', goal(1.05), cached, false),
    await against('spool check, kept open', goal(0.9), '/spool/web/0', true),
  ];
}

async function atRest(server: () => Promise<BenchedServer>): Promise<number> {
  const started = await server();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const size = started.residentMegabytes();
  await started.stop();
  return size;
}

/** Megabytes after a load with a new connection for each check, of a daemon with these flags. */
async function afterLoad(flags: readonly string[], service: BenchedServer): Promise<number> {
  const started = await startServer(ALONE, ['serve', '-B', '127.0.0.1'], flags);
  await cpuPerRequest(started, `/http/web/${service.port}/`, false);
  const size = started.residentMegabytes();
  await started.stop();
  return size;
}

/** What the flags of systemd's unit make of that. */
async function memoryUnderLoad(service: BenchedServer): Promise<Row> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) pairs.push([await afterLoad(NODE_FLAGS, service), await afterLoad([], service)]);
  const [flagged = NaN, plain = NaN] = [0, 1].map((at) => median(pairs.map((pair) => pair[at] ?? NaN)));
  return { figure: "resident memory after a load of new connections, with the unit's flags", reach: atMost(60, ' MB'), value: flagged, digits: 1, detail: `${plain.toFixed(1)} MB without them, ${ROUNDS} rounds` };
}

async function crowded(): Promise<number> {
  const server = await startServer(ALONE, ['serve', '-B', '127.0.0.1']);
  const probes = await crowd(server, 1_000);
  await server.stop();
  return probes;
}

const WAITS = 10;

/** A wait's two times, as multiples of the check interval: the median of ten, and the worst. */
async function waited(figure: string, reach: { readonly lastNew: Reach; readonly back: Reach }, options: WaitOptions): Promise<Row[]> {
  const runs = await waits(WAITS, options);
  const row = (what: string, most: Reach, of: (run: Waited) => number): Row => {
    const values = runs.map(of);
    return { figure: `${figure}: ${what} ÷ interval`, reach: most, value: median(values), detail: `${WAITS} runs, worst ${Math.max(...values).toFixed(2)}` };
  };
  return [
    row("from hactl's start to HAProxy's last new request", reach.lastNew, ({ lastNew }) => lastNew),
    row('from the end of the last request to --wait coming back', reach.back, ({ back }) => back),
  ];
}

function table(rows: readonly Row[]): string {
  const cells = [['figure', 'is to be', 'measured', ''], ['---', '---', '---', '---'], ...rows.map(({ figure, reach, value, digits = 2, detail }) => [figure, reach.words, judged(reach, value, value.toFixed(digits)), detail])];
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

installPrograms(['wrk', 'haproxy', 'ss', 'nginx', 'openssl']);
keepToLoadCore();
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, server and load ${hasCores() ? 'on different cores' : 'not on cores of their own'}\n`);
const compared = await comparison();
console.log(`${compared.table}\n`);
if (process.env['ONLY'] === 'comparison') process.exit(compared.isReached ? 0 : 1);
const bare = (): Promise<BenchedServer> => startServer(BARE, []);
const hacheck = (): Promise<BenchedServer> => startServer(ALONE, ['serve', '-B', '127.0.0.1']);
const [first, second] = [await bare(), await hacheck()];
const rows = await loaded(first, second);
rows.push(await memoryUnderLoad(first));
await Promise.all([first.stop(), second.stop()]);
rows.push(
  await ratio('hactl status web ÷ node -e 0, wall time', atMost(1.15), 'ms', () => wallTime(ALONE, 'status', 'web'), () => wallTime('-e', '0')),
  await ratio('start to first answer, hactl serve ÷ bare', atMost(1.25), 'ms', () => timeToFirstAnswer(ALONE, ['serve', '-B', '127.0.0.1']), () => timeToFirstAnswer(BARE, [])),
  await ratio('resident memory at rest, hacheck ÷ bare', atMost(1.1), 'MB', () => atRest(hacheck), () => atRest(bare)),
  { figure: '1000 checks at once of one slow target: probes made', reach: exactly(1), value: await crowded(), digits: 0, detail: 'the service takes 500 ms' },
);
rows.push(
  ...(await waited('down --wait, fall 3', { lastNew: atMost(3), back: atMost(1) }, { command: 'down', pool: false })),
  ...(await waited('drain --wait', { lastNew: atMost(1), back: atMost(1) }, { command: 'drain', pool: false })),
  ...(await waited("down --wait, HAProxy's default pool", { lastNew: atMost(3), back: atMost(3) }, { command: 'down', pool: true })),
);
console.log(table(rows));
process.exit(compared.isReached && !rows.some(({ reach, value }) => isMissed(reach, value)) ? 0 : 1);
