// Where the daemon reads its marks in another folder than hactl changes them in, no balancer hears of the change.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Says that the two folders are not one; undefined where they are, by whatever names, and where the daemon's is not known.
 *
 * @param daemons the folder that the daemon reads, as /status has it
 * @param changed the folder in which marks were changed
 */
export function otherSpool(daemons: string | undefined, changed: string): string | undefined {
  if (daemons === undefined || isOne(daemons, resolve(changed))) return undefined;
  return `the daemon reads its marks in ${daemons}, and those in ${resolve(changed)} were changed: no balancer hears of it, unless one of them is the other in a container (see --spool-root)`;
}

function isOne(folder: string, other: string): boolean {
  return folder === other || (inodeOf(folder) ?? folder) === inodeOf(other);
}

/** Which folder it is, by whatever name; undefined where it cannot be seen from here. */
function inodeOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
