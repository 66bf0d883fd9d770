import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overviewHtml } from '../../lib/overview/html.ts';
import type { Known } from '../../lib/overview/overview.ts';
import { STYLE } from '../../lib/overview/style.ts';
import { KnownHost, TEN, textOf } from '../support/overview.ts';
import { haproxyRow } from '../support/rows.ts';

function page(host: KnownHost, given: Partial<Known> = {}): string {
  return overviewHtml(host.overview(given), { refresh: 5 });
}

/** A host with two services up and one that fails. */
function threeServices(): KnownHost {
  const host = new KnownHost();
  for (const service of ['api', 'web']) host.tells(`/http/${service}/80/`);
  host.tells('/http/db/80/', 'refused');
  return host;
}

function title(html: string): string | undefined {
  return /<title>(.*)<\/title>/.exec(html)?.[1];
}

describe('the title and the headline', () => {
  it('say how many are out, and where', () => {
    const html = page(threeServices());
    assert.equal(title(html), '✕ 1 of 3 out — web17');
    assert.match(textOf(html), /web17 1 of 3 out 1 ✕ failing 2 ✓ up 2026-11-22 10:00:00 UTC · hacheck 1\.0\.0, up for 2 min · refreshes every 5 s: pause Services/);
  });

  it('begin with the worst that there is', () => {
    const host = new KnownHost();
    host.tells('/http/web/80/');
    assert.equal(title(page(host)), '✓ 0 of 1 out — web17');
    host.marks('web', { state: 'drain' });
    assert.equal(title(page(host)), '◐ 1 of 1 out — web17');
    host.marks('web');
    assert.equal(title(page(host)), '■ 1 of 1 out — web17');
  });

  it('say when everything is out, first of all, and how to end it', () => {
    const host = threeServices();
    host.marks('all', { reason: 'power', by: 'ops', creation: TEN - 60 });
    const html = page(host);
    assert.equal(title(html), '■ everything out — web17');
    assert.match(textOf(html), /pause ■ down Everything on this host power everything taken out by ops · since 09:59:00 UTC \(60 s ago\) · until it is put back hactl up all ends that, .* Services/);
    host.marks('all', { state: 'drain' });
    assert.equal(title(page(host)), '◐ everything draining — web17');
  });

  it('say when nothing is known, because the spool cannot be read', () => {
    const html = page(threeServices(), { marks: { unreadable: 'EACCES' } });
    assert.equal(title(html), '✕ spool unreadable — web17');
    assert.match(textOf(html), /✕ failing The spool cannot be read spool unreadable: EACCES Whoever is told of marks is answered 503\. .* Services/);
  });
});

describe('the page', () => {
  it('is a document with a language, a width, its one style, landmarks and headings in their order', () => {
    const html = page(threeServices(), { balancers: [haproxyRow({ last: TEN })] });
    assert.match(html, /^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">/);
    assert.ok(html.includes(`<style>${STYLE}</style>`));
    for (const landmark of ['header', 'main', 'footer', 'h1']) assert.equal(html.split(`<${landmark}>`).length, 2, landmark);
    assert.deepEqual([...html.matchAll(/<h(\d)/g)].map(([, level]) => level), ['1', '2', '3', '3', '3', '2', '3']);
  });

  it('loads nothing, runs nothing, and styles nothing in attributes', () => {
    const html = page(threeServices()).replace(STYLE, '');
    assert.doesNotMatch(html, /<script|<link|<img|<iframe|<form| style=| on\w+=|src=|http-equiv|https?:/);
    assert.doesNotMatch(STYLE, /url\(|@import|@font-face|<|\\/);
    assert.deepEqual([...new Set([...html.matchAll(/href="([^"?]*)/g)].map(([, href]) => href))], ['/', '/status', '/balancers', '/metrics']);
  });

  it('closes what it opens', () => {
    const host = threeServices();
    host.marks('all', { reason: '<p>' });
    const open: string[] = [];
    const html = page(host, { balancers: [haproxyRow({ last: TEN, sessions: 1, state: 'NOLB' })] }).replace(STYLE, '').replaceAll(/<(?:meta|!DOCTYPE)[^>]*>|<[^>]*\/>/g, '');
    for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z0-9]+)/g)) {
      if (slash === '') open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });

  it('is of one service alone where that is asked for, and leads back', () => {
    const html = page(threeServices(), { only: 'web' });
    assert.equal(title(html), '✓ 0 of 1 out — web17');
    assert.match(html, /<b>web<\/b> alone: <a href="\/">everything<\/a>/);
    assert.match(html, /<a href="\/\?service=web&amp;refresh=off">pause<\/a>/);
    assert.match(textOf(page(threeServices(), { only: 'nobody' })), /nothing known of nobody .* Nobody has asked for it in the last hour, and no mark takes it out\./);
  });

  it('can be paused, and taken up again', () => {
    assert.match(page(threeServices()), /refreshes every 5 s: <a href="\/\?refresh=off">pause<\/a>/);
    assert.match(overviewHtml(threeServices().overview(), { refresh: undefined }), /paused: <a href="\/">refresh it again<\/a>/);
    assert.match(overviewHtml(threeServices().overview({ only: 'web' }), { refresh: undefined }), /paused: <a href="\/\?service=web">refresh it again<\/a>/);
  });

  it('says what to do next where nobody has asked anything yet', () => {
    const html = page(new KnownHost());
    assert.equal(title(html), '? nothing asked yet — web17');
    const shown = textOf(html);
    for (const words of ['Nothing has asked this daemon yet', 'curl -i http://127.0.0.1:3333/http/web/8080/health', 'option httpchk GET /http/web/8080/health', 'hactl help haproxy']) assert.ok(shown.includes(words), words);
    assert.doesNotMatch(shown, /Services|Balancers/);
  });

  it('has the host\'s name as text', () => {
    assert.equal(title(page(threeServices(), { host: '</title><b>' })), '✕ 1 of 3 out — &lt;/title&gt;&lt;b&gt;');
  });
});
