// What is counted while the daemon works: checks, and probes with how long they took. All labels are known beforehand, so nobody can make them grow.
import type { Answer } from '../check.ts';
import type { Probe } from '../probe/target.ts';
import type { Verdict } from '../verdict.ts';
import type { Metric, Sample } from './exposition.ts';

type State = Verdict['state'];

const STATES: readonly State[] = ['up', 'down', 'drain'];
/** Where a verdict came from: no probe was asked for, the cache, another's probe, a probe of its own and why (RFC 9211), or none for want of room. */
const OUTCOMES = ['none', 'hit', 'collapsed', 'miss', 'stale', 'request', 'refused'] as const;

type Outcome = (typeof OUTCOMES)[number];

/** Upper bounds in seconds: a service on loopback answers within the first few, the last is the default deadline. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Probes of one protocol. */
interface Probed {
  readonly verdicts: Record<State, number>;
  /** How many took at most so long, bound by bound, and how many longer than all of them. */
  readonly buckets: number[];
  seconds: number;
}

/** The counts of one daemon. */
export class Counts {
  readonly #checks: ReadonlyMap<string, Record<State, Record<Outcome, number>>>;
  readonly #probes = new Map<string, Probed>();
  readonly #now: () => number;

  /**
   * @param protocols every one that a check may name
   * @param now milliseconds on a clock that never jumps
   */
  constructor(protocols: readonly string[], now: () => number) {
    this.#checks = new Map(protocols.map((protocol) => [protocol, { up: noOutcomes(), down: noOutcomes(), drain: noOutcomes() }]));
    this.#now = now;
  }

  /** Counts the answer to a check. */
  count(protocol: string, { verdict, from }: Answer): void {
    const checks = this.#checks.get(protocol);
    if (checks !== undefined) checks[verdict.state][outcomeOf(from)] += 1;
  }

  /** The same probes, which are counted and timed now. */
  timed(probes: ReadonlyMap<string, Probe>): ReadonlyMap<string, Probe> {
    return new Map([...probes].map(([protocol, probe]) => [protocol, this.#timed(protocol, probe)]));
  }

  #timed(protocol: string, probe: Probe): Probe {
    const probed: Probed = { verdicts: { up: 0, down: 0, drain: 0 }, buckets: [...BOUNDS, Infinity].map(() => 0), seconds: 0 };
    this.#probes.set(protocol, probed);
    return async (target, signal) => {
      const began = this.#now();
      const verdict = await probe(target, signal);
      const seconds = (this.#now() - began) / 1000;
      const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
      probed.buckets[bucket < 0 ? BOUNDS.length : bucket]! += 1;
      probed.seconds += seconds;
      probed.verdicts[verdict.state] += 1;
      return verdict;
    };
  }

  /** What was counted so far; of checks and probes, the protocols that were asked for. */
  metrics(): Metric[] {
    const probes = [...this.#probes].filter(([, { verdicts }]) => verdicts.up + verdicts.down > 0);
    return [
      { name: 'hacheck_checks_total', help: 'Checks that were answered, by what was said, and where it came from.', type: 'counter', samples: this.#checkSamples() },
      {
        name: 'hacheck_probes_total', help: 'Probes that have ended, by what they found.', type: 'counter',
        samples: probes.flatMap(([protocol, { verdicts }]) => (['up', 'down'] as const).map((verdict) => ({ labels: { protocol, verdict }, value: verdicts[verdict] }))),
      },
      { name: 'hacheck_probe_duration_seconds', help: 'How long probes took.', type: 'histogram', samples: probes.flatMap(([protocol, probed]) => histogram(protocol, probed)) },
    ];
  }

  #checkSamples(): Sample[] {
    return [...this.#checks].flatMap(([protocol, byState]) =>
      STATES.flatMap((verdict) => OUTCOMES.map((cache) => ({ labels: { protocol, verdict, cache }, value: byState[verdict][cache] }))).filter(({ value }) => value > 0),
    );
  }
}

function noOutcomes(): Record<Outcome, number> {
  return { none: 0, hit: 0, collapsed: 0, miss: 0, stale: 0, request: 0, refused: 0 };
}

function outcomeOf(from: Answer['from']): Outcome {
  if (from === undefined) return 'none';
  if (from.ttl !== undefined) return 'hit';
  if (from.collapsed === true) return 'collapsed';
  return from.stored === undefined ? 'refused' : (from.fwd ?? 'miss');
}

function histogram(protocol: string, { buckets, seconds }: Probed): Sample[] {
  let count = 0;
  const cumulative = [...BOUNDS, Infinity].map((bound, at) => {
    count += buckets[at] ?? 0;
    return { suffix: '_bucket', labels: { protocol, le: bound === Infinity ? '+Inf' : String(bound) }, value: count };
  });
  return [...cumulative, { suffix: '_sum', labels: { protocol }, value: seconds }, { suffix: '_count', labels: { protocol }, value: count }];
}
