// What the agent checks of some balancers were told, for their checks over HTTP.
import type { Look } from '../look.ts';
import type { Heard } from './watch.ts';

/** The agent checks that a daemon knows of, and what its agent says. */
export class Agents {
  /** Whether the agent alone is told of marks. */
  readonly alone: boolean;
  /** Whether it drains with a word that HAProxy does not show in the state that it reports. */
  readonly admin: boolean;
  readonly #rows = new Map<string, Heard[]>();

  constructor({ marksOn, agentAdmin }: Look, rows: readonly Heard[]) {
    this.alone = marksOn === 'agent';
    this.admin = agentAdmin;
    for (const row of rows) if (row.via === 'agent') this.#rows.set(placeOf(row), [...(this.#rows.get(placeOf(row)) ?? []), row]);
  }

  /** Those of the same balancer about the same service. */
  of(row: Heard): readonly Heard[] {
    return row.via === 'agent' ? [] : (this.#rows.get(placeOf(row)) ?? []);
  }
}

function placeOf({ address, service }: Heard): string {
  return `${address} ${service}`;
}
