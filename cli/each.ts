import { formatMarkName, type MarkName } from '../lib/route.ts';
import { Failure } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { explain } from './explain.ts';
import type { Shell } from './shell.ts';

/**
 * Does something for every service, also when it fails for one.
 *
 * @returns 0, or 3 where it failed for any; each failure is said
 */
export function forEachService(services: readonly MarkName[], shell: Shell, act: (service: MarkName) => unknown): number {
  let code: number = EXIT.done;
  for (const service of services) {
    try {
      act(service);
    } catch (error) {
      shell.warn(`${formatMarkName(service)}: ${error instanceof Failure ? error.message : explain(error)}`);
      code = EXIT.failed;
    }
  }
  return code;
}
