// hactl --wait: comes back when every balancer of the services has let go of them, or taken them back.
import { Busy, withDaemon } from '../daemon-client.ts';
import type { DaemonPlace } from '../daemon.ts';
import { EXIT } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { sayChanged, sayFinished, sayInterrupted, sayTimedOut, sayUnheard, type Ending } from './ending.ts';
import { Interruption } from './interruption.ts';
import { Looker } from './looker.ts';
import type { Watch } from './watch.ts';

/** A wait, as a command wants it. */
export interface Wait extends Watch, DaemonPlace {
  readonly spoolRoot: string;
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Milliseconds between two looks; so many times what a look takes, where that is more, up to a second: thousands of balancers, or connections, take long to read. */
const PAUSE = 50;
const PAUSES = 3;
const LONGEST_PAUSE = 1_000;
/** Looks running at which everyone is done: a balancer may be sending its last request while it takes in what it was told. */
const LOOKS = 2;

/**
 * Waits for the balancers of some services, and says how it ended.
 *
 * @returns 0 when every one has followed, 3 where there is no daemon that answers or somebody else has changed the marks, 4 when the time is over,
 *   128 and its number after a signal
 */
export async function waitForBalancers(wait: Wait, shell: Shell): Promise<number> {
  const interruption = new Interruption();
  try {
    return await withDaemon(wait, (daemon) => looking(wait, new Looker(wait, daemon, shell), interruption, shell));
  } finally {
    interruption.ignore();
  }
}

async function looking(wait: Wait, looker: Looker, interruption: Interruption, shell: Shell): Promise<number> {
  const began = shell.clock.monotonic();
  const seconds = (): number => (shell.clock.monotonic() - began) / 1000;
  for (let doneLooks = 0; ; ) {
    const looked = seconds();
    doneLooks = (await looker.look(looked)) ? doneLooks + 1 : 0;
    const elapsed = seconds();
    const { shown, heard, unheard, starting } = looker;
    const ending: Ending = { wait, elapsed, shown, unseen: looker.unseen(), heard, unheard, starting, changed: looker.changed() };
    const code = exitCodeOf(ending, doneLooks, interruption, shell);
    if (code !== undefined) return code;
    const pause = Math.min(LONGEST_PAUSE, Math.max(PAUSE, PAUSES * 1000 * (elapsed - looked)));
    await interruption.pause(Math.min(pause, 1000 * (wait.timeout - elapsed)));
  }
}

/** The exit code, once the wait has come to an end, which is said; undefined before. */
function exitCodeOf(ending: Ending, doneLooks: number, interruption: Interruption, shell: Shell): number | undefined {
  if (interruption.code !== undefined) return said(sayInterrupted, ending, interruption.code, shell);
  const isOver = ending.elapsed >= ending.wait.timeout;
  if (!ending.heard && (isOver || !(ending.unheard instanceof Busy))) return said(sayUnheard, ending, EXIT.failed, shell);
  if (ending.changed !== undefined) return said(sayChanged, ending, EXIT.failed, shell);
  if (doneLooks >= LOOKS) return said(sayFinished, ending, EXIT.done, shell);
  return isOver ? said(sayTimedOut, ending, EXIT.timedOut, shell) : undefined;
}

function said(say: (ending: Ending, shell: Shell) => void, ending: Ending, code: number, shell: Shell): number {
  say(ending, shell);
  return code;
}
