// The services that a command line names.
import { formatMarkName, parseMarkName, type MarkName } from '../lib/route.ts';
import { UsageError } from './errors.ts';
import { address, port, single } from './option.ts';

/** `-P` and `-H`, which say what `:8080` and `:10.0.0.7` say in a service's name. */
export const PLACE_OPTIONS = {
  port: single({ name: 'service-port', short: 'P', value: 'PORT', help: 'that port of the services alone, as in web:8080' }, port({ free: false }), undefined),
  address: single({ name: 'service-address', short: 'H', value: 'ADDRESS', help: 'that address alone: web:10.0.0.7:8080; needs -P' }, address, undefined),
} as const;

/** Where `-P` and `-H` say that the services are. */
export interface Place {
  readonly port: number | undefined;
  readonly address: string | undefined;
}

/**
 * Reads the services that a command names, all of them before anything is done.
 *
 * @throws UsageError naming the first that is none
 */
export function parseServices(operands: readonly string[], place: Place): readonly MarkName[] {
  if (place.address !== undefined && place.port === undefined) throw new UsageError('-H needs -P: an address alone is no place of a service');
  return operands.map((operand) => placed(operand, place));
}

/** The same where at least one is needed. */
export function parseSomeServices(operands: readonly string[], place: Place): readonly MarkName[] {
  if (operands.length === 0) throw new UsageError('name a service, or all');
  return parseServices(operands, place);
}

function placed(operand: string, place: Place): MarkName {
  const name = parseMarkName(operand);
  if ('refused' in name) throw new UsageError(name.refused);
  if (place.port === undefined) return name;
  if (name.port !== undefined && name.port !== place.port) throw new UsageError(`${formatMarkName(name)} with -P ${place.port}: which port is it?`);
  if (name.address !== undefined && place.address !== undefined && name.address !== place.address) {
    throw new UsageError(`${formatMarkName(name)} with -H ${place.address}: which address is it?`);
  }
  const at = name.address ?? place.address;
  return at === undefined ? { service: name.service, port: place.port } : { service: name.service, port: place.port, address: at };
}
