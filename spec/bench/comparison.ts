// What a user would compare, in one run on one machine: CPU, memory, probes and waiting of hacheck and of nginx doing the same job.
import { startBalancers } from '../soak/balancers.ts';
import { startServices } from '../soak/services.ts';
import { CACHE_TIME, each, NAMES, STARTS, type Name } from './contenders.ts';
import { crowd } from './crowd.ts';
import { cpuPerRequest } from './load.ts';
import { ANYTHING, atMost, exactly, isMissed, judged, type Reach } from './reach.ts';
import type { BenchedServer } from './server.ts';
import { eachSlow, SLOW } from './slow.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 9);
/** Seconds by which a service may know of its probe later than the probe began. */
const LATE = 0.05;
/** Seconds of the soak's load, checks a second, and whom they come from; megabytes that hacheck may have behind it. */
const SOAK = Number(process.env['SOAK'] ?? 60), RATE = 2_500, BALANCERS = 1_000;
const MEGABYTES = 80;

/** One line of the table: a figure of each, and what hacheck's is to be. */
interface Row {
  readonly figure: string;
  readonly reach: Reach;
  readonly unit: string;
  readonly digits: number;
  /** NaN for who has none. */
  readonly of: (name: Name) => number;
}

/** A comparison's table in Markdown, and whether hacheck's figures are what they are to be. */
export interface Compared {
  readonly table: string;
  readonly isReached: boolean;
}

/** Runs the comparison. */
export async function comparison(): Promise<Compared> {
  const service = await STARTS.bare();
  const [atRest, load, soaked, probes, slow] = [await eachAtRest(), await eachLoaded(service), await eachSoaked(), await eachCrowded(), await eachSlow()];
  await service.stop();
  const rows: readonly Row[] = [
    { figure: 'CPU of a cached check, connection kept open', reach: ANYTHING, unit: ' µs', digits: 1, of: (name) => load[name].kept },
    { figure: 'CPU of a cached check, new connection', reach: ANYTHING, unit: ' µs', digits: 1, of: (name) => load[name].fresh },
    { figure: 'memory at rest', reach: ANYTHING, unit: ' MB', digits: 1, of: (name) => atRest[name] },
    { figure: 'memory after as many checks as it can take', reach: ANYTHING, unit: ' MB', digits: 1, of: (name) => load[name].megabytes },
    { figure: `memory after the soak (${SOAK} s of a large site's load)`, reach: atMost(MEGABYTES, ' MB'), unit: ' MB', digits: 1, of: (name) => soaked[name] },
    { figure: 'probes for 1000 checks at once of a cold target', reach: exactly(1), unit: '', digits: 0, of: (name) => probes[name] },
    { figure: `p99.9 of checks while the target takes ${SLOW} ms`, reach: atMost(SLOW, ' ms'), unit: ' ms', digits: 1, of: (name) => slow[name].tail },
    { figure: `oldest verdict then, of a cache time of ${CACHE_TIME} s`, reach: atMost(CACHE_TIME + LATE, ' s'), unit: ' s', digits: 2, of: (name) => slow[name].oldest / 1_000 },
  ];
  return { table: table(rows), isReached: !rows.some(({ reach, of }) => isMissed(reach, of('hacheck'))) };
}

function table(rows: readonly Row[]): string {
  const shown = ({ reach, unit, digits, of }: Row, name: Name): string => {
    const [value, text] = [of(name), `${of(name).toFixed(digits)}${unit}`];
    if (name === 'hacheck') return judged(reach, value, text);
    return Number.isNaN(value) ? '' : text;
  };
  const cells = [
    ['', "hacheck's is to be", ...NAMES.map((name) => (name === 'bare' ? 'bare node:http' : name))], Array<string>(2 + NAMES.length).fill('---'),
    ...rows.map((row) => [row.figure, row.reach.words, ...NAMES.map((name) => shown(row, name))]),
  ];
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n');
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

/** Megabytes of each behind the soak's balancers; nobody changes a mark, and the bare server answers every path alike. */
async function eachSoaked(): Promise<Record<Name, number>> {
  const services = (await startServices()).filter(({ path }) => /^\/(?:http|spool)\//.test(path));
  const promised = { cacheTime: CACHE_TIME * 1_000, failureCacheTime: 1_000, timeout: 10_000 };
  return each(async (name) => {
    const server = await STARTS[name]();
    // HTTP/1.1 wants a Host of everybody but hacheck.
    const { tally, stop } = startBalancers({ port: server.port, balancers: BALANCERS, rate: RATE, services, promised, headers: 'Host: localhost\r\n' });
    await new Promise((resolve) => setTimeout(resolve, SOAK * 1_000));
    await stop();
    if (tally.failures.length > tally.checks / 1_000) throw new Error(`${name}: ${tally.failures.length} of ${tally.checks} checks were not answered: ${tally.failures[0]}`);
    const size = server.residentMegabytes();
    await server.stop();
    return size;
  });
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
