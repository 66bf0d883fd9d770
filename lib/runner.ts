// Runs checks through the pipeline, counts their answers, and says in the log what they change.
import type { Asked, AskedChecks } from './asked.ts';
import { changeEntry, type Change } from './change.ts';
import { runCheck, type Answer, type Pipeline } from './check.ts';
import type { Log } from './log.ts';
import type { Counts } from './metrics/counts.ts';

/** Answers a check; `fresh` wants a verdict that is not known yet. */
export type Run = (asked: Asked, fresh: boolean) => Answer | Promise<Answer>;

/** What a runner works with. */
export interface RunnerParts {
  readonly pipeline: Pipeline;
  readonly counts: Counts;
  readonly log: Log;
}

/**
 * Makes what answers checks.
 *
 * @param label what stands before a change in the log, where two runners answer the same checks differently
 */
export function createRunner({ pipeline, counts, log }: RunnerParts, checks: AskedChecks, label = ''): Run {
  const noted = (asked: Asked, answer: Answer): Answer => {
    counts.count(asked.check.protocol, answer);
    const change = checks.note(asked, answer.verdict, answer.mark !== undefined);
    if (change !== undefined) sayChange(log, change, label);
    return answer;
  };
  return (asked, fresh) => {
    const answer = runCheck(pipeline, asked, fresh);
    return answer instanceof Promise ? answer.then((known) => noted(asked, known)) : noted(asked, answer);
  };
}

/** What is first heard of a check can be a name that somebody has made up. */
function sayChange(log: Log, change: Change, label: string): void {
  const entry = changeEntry(change, label);
  if (change.from === undefined) log.sayCommon(entry);
  else log.say(entry.priority, entry.message, entry.fields);
}
