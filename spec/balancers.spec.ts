import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../lib/balancer-row.ts';
import { plainAddress } from '../lib/route.ts';
import { notedBalancers, type Noted } from './support/balancers.ts';

const HEADER = 'UP 2/3; address=10.0.0.1; port=8081; name=web/web1; node=lb1; weight=10/20; scur=3/5; qcur=1';
/** 2026-11-22T10:00:00Z, where a HandClock begins. */
const BEGINNING = 1_795_341_600;

describe('a row', () => {
  it('holds who asked about what, and what the header told', () => {
    const { note, rows } = notedBalancers();
    note({ serverState: HEADER, told: 'drain' });
    const expected: BalancerRow = {
      address: '10.0.0.2', service: 'web', port: 8080, via: 'http', node: 'lb1', name: 'web/web1', state: 'UP 2/3',
      weight: 10, total: 20, sessions: 3, queue: 1, target: 8081, last: BEGINNING, count: 1, interval: null,
      told: 'drain', since: BEGINNING, running: 1, user_agent: null, probed_address: null, probed_port: null,
    };
    assert.deepEqual(rows(), [expected]);
    assert.equal(JSON.stringify(rows()[0]), JSON.stringify(expected));
  });

  it('holds null for what was not told', () => {
    const { note, rows } = notedBalancers();
    note();
    const [{ node, name, state, weight, total, sessions, queue, target, user_agent } = assert.fail()] = rows();
    assert.deepEqual([node, name, state, weight, total, sessions, queue, target, user_agent], Array(9).fill(null));
  });

  it('is that of the last check: what a header told before is gone with one that tells less', () => {
    const { note, rows } = notedBalancers();
    note({ serverState: HEADER });
    note({ serverState: 'DOWN; node=lb1; name=web/web1; scur=0/0' });
    const [{ state, weight, total, sessions, queue, target, count } = assert.fail()] = rows();
    assert.deepEqual([state, weight, total, sessions, queue, target, count], ['DOWN', null, null, 0, null, null, 2]);
  });

  it('is that of the last check where this one told nothing, too', () => {
    const { note, rows } = notedBalancers();
    note({ serverState: 'DOWN; scur=0/0', userAgent: 'Envoy/HC' });
    note();
    assert.deepEqual(rows().map(({ state, sessions, user_agent, count }) => [state, sessions, user_agent, count]), [[null, null, null, 2]]);
  });

  const OTHERS: readonly Noted[] = [
    { address: '10.0.0.3' }, { service: 'api' }, { port: 8081 }, { port: 0 }, { via: 'agent' },
    { serverState: HEADER.replace('lb1', 'lb2') }, { serverState: HEADER.replace('web1', 'web2') },
  ];
  for (const other of OTHERS) {
    it(`is another one for ${Object.entries(other).join()}`, () => {
      const { note, rows } = notedBalancers();
      for (const check of [{}, other, {}, other]) note({ serverState: HEADER, ...check });
      assert.deepEqual(rows().map(({ count }) => count), [2, 2]);
    });
  }

  it('is the same one whatever its state, its weight and the verdict are', () => {
    const { note, rows } = notedBalancers();
    for (const told of ['up', 'down', 'drain'] as const) note({ serverState: HEADER, told });
    for (const state of ['UP', 'DOWN', 'NOLB 1/3']) note({ serverState: HEADER.replace('UP 2/3', state).replace('10/20', '0/7') });
    assert.deepEqual(rows().map(({ count, state, weight }) => [count, state, weight]), [[6, 'NOLB 1/3', 0]]);
  });

  it('does not take a node for a name', () => {
    const { note, rows } = notedBalancers();
    note({ serverState: 'UP; node=a' });
    note({ serverState: 'UP; name=a' });
    assert.deepEqual(rows().map(({ node, name }) => [node, name]), [['a', null], [null, 'a']]);
  });

  it('is of no header where that is of another shape', () => {
    const { note, rows } = notedBalancers();
    for (const serverState of ['', 'MAINT', `${HEADER}; node=lb1`, `${HEADER}; ${'x'.repeat(1024)}`]) note({ serverState });
    assert.deepEqual(rows().map(({ count, state, node }) => [count, state, node]), [[4, null, null]]);
  });

  it('is one for curl and another for the balancer at the same address, without a header as well', () => {
    const { note, rows } = notedBalancers();
    for (const check of [{}, { userAgent: 'curl/8.5.0', told: 'down' }, {}, { userAgent: 'Wget/1.21' }, { userAgent: 'ELB-HealthChecker/2.0' }] as const) note(check);
    const found = rows().map(({ count, running, told, user_agent }) => [count, running, told, user_agent]);
    assert.deepEqual(found.sort(), [[2, 1, 'up', 'Wget/1.21'], [3, 3, 'up', 'ELB-HealthChecker/2.0']]);
  });

  it('is one for a balancer with a state, whatever its User-Agent', () => {
    const { note, rows } = notedBalancers();
    note({ serverState: HEADER });
    note({ serverState: HEADER, userAgent: 'curl/8.5.0' });
    assert.deepEqual(rows().map(({ count, user_agent }) => [count, user_agent]), [[2, 'curl/8.5.0']]);
  });
});

