// What was so when, as the script that changed it knows it; and which answers could be right then. Times are milliseconds of one clock.

/** Something that is in one of several states, and changes. */
export class Timeline<State> {
  readonly #changes: { readonly from: number; readonly to: number; readonly state: State }[];

  constructor(state: State) {
    this.#changes = [{ from: -Infinity, to: -Infinity, state }];
  }

  get state(): State {
    return (this.#changes.at(-1) as { readonly state: State }).state;
  }

  /** Changes it; the change took place at some moment from one time to another. */
  change(from: number, to: number, state: State): void {
    this.#changes.push({ from, to, state });
  }

  /** The states in which it may have been at some moment between two times. */
  between(from: number, to: number): Set<State> {
    const states = new Set<State>();
    for (const [at, change] of this.#changes.entries()) {
      const end = this.#changes[at + 1]?.to ?? Infinity;
      if (change.from <= to && end >= from) states.add(change.state);
    }
    return states;
  }
}
