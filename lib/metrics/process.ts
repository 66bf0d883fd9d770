// The process itself, under the names that Prometheus' client libraries have for it (prometheus.io, "Writing client libraries",
// "Process metrics"; the nodejs_ ones are prom-client's).
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks';
import { descriptorsNow } from '../descriptors.ts';
import { plain, type Metric } from './exposition.ts';

/** Milliseconds between two looks at the event loop; each wakes the process. */
const RESOLUTION = 100;
const NANOSECONDS = 1e9;

/** Milliseconds that are looked back on at least: whoever scrapes as often misses nothing, however many others do. */
const WINDOW = 60_000;
const LOOKED_BACK = 'of the event loop in the last one to two minutes';

interface Window {
  readonly began: number;
  readonly histogram: IntervalHistogram;
}

/** How late the event loop is, from the first time that somebody asks: whoever has no Prometheus pays nothing for it. */
export class EventLoopDelay {
  readonly #now: () => number;
  /** The older one is told. When the newer one is old enough to be told, the older one begins anew. */
  #windows: readonly [older: Window, newer: Window] | undefined;

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What was seen of late; nothing in the first call. */
  metrics(): Metric[] {
    const now = this.#now();
    const [older, newer] = this.#windows ?? [windowSince(now), windowSince(now)];
    const isOver = now - newer.began >= WINDOW;
    if (isOver) older.histogram.reset();
    this.#windows = isOver ? [newer, { ...older, began: now }] : [older, newer];
    return lagMetrics(this.#windows[0].histogram);
  }
}

/** Two that begin together wake the process together. */
function windowSince(began: number): Window {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  return { began, histogram };
}

function lagMetrics(seen: IntervalHistogram): Metric[] {
  if (seen.count === 0) return [];
  const values: readonly (readonly [string, string, number])[] = [
    // Of prom-client, this one is a single look, at the moment of the scrape.
    ['lag', 'mean', seen.mean],
    ['lag_min', 'shortest', seen.min], ['lag_max', 'longest', seen.max], ['lag_mean', 'mean', seen.mean],
    ['lag_p50', 'median', seen.percentile(50)], ['lag_p90', '90th percentile of the', seen.percentile(90)], ['lag_p99', '99th percentile of the', seen.percentile(99)],
  ];
  return values.map(([name, words, value]) => plain('gauge', `nodejs_eventloop_${name}_seconds`, `The ${words} delay ${LOOKED_BACK}.`, lagOf(value)));
}

/** Node measures from one look to the next, so what is beyond the resolution is the delay. */
function lagOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION / 1000);
}

/** CPU, memory and descriptors. */
export function processMetrics(): Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return [
    plain('counter', 'process_cpu_user_seconds_total', 'CPU time spent in user mode.', user / 1e6),
    plain('counter', 'process_cpu_system_seconds_total', 'CPU time spent in the kernel.', system / 1e6),
    plain('counter', 'process_cpu_seconds_total', 'CPU time spent in all.', (user + system) / 1e6),
    plain('gauge', 'process_start_time_seconds', 'When the process was started, in Unix time.', Math.round(performance.timeOrigin) / 1000),
    plain('gauge', 'process_resident_memory_bytes', 'Memory that is resident.', rss),
    ...virtualMemory(),
    plain('gauge', 'nodejs_heap_size_total_bytes', "The size of JavaScript's heap.", heapTotal),
    plain('gauge', 'nodejs_heap_size_used_bytes', "What is in use of JavaScript's heap.", heapUsed),
    plain('gauge', 'nodejs_external_memory_bytes', "Memory of buffers and of what else stands outside JavaScript's heap.", external),
    { name: 'nodejs_version_info', help: 'The version of Node, as a label.', type: 'gauge', samples: [{ labels: { version: process.version }, value: 1 }] },
    ...descriptorMetrics(),
  ];
}

/** From /proc/self/status, in KiB there (proc(5)); nothing where there is none. */
function virtualMemory(): Metric[] {
  try {
    const [, kibibytes] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return kibibytes === undefined ? [] : [plain('gauge', 'process_virtual_memory_bytes', 'The size of virtual memory.', 1024 * Number(kibibytes))];
  } catch {
    return [];
  }
}

/** From /proc/self, which a unit with ProcSubset=pid leaves readable; nothing where there is none. */
function descriptorMetrics(): Metric[] {
  const { limit, inUse } = descriptorsNow();
  if (inUse === 0) return [];
  return [
    plain('gauge', 'process_open_fds', 'File descriptors that are open.', inUse),
    ...(limit === Infinity ? [] : [plain('gauge', 'process_max_fds', 'File descriptors that may be open.', limit)]),
  ];
}