describe('rows', () => {
  it('are sorted by address, service, port, node and name', () => {
    const { note, rows } = notedBalancers();
    const [a, b] = ['UP; node=a; name=x', 'UP; node=a; name=y'] as const;
    const checks: readonly Noted[] = [
      { address: '10.0.0.10', serverState: a },
      { address: '10.0.0.2', service: 'api', serverState: a },
      { address: '10.0.0.2', port: 80, serverState: a },
      { address: '10.0.0.2', port: 81, serverState: a },
      { address: '10.0.0.2', port: 81, serverState: b },
      { address: '10.0.0.2', port: 81, serverState: 'UP; node=b' },
      { address: '10.0.0.20', service: 'api', serverState: a },
      { address: '::1', serverState: a },
    ];
    for (const check of [...checks].reverse()) note(check);
    assert.deepEqual(rows().map(({ address, service, port, node, name }) => `${address} ${service} ${port} ${node} ${name}`), [
      '10.0.0.10 web 8080 a x', '10.0.0.2 api 8080 a x', '10.0.0.2 web 80 a x', '10.0.0.2 web 81 a x', '10.0.0.2 web 81 a y', '10.0.0.2 web 81 b null', '10.0.0.20 api 8080 a x', '::1 web 8080 a x',
    ]);
  });

  it('are those of one service where it is named, to the letter', () => {
    const { note, rows } = notedBalancers();
    for (const service of ['web', 'web2', 'Web', 'api', 'all']) note({ service });
    for (const service of ['web', 'Web', 'all']) assert.deepEqual(rows(service).map((row) => row.service), [service]);
    assert.deepEqual(rows('we'), []);
    assert.equal(rows().length, 5);
  });
});

describe('an address', () => {
  const ADDRESSES = [
    ['::ffff:10.0.0.2', '10.0.0.2'], ['10.0.0.2', '10.0.0.2'], ['::1', '::1'], ['fe80::1%eth0', 'fe80::1'], ['::ffff:1', '::ffff:1'], ['2001:db8::ffff:1', '2001:db8::ffff:1'], ['', ''],
  ] as const;
  for (const [address, plain] of ADDRESSES) it(`${address} is compared as ${plain}`, () => assert.equal(plainAddress(address), plain));

  it('has the same rows however it came in', () => {
    const { note, rows } = notedBalancers();
    for (const address of ['10.0.0.2', '::ffff:10.0.0.2', 'fe80::1%eth0', 'fe80::1%eth1', 'fe80::1']) note({ address });
    assert.deepEqual(rows().map(({ address, count }) => [address, count]), [['10.0.0.2', 2], ['fe80::1', 3]]);
  });
});
