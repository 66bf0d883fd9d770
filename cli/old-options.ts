// The options of the earlier tools. All of these had one table: who wraps them gives any of them to each.
import { single, SPOOL_ROOT, text, type OptionTable } from './option.ts';
import { PLACE_OPTIONS } from './service.ts';

/** What a program with an old name takes, whether its command has a use for it or not. */
export const OLD_OPTIONS: OptionTable = {
  reason: single({ name: 'reason', short: 'r', value: 'TEXT', help: '' }, text, undefined),
  expiration: single({ name: 'expiration', short: 'e', value: 'SECONDS', help: '' }, text, undefined),
  spoolRoot: SPOOL_ROOT,
  ...PLACE_OPTIONS,
};
