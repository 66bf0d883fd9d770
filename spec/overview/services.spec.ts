import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServicesView, ServiceView } from '../../lib/overview/services.ts';
import { KnownHost, TEN } from '../support/overview.ts';

/** The services that are shown, each with its standing. */
function standings({ shown }: ServicesView): string[] {
  return shown.map(({ service, standing }) => `${service} ${standing}`);
}

function first({ shown }: ServicesView): ServiceView {
  const [view] = shown;
  assert.ok(view !== undefined);
  return view;
}

describe('the services on the page', () => {
  it('are those that are asked for and those that are taken out, the worst first, then by name', () => {
    const host = new KnownHost();
    for (const service of ['z-up', 'b-up', 'drained', 'down', 'Up']) host.tells(`/http/${service}/80/`);
    host.tells('/http/z-ill/80/', 'refused');
    host.tells('/http/ill/80/', 'refused');
    host.asks('/http/slow/80/');
    host.marks('drained', { state: 'drain' });
    host.marks('down:80');
    host.marks('nobody');
    const { services } = host.overview();
    assert.deepEqual(standings(services), ['ill failing', 'z-ill failing', 'down down', 'nobody down', 'drained drain', 'Up up', 'b-up up', 'z-up up', 'slow unknown']);
    assert.deepEqual([services.count, services.out, [...services.tally.values()]], [9, 5, [2, 2, 1, 3, 1]]);
  });

  it('stand as their worst check or mark, and have their worst check first', () => {
    const host = new KnownHost();
    for (const port of [80, 81, 83]) host.tells(`/http/web/${port}/`);
    host.tells('/http/web/82/', 'refused');
    assert.deepEqual(first(host.overview().services).checks.map(({ name, standing }) => `${name} ${standing}`), ['http/web/82 failing', 'http/web/80 up', 'http/web/81 up', 'http/web/83 up']);
    host.marks('web:82', { state: 'drain' });
    const view = first(host.overview().services);
    assert.deepEqual([view.standing, view.marks.map(({ name }) => name), view.checks[0]?.mark?.name], ['drain', ['web:82'], 'web:82']);
  });

  it('are all out while everything is, and the mark all is none of their own', () => {
    const host = new KnownHost();
    host.tells('/http/web/80/');
    const all = host.marks('all');
    const view = host.overview();
    assert.deepEqual([standings(view.services), first(view.services).marks, first(view.services).checks[0]?.mark, view.everything], [['web down'], [], all, all]);
  });

  it('are one alone where it is named', () => {
    const host = new KnownHost();
    for (const service of ['web', 'web2']) host.tells(`/http/${service}/80/`);
    for (const name of ['web:80', 'web2', 'all']) host.marks(name);
    const view = host.overview({ only: 'web' });
    assert.deepEqual([standings(view.services), view.services.count, view.everything?.name], [['web down'], 1, 'all']);
    assert.deepEqual(standings(host.overview({ only: 'nobody' }).services), []);
  });

  it('know since when they were told so, in Unix seconds, whatever an operator does to the clock', () => {
    const host = new KnownHost();
    host.tells('/http/web/80/');
    host.clock.advance(30);
    host.clock.jump(3600);
    host.tells('/http/web/80/');
    assert.equal(first(host.overview().services).checks[0]?.since, TEN + 3600);
    host.marks('web');
    assert.equal(first(host.overview().services).checks[0]?.since, undefined);
  });

  it('have what the cache holds for each check', () => {
    const host = new KnownHost();
    const { key } = host.tells('/http/web/80/');
    const glance = { kept: { age: 1, left: 2 }, isFilling: true };
    assert.equal(first(host.overview({ glance: (asked) => (asked === key ? glance : assert.fail(asked)) }).services).checks[0]?.glance, glance);
  });

  it('are told apart by the place that headers chose, and agents that are told otherwise are named', () => {
    const host = new KnownHost({ targetFromHeader: true });
    for (const headers of [[], ['X-Nerve-Check-IP', '127.0.0.7']]) host.asks('/http/web/80/a', headers);
    host.asks('/spool/web/0', [], host.agentChecks);
    assert.deepEqual(first(host.overview().services).checks.map(({ name, isAgent }) => [name, isAgent]), [
      ['http/web/80/a', false], ['http/web/80/a at 127.0.0.7:80', false], ['spool/web/0', true],
    ]);
  });

  it('show queries as the UTF-8 that they are, on one line, and cut', () => {
    const host = new KnownHost();
    host.asks(`/http/web/80/${Buffer.from('\u00fc\u202e').toString('latin1')}`);
    host.asks(`/http/web/81/${'x'.repeat(1000)}`);
    assert.deepEqual(first(host.overview().services).checks.map(({ name }) => [name.slice(0, 14), name.length]), [['http/web/80/\u00fc', 13], ['http/web/81/xx', 301]]);
  });
});

describe('the services that are left out', () => {
  it('are those that nobody has asked for in an hour', () => {
    const host = new KnownHost();
    host.tells('/http/told/80/');
    host.asks('/http/hung/80/');
    host.clock.advance(3600);
    assert.deepEqual(standings(host.overview().services), ['hung unknown', 'told unknown']);
    host.clock.advance(1);
    assert.deepEqual(standings(host.overview().services), []);
    host.marks('told');
    assert.deepEqual(standings(host.overview().services), ['told down']);
  });

  it('are the best of more than 200 rows, and are counted', () => {
    const host = new KnownHost();
    for (let at = 0; at < 4_000; at += 1) host.tells(`/http/web${at}/80/`, at % 100 === 0 ? 'refused' : undefined);
    const { shown, count, out } = host.overview().services;
    assert.deepEqual([shown.length, count, out, shown.filter(({ standing }) => standing === 'failing').length], [200, 4_000, 40, 40]);
  });

  it('are the checks beyond the eighth of one service, or beyond the hundredth where it is alone', () => {
    const host = new KnownHost();
    for (let port = 1; port <= 4_000; port += 1) host.tells(`/http/web/${port}/`);
    for (let port = 1; port <= 150; port += 1) host.marks(`web:${port}`, { state: port === 150 ? 'down' : 'drain' });
    const counts = (view: ServiceView): number[] => [view.checks.length, view.moreChecks, view.marks.length, view.moreMarks];
    assert.deepEqual(counts(first(host.overview().services)), [8, 3_992, 8, 142]);
    assert.deepEqual(counts(first(host.overview({ only: 'web' }).services)), [100, 3_900, 100, 50]);
    assert.equal(first(host.overview().services).marks[0]?.name, 'web:150');
  });

  it('are those whose reasons are too much for one page; the first is always there', () => {
    const host = new KnownHost();
    for (let at = 10; at < 90; at += 1) host.marks(`web${at}`, { reason: 'x'.repeat(4096) });
    const { shown, count } = host.overview().services;
    assert.deepEqual([shown.length, count], [31, 80]);
    const long = new KnownHost();
    for (let port = 1; port <= 100; port += 1) long.marks(`web:${port}`, { reason: 'x'.repeat(4096) });
    assert.equal(long.overview({ only: 'web' }).services.shown.length, 1);
  });
});
