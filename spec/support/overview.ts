// What a daemon might know, of a spec's own making, for the page /.
import { AskedChecks, type Asked } from '../../lib/asked.ts';
import { bareMark, type Mark } from '../../lib/mark.ts';
import { overview, type Known, type Overview } from '../../lib/overview/overview.ts';
import { PATH_ALONE, Targeting, type TargetOptions } from '../../lib/targeting.ts';
import { downVerdict, markVerdict, upVerdict } from '../../lib/verdict.ts';
import { HandClock } from './daemon.ts';

/** The moment at which every spec begins, in Unix seconds. */
export const TEN = Date.parse('2026-11-22T10:00:00Z') / 1000;

/** Checks, marks and a clock; and what the page shows of them. */
export class KnownHost {
  readonly clock = new HandClock();
  readonly checks: AskedChecks;
  readonly agentChecks: AskedChecks;
  readonly #marks = new Map<string, Mark>();

  constructor(options: Partial<TargetOptions> = {}) {
    this.checks = new AskedChecks(new Targeting({ ...PATH_ALONE, ...options }), this.clock.monotonic);
    this.agentChecks = new AskedChecks(new Targeting(PATH_ALONE), this.clock.monotonic);
  }

  /** Reads a check, which has no verdict yet. */
  asks(path: string, headers: readonly string[] = [], checks = this.checks): Asked {
    const asked = checks.read(path, headers);
    if ('refused' in asked) throw new Error(asked.refused);
    return asked;
  }

  /** Tells a check that it is up, or that it failed for this cause. */
  tells(path: string, cause?: string): Asked {
    const asked = this.asks(path);
    this.checks.note(asked, cause === undefined ? upVerdict('200 OK') : downVerdict(cause));
    return asked;
  }

  /** Tells a check of a mark. */
  tellsMark(path: string, mark: Mark): void {
    this.checks.note(this.asks(path), markVerdict(mark), true);
  }

  /** Makes a mark. */
  marks(name: string, said: Partial<Mark> = {}): Mark {
    const mark = { ...bareMark(name), ...said };
    this.#marks.set(name, mark);
    return mark;
  }

  /** What the page shows. */
  overview(given: Partial<Known> = {}): Overview {
    const { clock, checks, agentChecks } = this;
    return overview({
      ...{ host: 'web17', version: '1.0.0', uptime: 90, now: clock.monotonic(), time: clock.time(), only: undefined, balancers: [] },
      ...{ checks: checks.all(), agentChecks: agentChecks.all(), marks: this.#marks, glance: () => ({ kept: undefined, isFilling: false }) },
      ...given,
    });
  }
}

/** The text of HTML without its tags, as a person reads it, on one line. */
export function textOf(html: string): string {
  const text = html.replace(/<style>.*?<\/style>/gs, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&').trim();
}
