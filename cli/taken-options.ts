// Options that a command takes beside its own, and has no use for.
import { OLD_NAMES } from './command/index.ts';
import { single, SPOOL_ROOT, text, type OptionTable } from './option.ts';
import { PLACE_OPTIONS } from './service.ts';

/** A wrapper may name the spool, whatever it calls. */
const EVERYWHERE: OptionTable = { spoolRoot: SPOOL_ROOT };
/** The earlier tools had one table for all: who wraps them gives any of these to each. */
const OLD: OptionTable = {
  reason: single({ name: 'reason', short: 'r', value: 'TEXT', help: '' }, text, undefined),
  expiration: single({ name: 'expiration', short: 'e', value: 'SECONDS', help: '' }, text, undefined),
  spoolRoot: SPOOL_ROOT,
  ...PLACE_OPTIONS,
};

/** What a command takes beside its own options, under the name that the program was called by. */
export function takenOptions(program: string, command: string): OptionTable {
  return OLD_NAMES.has(program) && command !== 'serve' ? OLD : EVERYWHERE;
}
