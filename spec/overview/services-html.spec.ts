import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Known } from '../../lib/overview/overview.ts';
import { servicesHtml } from '../../lib/overview/services-html.ts';
import { KnownHost, TEN, textOf } from '../support/overview.ts';

const EVIL = `</p><script>alert("1")</script><a href='x' onclick=y>&amp;`;

/** What stands on the page of a host's services, as HTML. */
function page(host: KnownHost, given: Partial<Known> = {}, draining: ReadonlyMap<string, number> = new Map()): string {
  const view = host.overview(given);
  return servicesHtml(view.services, { time: view.time, only: view.only, draining }).text;
}

function text(host: KnownHost, given: Partial<Known> = {}, draining?: ReadonlyMap<string, number>): string {
  return textOf(page(host, given, draining));
}

describe('a service on the page', () => {
  it('that is up says so, with its check, since when, and how old the verdict is', () => {
    const host = new KnownHost();
    host.tells('/http/web/8080/health');
    host.clock.advance(40);
    assert.match(text(host, { glance: () => ({ kept: { age: 3_000, left: 7_000 }, isFilling: false }) }),
      /^Services ✓ up web http\/web\/8080\/health 200 OK since 10:00:00 UTC \(40 s ago\) · verdict 3\.0 s old, good for 7\.0 s Each strip/);
  });

  it('that fails says its cause, that its probe says so, and whether a probe is under way', () => {
    const host = new KnownHost();
    host.tells('/tcp/db/5432', 'connect ECONNREFUSED 127.0.0.1:5432');
    assert.match(text(host, { glance: () => ({ kept: { age: 1_400, left: -400 }, isFilling: true }) }),
      /✕ failing db tcp\/db\/5432 connect ECONNREFUSED 127\.0\.0\.1:5432 says its probe, since 10:00:00 UTC \(0 s ago\) · verdict 1\.4 s old, no longer good · being probed now/);
  });

  it('that is out says why, by whom, since when and until when, whole', () => {
    const host = new KnownHost();
    const reason = `kernel upgrade; ask J\u00fcrgen ${'x'.repeat(2_000)}`;
    host.marks('web', { state: 'drain', reason, by: 'ops', creation: TEN - 720, expiration: TEN + 3600 });
    const shown = text(host);
    assert.ok(shown.includes(`◐ draining web ${reason} web drained by ops · since 09:48:00 UTC (12 min ago) · until 11:00:00 UTC (60 min left) nobody asks for it`), shown);
  });

  it('that is out without a word says what is not known', () => {
    const host = new KnownHost();
    host.marks('web:8080');
    assert.match(text(host), /■ down web no reason given web:8080 taken out by somebody who left no name · until it is put back nobody asks for it/);
  });

  it('that is out by all names that mark, and does not repeat its own for each check', () => {
    const host = new KnownHost();
    for (const port of [80, 81]) host.tells(`/http/web/${port}/`);
    host.marks('all', { reason: 'power' });
    assert.match(text(host), /■ down http\/web\/80 by the mark all/);
    const own = new KnownHost();
    for (const port of [80, 81]) own.tells(`/http/web/${port}/`);
    own.marks('web', { reason: 'power' });
    assert.equal(text(own).split('power').length, 2);
    assert.doesNotMatch(text(own), /by the mark/);
  });

  it('with several checks has a standing for each, and the agent\'s are named', () => {
    const host = new KnownHost();
    host.tells('/http/web/80/');
    host.tells('/http/web/81/', 'refused');
    host.asks('/spool/web/0', [], host.agentChecks);
    assert.match(text(host), /✕ failing web ✕ failing http\/web\/81 refused says its probe, .* ✓ up http\/web\/80 .* \? unknown spool\/web\/0 agent no verdict yet/);
  });

  it('says how many sessions drain', () => {
    const host = new KnownHost();
    host.marks('web', { state: 'drain' });
    assert.match(text(host, {}, new Map([['web', 3]])), /◐ draining web 3 sessions draining no reason/);
    assert.match(text(host, {}, new Map([['web', 1]])), /1 session draining/);
    assert.doesNotMatch(text(host, {}, new Map([['web2', 3]])), /\d sessions/);
  });

  it('links to its own page', () => {
    const host = new KnownHost();
    host.marks('web');
    assert.match(page(host), /<a href="\/\?service=web">web<\/a>/);
  });
});

describe('the strip', () => {
  it('has a path for each run of cells, as high as the verdict is bad, and says itself in words', () => {
    const host = new KnownHost();
    for (const cause of [undefined, undefined, 'refused']) {
      host.tells('/http/web/80/', cause);
      host.clock.advance(20);
    }
    const [strip = ''] = /<svg.*<\/svg>/.exec(page(host)) ?? [];
    assert.match(strip, /role="img" aria-label="last 10 minutes: nobody asked for 20 s, before that down for 20 s, before that up for 40 s, before that nobody asked"/);
    const paths = [...strip.matchAll(/<path class="(\w+)" d="M(\d+) ([\d.]+)h(\d+)"\/>/g)].map(([, ...parts]) => parts.join(' '));
    assert.deepEqual(paths, ['nobody 0 11.5 26', 'up 26 10 2', 'down 28 6 1', 'nobody 29 11.5 1']);
  });
});

describe('what others have written', () => {
  it('is text, in reasons, names, queries and causes', () => {
    const host = new KnownHost();
    host.marks('web', { reason: EVIL, by: EVIL });
    host.tells(`/http/api/80/${EVIL.replaceAll(' ', '%20')}`, EVIL);
    const shown = page(host);
    assert.doesNotMatch(shown, /<script|<a href='|onclick=y>|<\/p><\/p>/);
    assert.equal(textOf(shown).split(EVIL).length - 1, 3);
    assert.ok(textOf(shown).includes(EVIL.replaceAll(' ', '%20')));
  });
});

describe('what does not fit', () => {
  it('is counted, and it is said where to see it', () => {
    const host = new KnownHost();
    for (let port = 1; port <= 10; port += 1) {
      host.tells(`/http/web/${port}/`);
      host.marks(`web:${port}`);
    }
    assert.match(page(host), /2 more marks: <code>hactl status<\/code>[^]*2 more checks: <a href="\/\?service=web">all of web<\/a>/);
    for (let port = 11; port <= 200; port += 1) host.tells(`/http/web/${port}/`);
    assert.match(page(host, { only: 'web' }), /100 more checks<\/p>/);
    for (let at = 0; at < 300; at += 1) host.tells(`/http/other${at}/80/`);
    assert.match(text(host), /1\d\d more services, none of them worse than these: \/\?service=NAME shows one, hactl status every mark\./);
  });
});
