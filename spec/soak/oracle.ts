// Which answers are right: each is compared with what its service and its marks were within the promised age.
import type { Soaked } from './services.ts';

/** Milliseconds for which the daemon may keep what it has found, and that a probe may take. */
export interface Promised {
  readonly cacheTime: number;
  readonly failureCacheTime: number;
  readonly timeout: number;
}

/** An answer. */
export interface Answered {
  /** When it was asked for, and when it had come. */
  readonly asked: number;
  readonly answered: number;
  readonly status: number;
  readonly body: string;
}

/** Milliseconds from the beginning of a probe until its service knows of it. */
const LATE = 50;

/** Which mark an answer gives, by the first words of its body. */
export function markOf(body: string): 'none' | 'down' | 'drain' {
  const [, state] = /^Service \S+ in (down|drain) state since /.exec(body) ?? [];
  return state === 'down' || state === 'drain' ? state : 'none';
}

/** What is wrong with an answer, in words; undefined for one that is right. */
export function wrong({ name, up, mark, tellsAge, kind }: Soaked, { asked, answered, status, body }: Answered, promised: Promised): string | undefined {
  const said = markOf(body);
  const complaint = (what: string): string => `${name}: ${what}, asked at ${asked.toFixed(0)}, answered at ${answered.toFixed(0)}: ${status} ${body.trimEnd()}`;
  if (!mark.between(asked, answered).has(said)) return complaint(`the mark is ${mark.state}`);
  if (said !== 'none') return status === (said === 'down' ? 503 : 404) ? undefined : complaint('another status');
  if (kind === 'spool') return status === 200 ? undefined : complaint('no mark');
  const isUp = status === 200;
  const since = isUp ? asked - promised.cacheTime : asked - promised.failureCacheTime - promised.timeout;
  if (!up.between(since, answered).has(isUp)) return complaint(isUp ? 'it was down' : 'it was up');
  const age = tellsAge && isUp ? asked - Number(/^asked at (\S+)/.exec(body)?.[1]) : 0;
  return age <= promised.cacheTime + LATE ? undefined : complaint(`${age.toFixed(0)} ms old`);
}
