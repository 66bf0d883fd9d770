// The page /: what goes on, for a person.
import { hostname } from 'node:os';
import type { AskedChecks } from '../asked.ts';
import type { Balancers } from '../balancers.ts';
import type { Pipeline } from '../check.ts';
import { codeOf } from '../errno.ts';
import type { Mark } from '../mark.ts';
import type { Page } from '../page.ts';
import { parseMarkName, quote, type Refusal } from '../route.ts';
import { listMarks, type Unreadable } from '../spool.ts';
import { VERSION } from '../version.ts';
import { overviewHtml } from './html.ts';
import { overview } from './overview.ts';
import { STYLE_HASH } from './style.ts';

/** What the page is made from. */
export interface OverviewParts {
  readonly pipeline: Pipeline;
  /** The checks that are asked over HTTP, and those of agents, who may be told otherwise; the same where they are not. */
  readonly asked: AskedChecks;
  readonly agentAsked: AskedChecks;
  readonly balancers: Balancers;
}

/** Seconds between two looks of a browser. */
const REFRESH = 5;

/** Nothing but the page's own style is loaded or run, whatever stands in it; nobody learns from a browser where it was. */
const HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** Makes the page of a daemon that starts now; `?service=web` shows one service, `?refresh=off` stands still. */
export function overviewPage({ pipeline: { spoolRoot, cache, clock }, asked, agentAsked, balancers }: OverviewParts): Page {
  const began = clock.monotonic();
  const host = hostname();
  return (query) => {
    const wanted = readQuery(query);
    if ('refused' in wanted) return wanted;
    const [now, time] = [clock.monotonic(), clock.time()];
    const view = overview({
      ...{ host, version: VERSION, now, time, only: wanted.only },
      uptime: (now - began) / 1000,
      checks: asked.all(),
      agentChecks: agentAsked === asked ? [] : agentAsked.all(),
      marks: currentMarks(spoolRoot, time),
      glance: (key) => cache.glance(key),
      balancers: balancers.rows(wanted.only),
    });
    const refresh = wanted.isStill ? undefined : REFRESH;
    const headers = refresh === undefined ? HEADERS : { ...HEADERS, Refresh: String(refresh) };
    return { type: 'text/html; charset=utf-8', text: overviewHtml(view, { refresh }), headers };
  };
}

function readQuery(query: URLSearchParams): { readonly only: string | undefined; readonly isStill: boolean } | Refusal {
  const unknown = [...query.keys()].find((key) => key !== 'service' && key !== 'refresh');
  if (unknown !== undefined) return { refused: `unknown ${quote(unknown)}: the page takes service and refresh, as in /?service=web&refresh=off` };
  const [only, ...others] = query.getAll('service');
  if (others.length > 0) return { refused: 'service is given twice: name one, or none for all' };
  const refresh = query.get('refresh');
  if (refresh !== null && refresh !== 'off') return { refused: `bad refresh ${quote(refresh)}: it is off, or not there` };
  const name = only === undefined ? undefined : parseMarkName(only);
  if (name !== undefined && 'refused' in name) return name;
  if (name?.port !== undefined) return { refused: `service=${only}: name the service alone, as in /?service=${name.service}` };
  return { only, isStill: refresh === 'off' };
}

function currentMarks(root: string, time: number): ReadonlyMap<string, Mark> | Unreadable {
  try {
    return new Map(listMarks(root, time).marks.map((mark) => [mark.name, mark]));
  } catch (error) {
    return { unreadable: codeOf(error) };
  }
}
