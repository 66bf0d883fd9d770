// The page /metrics, for Prometheus.
import type { Asked } from '../asked.ts';
import { isBalancer } from '../balancer-row.ts';
import type { Balancers } from '../balancers.ts';
import type { Pipeline } from '../check.ts';
import type { Clock } from '../clock.ts';
import type { Listened } from '../listen.ts';
import type { Log } from '../log.ts';
import { isCurrent, type Mark } from '../mark.ts';
import type { Page } from '../page.ts';
import { marksOf } from '../route.ts';
import { listMarks } from '../spool.ts';
import { VERSION } from '../version.ts';
import type { Counts } from './counts.ts';
import { exposition, EXPOSITION_TYPE, plain, type Metric } from './exposition.ts';
import { EventLoopDelay, processMetrics } from './process.ts';

/** What the page looks at. */
export interface Measured {
  readonly pipeline: Pipeline;
  readonly counts: Counts;
  /** The checks that were asked, over HTTP and through the agent. */
  readonly asked: () => Iterable<Asked>;
  readonly balancers: Balancers;
  readonly listened: readonly Listened[];
  readonly log: Log;
}

/** Marks that are named in labels; an operator has few, but whoever has the token of --remote-spool can make more. */
const MAX_MARKS = 1000;
/** Seconds after which a balancer that has not asked is gone, and what was said of a service is no news. */
const LATELY = 60;

/** Makes the page. */
export function metricsPage(measured: Measured): Page {
  const { pipeline, counts, listened, log } = measured;
  const delay = new EventLoopDelay(pipeline.clock.monotonic);
  return () => ({
    type: EXPOSITION_TYPE,
    text: exposition([
      { name: 'hacheck_build_info', help: 'The version, as a label.', type: 'gauge', samples: [{ labels: { version: VERSION }, value: 1 }] },
      ...counts.metrics(),
      plain('gauge', 'hacheck_probes_in_flight', 'Probes that are under way.', pipeline.cache.flights),
      ...cacheMetrics(pipeline),
      ...spoolMetrics(measured),
      ...balancerMetrics(measured),
      plain('gauge', 'hacheck_connections', 'Connections that are open.', sum(listened, ({ size }) => size)),
      plain('counter', 'hacheck_connections_closed_for_room_total', 'Connections that were closed because there are file descriptors for no more.', sum(listened, ({ closedForRoom }) => closedForRoom)),
      plain('counter', 'hacheck_bugs_total', 'Exceptions that nobody foresaw.', log.bugs),
      plain('counter', 'hacheck_log_lines_left_out_total', 'Lines that were not logged, for want of a reader or because there were too many.', log.leftOut),
      ...processMetrics(),
      ...delay.metrics(),
    ]),
  });
}

function cacheMetrics({ cache }: Pipeline): Metric[] {
  const { size, evictions, expirations } = cache.counts;
  return [
    plain('gauge', 'hacheck_cache_entries', 'Verdicts that are kept.', size),
    plain('gauge', 'hacheck_cache_bytes', 'Bytes of their bodies and keys.', cache.bytes),
    plain('counter', 'hacheck_cache_evictions_total', 'Verdicts that had to make room for others, some of them expired already.', evictions),
    plain('counter', 'hacheck_cache_expirations_total', 'Verdicts that went when their time was over.', expirations),
  ];
}

function spoolMetrics({ pipeline: { spoolRoot, clock }, asked }: Measured): Metric[] {
  const marks = marksIn(spoolRoot);
  const readable = plain('gauge', 'hacheck_spool_readable', '1 if the spool can be read, 0 if every check is told a down because it cannot.', marks === undefined ? 0 : 1);
  if (marks === undefined) return [readable];
  const current = marks.filter((mark) => isCurrent(mark, clock.time()));
  const named = marks.slice(0, MAX_MARKS);
  const counted = (['down', 'drain'] as const).map((state) => ({ labels: { state }, value: current.filter((mark) => mark.state === state).length }));
  return [
    readable,
    { name: 'hacheck_marks', help: 'Marks that stand.', type: 'gauge', samples: counted },
    times('hacheck_mark_creation_timestamp_seconds', 'When a mark was made, in Unix time.', named, ({ creation }) => creation),
    times('hacheck_mark_expiration_timestamp_seconds', 'When a mark ends or has ended, in Unix time.', named, ({ expiration }) => expiration),
    upMetric(named, asked, clock),
  ];
}

/** Every mark, also one that has expired and lies there still; undefined where the spool cannot be read. */
function marksIn(spoolRoot: string): Mark[] | undefined {
  try {
    return listMarks(spoolRoot, -Infinity).marks;
  } catch {
    return undefined;
  }
}

function times(name: string, help: string, marks: readonly Mark[], timeOf: (mark: Mark) => number | undefined): Metric {
  const samples = marks.flatMap((mark) => {
    const value = timeOf(mark);
    return value === undefined ? [] : [{ labels: { mark: mark.name }, value }];
  });
  return { name, help, type: 'gauge', samples };
}

/**
 * Whether what a mark names is up, also behind its end: by what the checks were told last that it applies to. Which of them went down behind
 * its end, or was asked for the first time, is not out because of it. Marks are the operators', so nobody who asks can make these grow.
 */
function upMetric(marks: readonly Mark[], asked: () => Iterable<Asked>, { time, monotonic }: Clock): Metric {
  const [worst, now] = [new Map<string, number>(), monotonic()];
  const ends = new Map(marks.map(({ name, expiration = Infinity }) => [name, now + 1000 * (expiration - time())]));
  for (const { check, state, told, outSince } of asked()) {
    if (state === undefined || now - told > 1000 * LATELY) continue;
    // Where --marks-on keeps marks from a check, they name it all the same.
    for (const name of [...check.marks, ...marksOf(check)]) {
      const end = ends.get(name);
      if (end === undefined || (state !== 'up' && outSince >= end)) continue;
      worst.set(name, Math.min(worst.get(name) ?? 1, state === 'up' ? 1 : 0));
    }
  }
  const samples = [...worst].map(([mark, value]) => ({ labels: { mark }, value }));
  return { name: 'hacheck_marked_service_up', help: '1 if the checks of what a mark names were told up last, within a minute; 0 if one was not. The mark may have expired; what went down after that does not count.', type: 'gauge', samples };
}

function balancerMetrics({ balancers, pipeline: { clock } }: Measured): Metric[] {
  const addresses = { http: new Set<string>(), agent: new Set<string>() };
  for (const row of balancers.rows()) if (isBalancer(row) && clock.time() - row.last <= LATELY) addresses[row.via].add(row.address);
  const samples = (['http', 'agent'] as const).map((via) => ({ labels: { via }, value: addresses[via].size }));
  return [{ name: 'hacheck_balancers', help: 'Addresses of balancers that have asked within a minute.', type: 'gauge', samples }];
}

function sum(listened: readonly Listened[], of: (each: Listened) => number): number {
  return listened.reduce((total, each) => total + of(each), 0);
}
