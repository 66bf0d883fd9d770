import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../lib/balancer-row.ts';
import { askersView } from '../../lib/overview/balancers.ts';
import { balancersHtml } from '../../lib/overview/balancers-html.ts';
import { textOf } from '../support/overview.ts';
import { haproxyRow, statelessRow } from '../support/rows.ts';

function page(rows: readonly BalancerRow[], time = 1001): string {
  return balancersHtml(askersView(rows, time), time).text;
}

function text(rows: readonly BalancerRow[], time?: number): string {
  return textOf(page(rows, time));
}

describe('a balancer on the page', () => {
  it('says what it believes, its weight, sessions and queue, what it was told and when it asks', () => {
    assert.equal(text([haproxyRow({ state: 'UP 2/3', sessions: 4, queue: 1 })]), 'Balancers lb1 10.0.0.2 What lb1 asks, believes and was told ' +
      'Service Believes Weight Sessions Queue Was told Asked web :8080 web/web1 UP 2/3 10 of 20 4 1 up since 00:16:40 UTC (1 s ago) 1 s ago, every 2 s');
  });

  it('has its sessions that drain in sight', () => {
    const shown = text([haproxyRow({ state: 'NOLB', told: 'drain', sessions: 3 }), haproxyRow({ service: 'api', state: 'NOLB', sessions: 1, told: 'drain' })]);
    assert.match(shown, /^Balancers lb1 10\.0\.0\.2 4 sessions draining What .* NOLB 10 of 20 1 draining 0 drain since .* NOLB 10 of 20 3 draining 0/);
  });

  it('is said to be silent', () => {
    assert.match(text([haproxyRow(), haproxyRow({ service: 'api', last: 1060 })], 1060), /^Balancers lb1 10\.0\.0\.2 ! silent about 1 service .* ! silent: 60 s ago, every 2 s/);
    assert.doesNotMatch(text([haproxyRow()]), /silent/);
  });

  it('that says nothing of itself has a dash for it, and its address for a name', () => {
    assert.match(text([statelessRow({ via: 'agent', port: 0, interval: null, told: null })]), /^Balancers 10\.0\.0\.2 What 10\.0\.0\.2 asks, .* Asked web agent says nothing – – – – 1 s ago$/);
    assert.match(text([statelessRow({ user_agent: 'curl/8.5.0' })]), /^Balancers 10\.0\.0\.2 no balancer What .* web :8080 curl\/8\.5\.0 – – – up since/);
    assert.match(text([haproxyRow({ total: null })]), / UP 10 0 0 up /);
  });

  it('asks every so many seconds, with tenths below ten', () => {
    for (const [interval, said] of [[0.5, '0.5'], [2.04, '2'], [9.96, '10'], [12.4, '12']] as const) assert.ok(text([haproxyRow({ interval })]).endsWith(`1 s ago, every ${said} s`));
  });

  it('is a table with a caption and headings, also where a style makes no table of it', () => {
    const shown = page([haproxyRow()]);
    assert.match(shown, /<table role="table"><caption>What lb1 /);
    assert.equal(shown.match(/<th role="columnheader" scope="col">/g)?.length, 7);
    assert.equal(shown.match(/<th role="rowheader" scope="row">/g)?.length, 1);
    assert.deepEqual([...shown.matchAll(/<td role="cell" data-heading="([^"]*)">/g)].map(([, heading]) => heading), ['Believes', 'Weight', 'Sessions', 'Queue', 'Was told', 'Asked']);
  });

  it('is text, whatever it calls itself, and cut', () => {
    const evil = '"><script>alert(1)</script>';
    const shown = page([haproxyRow({ node: evil, name: evil, state: null, user_agent: evil }), haproxyRow({ node: 'x'.repeat(900), name: 'y'.repeat(900), service: 'api' })]);
    assert.doesNotMatch(shown, /<script|x{101}|y{101}/);
    assert.equal(textOf(shown).split(evil).length - 1, 4);
  });
});

describe('balancers', () => {
  it('that are not there are missed', () => assert.equal(text([]), 'Balancers Nobody has asked in the last hour.'));

  it('that do not fit are counted', () => {
    const rows = Array.from({ length: 250 }, (_none, at) => haproxyRow({ address: `10.0.0.${at % 5}`, service: `s${at}` }));
    assert.match(text(rows), /5 addresses in all: \/balancers has every row, and so has hactl balancers \.$/);
    const one = page(Array.from({ length: 250 }, (_none, at) => haproxyRow({ service: `s${at}` })));
    assert.match(one, /50 more rows: <a href="\/balancers">/);
    assert.doesNotMatch(one, /in all/);
  });
});
