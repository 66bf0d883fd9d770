import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeenServices } from '../lib/seen.ts';
import { HandClock } from './support/daemon.ts';

const TIME = Date.parse('2026-11-22T10:00:00Z') / 1000;

describe('the services that were seen', () => {
  const clock = new HandClock();
  const seen = new SeenServices(clock);
  seen.note('web', '10.0.0.2', 503);
  seen.note('web', '10.0.0.1', 200);
  clock.advance(100);
  for (const service of ['1', '__proto__', 'api', 'constructor']) seen.note(service, '10.0.0.1', 404);
  seen.note('api', '10.0.0.1', 200);

  it('are told with their last answer, sorted by name', () => {
    const last = { code: 404, remote_ip: '10.0.0.1', ts: TIME + 100 };
    assert.deepEqual([...seen.recent(600)], [['1', last], ['__proto__', last], ['api', { ...last, code: 200 }], ['constructor', last], ['web', { code: 200, remote_ip: '10.0.0.1', ts: TIME }]]);
  });

  it('are told as long as they were asked for within so many seconds', () => {
    assert.deepEqual([...seen.recent(99.9)].map(([service]) => service), ['1', '__proto__', 'api', 'constructor']);
    assert.equal([...seen.recent(100)].length, 5);
    assert.equal([...seen.recent(0)].length, 4);
  });

  it('are counted client by client', () => {
    assert.deepEqual([...seen.counts()], [['1', [['10.0.0.1', 1]]], ['__proto__', [['10.0.0.1', 1]]], ['api', [['10.0.0.1', 2]]], ['constructor', [['10.0.0.1', 1]]], ['web', [['10.0.0.1', 1], ['10.0.0.2', 1]]]]);
  });

  it('know when, though an operator sets the clock', () => {
    clock.jump(3600);
    assert.equal([...seen.recent(600)].find(([service]) => service === 'web')?.[1].ts, TIME + 3600);
    clock.jump(-3600);
  });
});

describe('what is kept of them', () => {
  it('is 10 000 services; those that are asked for go on, the longest silent go', () => {
    const clock = new HandClock();
    const seen = new SeenServices(clock);
    seen.note('silent', '10.0.0.1', 200);
    for (let number = 0; number < 25_000; number += 1) {
      clock.advance(0.001);
      seen.note(`made-up-${number}`, '10.0.0.9', 503);
      seen.note('honest', '10.0.0.1', 200);
    }
    const names = [...seen.recent(3600)].map(([service]) => service);
    assert.ok(names.length <= 10_000 && names.length >= 9_900, String(names.length));
    assert.deepEqual([names.includes('honest'), names.includes('silent'), names.includes('made-up-24999'), names.includes('made-up-0')], [true, false, true, false]);
    assert.deepEqual(new Map(seen.counts()).get('honest'), [['10.0.0.1', 25_000]]);
  });

  it('is what was asked for last, whenever it was first', () => {
    const clock = new HandClock();
    const seen = new SeenServices(clock);
    for (const name of ['honest', ...Array.from({ length: 4_999 }, (_, number) => `early-${number}`), 'honest', ...Array.from({ length: 5_001 }, (_, number) => `late-${number}`)]) {
      clock.advance(0.001);
      seen.note(name, '10.0.0.1', 200);
    }
    const names = [...seen.recent(3600)].map(([service]) => service);
    assert.deepEqual([names.length, names.includes('honest'), names.includes('early-0')], [10_000, true, false]);
  });

  it('is 64 clients of each, and goes on counting those', () => {
    const seen = new SeenServices(new HandClock());
    for (let turn = 0; turn < 2; turn += 1) for (let client = 0; client < 100; client += 1) seen.note('web', `10.0.0.${client}`, 200);
    const [[, clients] = ['', []]] = seen.counts();
    assert.deepEqual([clients.length, new Map(clients).get('10.0.0.63'), new Map(clients).get('10.0.0.64')], [64, 2, undefined]);
    assert.equal([...seen.recent(1)][0]?.[1].remote_ip, '10.0.0.99');
  });

  it('is others of each when those have been silent for ten minutes', () => {
    const clock = new HandClock();
    const seen = new SeenServices(clock);
    for (let client = 0; client < 64; client += 1) seen.note('web', `10.0.0.${client}`, 200);
    clock.advance(300);
    seen.note('web', '10.0.0.5', 200);
    // Not yet.
    seen.note('web', '10.0.1.1', 200);
    clock.advance(301);
    for (let turn = 0; turn < 100; turn += 1) for (const client of ['10.0.1.1', '10.0.1.2']) seen.note('web', client, 200);
    const clients = new Map(new Map(seen.counts()).get('web'));
    assert.deepEqual([clients.size, clients.get('10.0.0.5')], [64, 2]);
    for (const client of ['10.0.1.1', '10.0.1.2']) assert.ok((clients.get(client) ?? 0) >= 99, client);
  });

  it('is 16 384 clients in all; the services that are asked for go on, with all of theirs', () => {
    const clock = new HandClock();
    const seen = new SeenServices(clock);
    for (let number = 0; number < 3_000; number += 1) {
      clock.advance(0.001);
      seen.note('honest', '10.0.0.1', 200);
      for (let client = 0; client < 64; client += 1) seen.note(`made-up-${number}`, `2001:db8::${client}`, 200);
    }
    const counts = new Map(seen.counts());
    const clients = [...counts.values()].reduce((sum, { length }) => sum + length, 0);
    assert.ok(clients <= 16_384 && clients > 16_384 - 64, String(clients));
    assert.deepEqual([counts.get('honest'), counts.get('made-up-2999')?.length, counts.has('made-up-0')], [[['10.0.0.1', 3_000]], 64, false]);
  });
});
