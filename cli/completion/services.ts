// The services that a completion offers: those that are marked, and those that balancers have asked about.
import { serviceOf } from '../../lib/balancer-row.ts';
import { formatMarkName, parseMarkName, type MarkName } from '../../lib/route.ts';
import { listMarks } from '../../lib/spool.ts';
import { parseArguments, type Environment } from '../arguments.ts';
import { DAEMON_OPTIONS } from '../daemon.ts';
import { SPOOL_ROOT } from '../option.ts';
import type { Typed } from './typed.ts';

/** What may stand at the cursor, and a few words about it. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** Milliseconds that a prompt waits for a daemon. */
const PATIENCE = 500;
/** Characters of a reason that a list of candidates shows. */
const ABOUT_LENGTH = 60;

/** Where marks and daemon are, as the line and the environment say it. */
export interface Surroundings {
  readonly typed: Typed;
  readonly env: Environment;
  /** Unix time in seconds. */
  readonly time: number;
}

/** Every mark that counts. None where the spool is missing, or cannot be read. */
export function marked({ typed, env, time }: Surroundings): Candidate[] {
  try {
    const { spoolRoot } = parseArguments({ spoolRoot: SPOOL_ROOT }, wordsFor([SPOOL_ROOT.name], typed), env).values;
    // No shell has taken the word apart yet.
    const root = spoolRoot.replace(/^~(?=\/|$)/, () => env['HOME'] ?? '~');
    return listMarks(root, time).marks.map(({ name, state, reason }) => ({ word: name, about: cut(reason === undefined ? state : `${state}: ${reason}`) }));
  } catch {
    return [];
  }
}

/**
 * What the daemon was asked about: each service, and each with its port. Nothing where no daemon answers at once, or somebody else does.
 * Names are read by the rule for services, for whoever listens on that port could otherwise write into a command line.
 */
export async function seen({ typed, env }: Surroundings): Promise<MarkName[]> {
  try {
    const names = Object.values(DAEMON_OPTIONS).map(({ name }) => name);
    const place = parseArguments(DAEMON_OPTIONS, wordsFor(names, typed), env).values;
    const { withDaemon } = await import('../daemon-client.ts');
    const rows = await withDaemon(place, (daemon) => daemon.rows(), PATIENCE);
    return rows.map((row) => parseMarkName(serviceOf(row))).filter((name): name is MarkName => !('refused' in name));
  } catch {
    return [];
  }
}

/** What of a line concerns these options. */
function wordsFor(names: readonly string[], { given }: Typed): string[] {
  return given.filter(({ option }) => names.includes(option.name)).map(({ word }) => word);
}

/**
 * Services to choose from, without those that the line names already. Ports are offered where a colon is typed, or where they are marked.
 */
export async function knownServices(around: Surroundings): Promise<Candidate[]> {
  const { current, operands } = around.typed;
  const names = await seen(around);
  const candidates = new Map([['all', 'everything on this host']]);
  for (const name of names) {
    candidates.set(name.service, 'seen');
    if (current.includes(':')) candidates.set(formatMarkName(name), 'seen');
  }
  for (const { word, about } of marked(around)) candidates.set(word, about);
  return [...candidates].map(([word, about]) => ({ word, about })).filter(({ word }) => !operands.includes(word));
}

function cut(text: string): string {
  const letters = [...text];
  return letters.length > ABOUT_LENGTH ? `${letters.slice(0, ABOUT_LENGTH - 1).join('')}…` : text;
}
