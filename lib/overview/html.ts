// The page / as HTML, whole.
import { formatDuration } from '../clock.ts';
import { isoTime } from '../mark.ts';
import { balancersHtml } from './balancers-html.ts';
import { html, Html } from './markup.ts';
import type { Overview } from './overview.ts';
import { markHtml, separated, servicesHtml } from './services-html.ts';
import { STANDINGS } from './standing.ts';
import { STYLE } from './style.ts';
import { signOf, standingWord } from './words.ts';

/** How the page is shown. */
export interface Showing {
  /** Seconds until it is asked for again; never if undefined. */
  readonly refresh: number | undefined;
}

/** The page as HTML. Everything that somebody else has written is text in it. */
export function overviewHtml(view: Overview, { refresh }: Showing): string {
  const { host, time, only, services, askers } = view;
  const isEmpty = services.count === 0 && askers.count === 0;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${sign(view)} ${headline(view)} — ${host}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1><span class="host">${host}</span> <span class="sum">${headline(view)}</span></h1>
${tally(view)}
<p class="facts">${separated([
    only === undefined ? undefined : html`<b>${only}</b> alone: <a href="/">everything</a>`,
    html`<time datetime="${isoTime(time)}">${isoTime(time).replace('T', ' ').replace('Z', ' UTC')}</time>`,
    `hacheck ${view.version}, up for ${formatDuration(view.uptime)}`,
    refreshHtml(refresh, only),
  ])}</p>
</header>
<main>
${bannerHtml(view)}${isEmpty ? emptyHtml(only) : html`${servicesHtml(services, { time, only, draining: askers.draining })}${balancersHtml(askers, time)}`}</main>
<footer><p class="facts">For programs: <a href="/status">/status</a>, <a href="/balancers">/balancers</a>, <a href="/metrics">/metrics</a>. On the host: <code>hactl status</code>, <code>hactl balancers</code>, <code>hactl help</code>.</p></footer>
</body>
</html>
`.text;
}

/** The one thing to know, in a few words. */
function headline({ everything, unreadable, services: { count, out }, only }: Overview): string {
  if (unreadable !== undefined) return 'spool unreadable';
  if (everything !== undefined) return everything.state === 'drain' ? 'everything draining' : 'everything out';
  if (count === 0) return only === undefined ? 'nothing asked yet' : `nothing known of ${only}`;
  return `${out} of ${count} out`;
}

/** The sign of the worst standing there is: for a tab among many. */
function sign({ everything, unreadable, services: { tally: standings } }: Overview): string {
  const bad = unreadable !== undefined ? 'failing' : everything?.state;
  return signOf(bad ?? STANDINGS.find((standing) => (standings.get(standing) ?? 0) > 0) ?? 'unknown');
}

function tally({ services: { tally: standings } }: Overview): Html | undefined {
  const some = STANDINGS.filter((standing) => (standings.get(standing) ?? 0) > 0);
  if (some.length === 0) return undefined;
  return html`<ul class="tally">${some.map((standing) => html`<li><b>${standings.get(standing)}</b> ${standingWord(standing)}</li> `)}</ul>`;
}

function refreshHtml(refresh: number | undefined, only: string | undefined): Html {
  const service = only === undefined ? '' : `service=${encodeURIComponent(only)}`;
  if (refresh === undefined) return html`paused: <a href="/${service === '' ? '' : `?${service}`}">refresh it again</a>`;
  return html`refreshes every ${refresh} s: <a href="/?${service === '' ? '' : `${service}&`}refresh=off">pause</a>`;
}

/** What is so for the whole host. */
function bannerHtml({ everything, unreadable, time }: Overview): Html | undefined {
  if (unreadable !== undefined) {
    return html`<section class="banner failing"><h2>${standingWord('failing')} The spool cannot be read</h2><p class="cause">spool unreadable: ${unreadable}</p>
<p class="facts">Whoever is told of marks is answered 503. On the host: <code>ls -ld</code> the spool, which the log names.</p></section>
`;
  }
  if (everything === undefined) return undefined;
  return html`<section class="banner ${everything.state}"><h2>${standingWord(everything.state)} Everything on this host</h2>
${markHtml(everything, time)}
<p class="facts"><code>hactl up all</code> ends that, and leaves other marks alone.</p></section>
`;
}

function emptyHtml(only: string | undefined): Html {
  if (only !== undefined) return html`<section><h2>${only}</h2><p>Nobody has asked for it in the last hour, and no mark takes it out.</p></section>`;
  return html`<section class="empty">
<h2>Nothing has asked this daemon yet</h2>
<p>Ask it how a service on this host is: <code>/http/web/8080/health</code> asks the service <b>web</b> on port 8080 for <code>/health</code>.</p>
<pre>curl -i http://127.0.0.1:3333/http/web/8080/health</pre>
<p>HAProxy asks with these lines:</p>
<pre>${CONFIGURATION}</pre>
<p>3333 stands for the port of this page. <code>hactl help haproxy</code> has more ways, with draining and with the agent. Then this page shows who asks, and what they were told.</p>
</section>
`;
}

const CONFIGURATION = `backend web
  option httpchk GET /http/web/8080/health
  default-server inter 2s fastinter 500ms fall 3 rise 2
  server web1 10.0.0.1:8080 check port 3333`;
