// The options of a wait.
import type { Arguments } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { address, count, list, optional, single, toggle } from '../option.ts';
import { parseDuration } from '../time.ts';

const WAIT = optional({ name: 'wait', value: 'DURATION', bare: '60s', help: 'return when every balancer has followed (60s)' }, parseDuration, undefined);
const WAIT_FOR = list({ name: 'wait-for', value: 'ADDRESS', help: 'wait for this one, too, whoever it is' }, address, []);
const JSON_LINES = toggle({ name: 'json', help: 'print an object for each change' });

/** The options of `down` and `drain`. */
export const LET_GO_OPTIONS = {
  wait: WAIT,
  waitFor: WAIT_FOR,
  strict: toggle({ name: 'strict', help: 'wait for idle connections, too' }),
  fall: single({ name: 'fall', value: 'COUNT', help: 'checks until a balancer without send-state lets go' }, count(1000), 3),
  json: JSON_LINES,
} as const;

/** The options of `up`. */
export const TAKE_BACK_OPTIONS = {
  wait: WAIT,
  waitFor: WAIT_FOR,
  rise: single({ name: 'rise', value: 'COUNT', help: 'checks until a balancer without send-state takes back' }, count(1000), 2),
  json: JSON_LINES,
} as const;

/**
 * Refuses what goes with `--wait` where that is not given.
 *
 * @throws UsageError
 */
export function refuseWithoutWait({ values, sources }: Pick<Arguments<typeof LET_GO_OPTIONS | typeof TAKE_BACK_OPTIONS>, 'values' | 'sources'>): void {
  if (values.wait !== undefined) return;
  const given = Object.entries(sources).find(([key, source]) => (key in LET_GO_OPTIONS || key in TAKE_BACK_OPTIONS) && source !== 'default');
  if (given !== undefined) throw new UsageError(`${given[1]} goes with --wait`);
}
