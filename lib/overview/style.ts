// The style of the page /: a departures board. System fonts, large type, one colour for each standing beside its sign and its word.

/** The page's style sheet. Every colour has at least 4.5:1 on what it stands on, in both schemes (WCAG 2.1, 1.4.3). */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --text: #14181f; --dim: #545c68; --line: #dfe3e8; --link: #0b4fb3;
  --failing: #b3201a; --down: #8a3d00; --drain: #0a56b8; --up: #14682f; --unknown: #545c68; --onbadge: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c0f14; --card: #151a21; --text: #eef1f5; --dim: #a3adba; --line: #2a313b; --link: #8ec1ff;
    --failing: #ff8f87; --down: #ffb066; --drain: #8ec1ff; --up: #74d68f; --unknown: #a3adba; --onbadge: #10141a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(.75rem, 3vw, 2.5rem) 3rem; max-width: 84rem;
  background: var(--ground); color: var(--text);
  font: 1.125rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
p, ul, h1, h2, h3 { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; }
pre { padding: 1rem; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; }
h1 { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: baseline; justify-content: space-between; font-size: clamp(2rem, 5.5vw, 3.25rem); line-height: 1.15; }
.host { font-weight: 500; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.5rem; }
.facts, .legend, .more, .dim, .address, caption { color: var(--dim); }
.legend, .more { margin-top: .75rem; font-size: 1rem; }
time, .span { white-space: nowrap; }
.tally { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: .75rem 0; font-size: 1.375rem; }
.tally b { font-size: 1.6em; line-height: 1.1; }
.standing { font-weight: 700; white-space: nowrap; }
.standing.failing { color: var(--failing); }
.standing.down { color: var(--down); }
.standing.drain { color: var(--drain); }
.standing.up { color: var(--up); }
.standing.unknown { color: var(--unknown); }
article, .banner, .asker, .empty { margin: 0 0 .5rem; padding: .6rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: .45rem solid var(--unknown); border-radius: .4rem; }
.asker, .empty { border-left-width: 1px; border-left-color: var(--line); }
article.failing, .banner.failing { border-left-color: var(--failing); }
article.down, .banner.down { border-left-color: var(--down); }
article.drain, .banner.drain { border-left-color: var(--drain); }
article.up { border-left-color: var(--up); }
article { display: grid; grid-template-columns: minmax(0, 23rem) minmax(0, 1fr); gap: 0 1rem; }
article h3 { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; align-content: start; font-size: 1.5rem; line-height: 1.25; }
article h3 .standing { min-width: 9.5rem; font-size: 1.25rem; }
h3 .name { flex: 1 1 9rem; min-width: 0; }
article.failing h3 .standing, article.down h3 .standing, article.drain h3 .standing, .banner .standing {
  padding: .1em .55em; border-radius: .3em; color: var(--onbadge); background: var(--failing);
}
article.down h3 .standing, .banner.down .standing { background: var(--down); }
article.drain h3 .standing, .banner.drain .standing { background: var(--drain); }
.name a { color: inherit; text-decoration-thickness: 1px; text-decoration-color: var(--line); }
.banner { padding: 1rem 1.25rem; }
.banner h2 { margin: 0 0 .5rem; font-size: 1.75rem; }
.cause { font-size: 1.25rem; font-weight: 600; }
.via { padding: 0 .4em; border: 1px solid currentcolor; border-radius: .3em; font-size: .85em; color: var(--dim); }
.draining { color: var(--drain); font-weight: 700; }
p.draining { font-size: 1.25rem; }
.silent { color: var(--down); font-weight: 700; }
article li { display: grid; grid-template-columns: minmax(0, 1fr) 13rem; gap: .25rem 1.5rem; align-items: center; }
article li + li { margin-top: .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
.what .facts { font-size: 1rem; }
li.up .what p, li.unknown .what p { display: inline; }
li.up .what p + p::before, li.unknown .what p + p::before { content: " · "; }
.strip { display: block; width: 100%; height: 1.75rem; }
.strip path { fill: none; stroke-dasharray: .78 .22; stroke-dashoffset: -.11; stroke: var(--unknown); stroke-width: 1; }
.strip .up { stroke: var(--up); stroke-width: 4; }
.strip .drain { stroke: var(--drain); stroke-width: 7; }
.strip .down { stroke: var(--failing); stroke-width: 12; }
article.down .strip .down { stroke: var(--down); }
.strip .nobody { stroke-dasharray: .2 .8; stroke-dashoffset: -.4; }
.asker h3 { font-size: 1.375rem; }
.asker .address { font-weight: 400; font-size: 1.125rem; }
table { width: 100%; font-size: 1rem; border-collapse: collapse; }
caption { text-align: left; font-size: 1rem; padding-bottom: .25rem; }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: baseline; border-top: 1px solid var(--line); }
thead th { color: var(--dim); font-weight: 500; border-top: 0; white-space: nowrap; }
tbody th { font-size: 1.125rem; font-weight: 600; }
tbody th .dim { font-weight: 400; font-size: .9em; }
td:not([data-heading="Believes"]) { white-space: nowrap; }
footer { margin-top: 2.5rem; }
@media (max-width: 68rem) {
  body { padding-top: .75rem; }
  .tally b { font-size: 1.25em; }
  article, .asker, .empty { padding: .6rem .75rem; }
  article, article li { grid-template-columns: minmax(0, 1fr); }
  article h3 .standing { min-width: 0; }
  .strip { height: 1.25rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .4rem 0; border-top: 1px solid var(--line); }
  tbody th, tbody td, td:not([data-heading="Believes"]) { padding: 0; border: 0; font-size: 1.0625rem; white-space: normal; }
  tbody th { flex: 1 0 100%; }
  tbody td::before { content: attr(data-heading) " "; color: var(--dim); }
}
@media (forced-colors: active) {
  .standing, .draining, .silent { border: 1px solid; padding: 0 .3em; }
}
`;

/** Its hash, as Content-Security-Policy wants it (CSP Level 3, section 2.3.1). Written down here because node:crypto takes a megabyte; a spec compares the two. */
export const STYLE_HASH = 'sha256-i/TD1pS3bJEPzUlEM38W8wZ5fM8gRCPIIlk3KnjIrjU=';
