// The process itself, under the names that Prometheus' client libraries have for it (prometheus.io, "Writing client libraries",
// "Process metrics"; the nodejs_ ones are prom-client's).
import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks';
import { descriptorsNow } from '../descriptors.ts';
import { plain, type Metric } from './exposition.ts';

/** Milliseconds between two looks at the event loop; each wakes the process. */
const RESOLUTION = 100;
const NANOSECONDS = 1e9;

/** How late the event loop is, from the first time that somebody asks: whoever has no Prometheus pays nothing for it. */
export class EventLoopDelay {
  #histogram: IntervalHistogram | undefined;

  /** What was seen since the last call; nothing in the first one. */
  metrics(): Metric[] {
    const seen = this.#histogram;
    if (seen === undefined) {
      this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
      this.#histogram.enable();
      return [];
    }
    if (seen.count === 0) return [];
    const values: readonly (readonly [string, string, number])[] = [
      ['min', 'shortest', seen.min], ['max', 'longest', seen.max], ['mean', 'mean', seen.mean],
      ['p50', 'median', seen.percentile(50)], ['p90', '90th percentile of the', seen.percentile(90)], ['p99', '99th percentile of the', seen.percentile(99)],
    ];
    const metrics = values.map(([name, words, value]) => plain('gauge', `nodejs_eventloop_lag_${name}_seconds`, `The ${words} delay of the event loop since the last scrape.`, lagOf(value)));
    seen.reset();
    return metrics;
  }
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
    plain('gauge', 'nodejs_heap_size_total_bytes', "The size of JavaScript's heap.", heapTotal),
    plain('gauge', 'nodejs_heap_size_used_bytes', "What is in use of JavaScript's heap.", heapUsed),
    plain('gauge', 'nodejs_external_memory_bytes', "Memory of buffers and of what else stands outside JavaScript's heap.", external),
    { name: 'nodejs_version_info', help: 'The version of Node, as a label.', type: 'gauge', samples: [{ labels: { version: process.version }, value: 1 }] },
    ...descriptorMetrics(),
  ];
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
