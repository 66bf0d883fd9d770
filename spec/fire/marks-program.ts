// An operator in a process of his own, who takes a service out and puts it back without end from the message `go` to the message `stop`.
// Then he tells what stands, and when he was at it: from when to when each change took, in milliseconds of the machine's monotonic clock.
import { removeMark, writeMark } from '../../lib/marking.ts';

/** What he has done from `go` to `stop`. */
export interface Marked {
  readonly standing: 'down' | 'drain' | 'none';
  readonly changes: readonly (readonly [from: number, to: number])[];
}

const [spool = '', service = ''] = process.argv.slice(2);
const STATES = ['down', 'drain', 'none'] as const;
let [isAtIt, number] = [false, 2];
let changes: [number, number][] = [];

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const standing = (): Marked['standing'] => STATES[number % STATES.length] ?? 'none';

function change(): void {
  if (!isAtIt) return;
  number += 1;
  const [from, state] = [now(), standing()];
  if (state === 'none') removeMark(spool, service);
  else writeMark(spool, service, { state, reason: `change ${number}`, by: 'spec', expiration: undefined }, Date.now() / 1_000);
  changes.push([from, now()]);
  setImmediate(change);
}

process.on('message', (word) => {
  isAtIt = word === 'go';
  if (isAtIt) return change();
  process.send?.({ standing: standing(), changes });
  changes = [];
});
