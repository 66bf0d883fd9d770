// What figures are to be, and whether they are.

/** What a figure is to be. */
export interface Reach {
  readonly words: string;
  readonly isReached: (figure: number) => boolean;
  /** Whether the run fails where it is not reached. */
  readonly isRequired: boolean;
}

/** A figure that is no promise. */
export const ANYTHING: Reach = { words: '', isReached: () => true, isRequired: false };

/** So much at the most, in some unit. */
export function atMost(most: number, unit = ''): Reach {
  return { words: `≤ ${most}${unit}`, isReached: (figure) => figure <= most, isRequired: true };
}

/** So much at the least, which is aimed at: a run does not fail without it. */
export function goal(least: number): Reach {
  return { words: `goal: ≥ ${least}`, isReached: (figure) => figure >= least, isRequired: false };
}

/** Exactly so much. */
export function exactly(wanted: number): Reach {
  return { words: String(wanted), isReached: (figure) => figure === wanted, isRequired: true };
}

/** A figure as it is shown, marked where it is not what it is to be. */
export function judged(reach: Reach, figure: number, measured: string): string {
  return reach.isReached(figure) ? measured : `${measured} **not reached**`;
}

/** Whether a run fails of this figure. Whatever could not be measured is not reached. */
export function isMissed({ isReached, isRequired }: Reach, figure: number): boolean {
  return isRequired && !isReached(figure);
}
