// The services of the page, as HTML.
import { formatDuration } from '../clock.ts';
import type { Mark } from '../mark.ts';
import { CELLS, type Cell } from '../strip.ts';
import { html, type Html } from './markup.ts';
import type { CheckView, ServicesView, ServiceView } from './services.ts';
import { moment, plural, runsOf, shortTime, since, standingWord, stripText } from './words.ts';

/** What services need to know beside themselves. */
export interface Around {
  /** Unix seconds. */
  readonly time: number;
  readonly only: string | undefined;
  /** Sessions that drain, by service. */
  readonly draining: ReadonlyMap<string, number>;
}

const LEGEND = html`<p class="legend">Each strip is the last 10 minutes, the newest at its right end; a bar is the worst of 20 seconds: low for up, half for draining, full for down, a dot where nobody asked.</p>`;

/** The services, each with its checks. */
export function servicesHtml({ shown, count }: ServicesView, around: Around): Html {
  const hidden = count - shown.length;
  return html`<section aria-labelledby="services">
<h2 id="services">Services</h2>
${shown.map((service) => serviceHtml(service, around))}
${hidden === 0 ? undefined : html`<p class="more">${plural(hidden, 'more service')}, none of them worse than these: <code>/?service=NAME</code> shows one, <code>hactl status</code> every mark.</p>`}
${LEGEND}
</section>
`;
}

function serviceHtml(view: ServiceView, around: Around): Html {
  const { service, standing, marks, checks, moreMarks, moreChecks } = view;
  const draining = around.draining.get(service) ?? 0;
  const link = `/?service=${encodeURIComponent(service)}`;
  return html`<article class="${standing}">
<h3>${standingWord(standing)} <span class="name"><a href="${link}">${service}</a></span></h3>
<div class="body">
${draining === 0 ? undefined : html`<p class="draining">${plural(draining, 'session')} draining</p>`}
${marks.map((mark) => markHtml(mark, around.time))}
${moreMarks === 0 ? undefined : html`<p class="more">${plural(moreMarks, 'more mark')}: <code>hactl status</code></p>`}
${checks.length === 0 ? html`<p class="facts">nobody asks for it</p>` : html`<ul>${checks.map((check) => checkHtml(check, view, around.time))}</ul>`}
${moreChecks === 0 ? undefined : html`<p class="more">${plural(moreChecks, 'more check')}${around.only === undefined ? html`: <a href="${link}">all of ${service}</a>` : undefined}</p>`}
</div>
</article>
`;
}

/** A mark: why, by whom, since when, and until when. */
export function markHtml({ name, state, reason, by, creation, expiration }: Mark, time: number): Html {
  const facts = [
    html`${name === 'all' ? 'everything' : html`<b>${name}</b>`} ${state === 'drain' ? 'drained' : 'taken out'} by ${by === undefined ? 'somebody who left no name' : html`<b>${by}</b>`}`,
    creation === undefined ? undefined : since(creation, time),
    expiration === undefined ? 'until it is put back' : html`until ${moment(expiration, time)} <span class="span">(${formatDuration(expiration - time)} left)</span>`,
  ];
  return html`<p class="cause">${reason ?? 'no reason given'}</p>
<p class="facts">${separated(facts)}</p>`;
}

function checkHtml(check: CheckView, { checks, marks }: ServiceView, time: number): Html {
  const { name, isAgent, standing, cells } = check;
  return html`<li class="${standing}">
<div class="what"><p class="check">${checks.length === 1 ? undefined : html`${standingWord(standing)} `}<code>${name}</code>${isAgent ? html` <span class="via">agent</span>` : undefined}</p>
${causeHtml(check, marks)}${factsHtml(check, time)}</div>
${stripHtml(cells)}
</li>
`;
}

function causeHtml({ standing, cause, mark }: CheckView, marks: readonly Mark[]): Html | undefined {
  // What a mark of the service's own says stands above; `all` says it at the top of the page.
  if (mark !== undefined) return marks.includes(mark) ? undefined : html`<p class="facts">by the mark <b>${mark.name}</b></p>`;
  return html`<p class="${standing === 'failing' ? 'cause' : 'facts'}">${cause}</p>`;
}

function factsHtml({ standing, since: from, glance: { kept, isFilling } }: CheckView, time: number): Html | undefined {
  const facts = [
    from === undefined ? undefined : html`${standing === 'failing' ? 'says its probe, ' : ''}${since(from, time)}`,
    kept === undefined ? undefined : `verdict ${shortTime(kept.age)} old, ${kept.left > 0 ? `good for ${shortTime(kept.left)}` : 'no longer good'}`,
    isFilling ? 'being probed now' : undefined,
  ];
  return facts.every((fact) => fact === undefined) ? undefined : html`<p class="facts">${separated(facts)}</p>`;
}

/** Facts that are known, with a dot between them. */
export function separated(facts: readonly (Html | string | undefined)[]): Html {
  const known = facts.filter((fact) => fact !== undefined);
  return html`${known.map((fact, at) => html`${at === 0 ? '' : ' · '}${fact}`)}`;
}

/** Where the middle of a bar is, so that all stand on one line: its height is its stroke's width in style.ts. */
const MIDDLES = { up: 10, drain: 8.5, down: 6, nobody: 11.5 } as const;

/** Dashes of the path are the cells; the class makes them as high and as coloured as the verdict is bad. */
function stripHtml(cells: readonly Cell[]): Html {
  const paths = runsOf(cells).map(({ cell, from, length }) => html`<path class="${cell ?? 'nobody'}" d="M${from} ${MIDDLES[cell ?? 'nobody']}h${length}"/>`);
  return html`<svg class="strip" viewBox="0 0 ${CELLS} 12" preserveAspectRatio="none" role="img" aria-label="${stripText(cells)}">${paths}</svg>`;
}
