import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseServerState, type ServerState } from '../lib/server-state.ts';

const BARE: ServerState = { state: 'UP', node: null, name: null, weight: null, total: null, sessions: null, queue: null, target: null };

/** Reads a header behind `UP; `, and gives what it says beside that. */
function said(fields: string): Partial<ServerState> | undefined {
  const found = parseServerState(`UP; ${fields}`);
  return found === undefined ? undefined : Object.fromEntries(Object.entries(found).filter(([key, value]) => key !== 'state' && value !== null));
}

describe('X-Haproxy-Server-State', () => {
  it('is read as HAProxy writes it', () => {
    const header = 'UP 2/3; address=10.0.0.1; port=8080; name=web/web1; node=lb1; weight=10/20; scur=13/22; qcur=4';
    assert.deepEqual(parseServerState(header), { state: 'UP 2/3', node: 'lb1', name: 'web/web1', weight: 10, total: 20, sessions: 13, queue: 4, target: 8080 });
  });

  it('is read as HAProxy writes it in a slow start', () => assert.deepEqual(said('weight=3/20; scur=0/0; qcur=0; throttle=30%'), { weight: 3, total: 20, sessions: 0, queue: 0 }));

  it('is read as HAProxy before 1.6 writes it, without address and port', () => {
    const header = 'NOLB 1/3; name=bck/srv2; node=lb1; weight=1/2; scur=13/22; qcur=0';
    assert.deepEqual(parseServerState(header), { ...BARE, state: 'NOLB 1/3', node: 'lb1', name: 'bck/srv2', weight: 1, total: 2, sessions: 13, queue: 0 });
  });

  for (const state of ['UP', 'UP 1/3', 'UP 100000000/999999999', 'DOWN', 'DOWN 0/2', 'DOWN 4/2', 'NOLB', 'NOLB 2/3', 'no check']) {
    it(`has the state ${state}`, () => {
      assert.deepEqual(parseServerState(state), { ...BARE, state });
      assert.deepEqual(parseServerState(`${state}; node=lb1`), { ...BARE, state, node: 'lb1' });
    });
  }

  const OTHERS = ['', ' ', ';', 'up', 'Up', 'MAINT', 'DRAIN', 'UPx', 'UP2/3', 'UP 2', 'UP 2/', 'UP /3', 'UP 2/3/4', 'UP  2/3', 'UP -1/3', 'UP 2.5/3', 'UP 0x2/3', 'UP 1234567890/3', 'UP a/b',
    'UP, node=lb1', 'UP node=lb1', 'node=lb1', 'node=lb1; UP', 'no check 1/3', 'no  check', 'nocheck', 'UP\0', 'ÜP', 'UP 2/３'];
  for (const state of OTHERS) it(`is ignored with the state ${JSON.stringify(state)}`, () => assert.equal(parseServerState(state), undefined));

  it('may have its fields in any order, with or without white space between them', () => {
    const orders = ['qcur=4; node=lb1; port=80', 'port=80;qcur=4;node=lb1', 'node=lb1 ;  port=80;\tqcur=4'];
    for (const fields of orders) assert.deepEqual(said(fields), { node: 'lb1', queue: 4, target: 80 }, fields);
  });

  it('may have fields that are not known, of any shape: a newer HAProxy may have more', () => {
    assert.deepEqual(said('zone=b; node=lb1; empty=; sum=1+1=2; max-conn=3; x_2=a b; Zone=\xe9'), { node: 'lb1' });
  });

  it('may have nothing between two semicolons, and behind the last one', () => {
    for (const fields of ['node=lb1;', 'node=lb1; ;', '; node=lb1', ' ;;node=lb1']) assert.deepEqual(said(fields), { node: 'lb1' }, fields);
    assert.deepEqual(parseServerState('UP;'), BARE);
  });

  const WORDS = ['a', 'lb-1.example.org', 'be_web/srv:8080', '"<script>"', "'%00'", 'a=b', 'x'.repeat(900)];
  for (const word of WORDS) it(`takes the name ${word.slice(0, 20)}`, () => assert.deepEqual(said(`name=${word}; node=${word.slice(0, 90)}`), { name: word, node: word.slice(0, 90) }));

  const PORTS = [['8080', 8080], ['1', 1], ['65535', 65535], ['0', null], ['', null], ['65536', null], ['99999', null], ['00080', 80]] as const;
  for (const [port, target] of PORTS) {
    it(`has ${target === null ? 'no target' : `the target ${target}`} with port=${port}`, () => assert.equal(parseServerState(`UP; address=10.0.0.1; port=${port}`)?.target, target));
  }

  it('has no target for a unix socket, whose port is empty', () => {
    const header = 'UP; address=unix; port=; name=web/web1; node=lb1; weight=1/1; scur=0/0; qcur=0';
    assert.deepEqual(parseServerState(header), { state: 'UP', node: 'lb1', name: 'web/web1', weight: 1, total: 1, sessions: 0, queue: 0, target: null });
  });

  it('says 0 where it is 0: that is not the same as nothing', () => assert.deepEqual(said('weight=0/0; scur=0/0; qcur=0'), { weight: 0, total: 0, sessions: 0, queue: 0 }));
});

describe('X-Haproxy-Server-State of another shape is ignored as a whole:', () => {
  const FIELDS = [
    'port=x', 'port=-1', 'port=8080x', 'port=123456', 'port=80/80', 'port=1e3',
    'weight=', 'weight=1', 'weight=1/', 'weight=/1', 'weight=1/2/3', 'weight=-1/2', 'weight=1.5/2', 'weight=1/1234567890', 'weight=NaN/1', 'weight=Infinity/1', 'weight=a/b',
    'scur=', 'scur=1', 'scur=1/x', 'scur=-1/1', 'scur=1234567890/1', 'scur=1e1/1',
    'qcur=', 'qcur=x', 'qcur=-1', 'qcur=1/2', 'qcur=1.5', 'qcur=1234567890',
    'node=', 'name=', 'node=a b', 'node=l\tb', 'node=\xe9', 'node=lb\x80', 'node=lb\x7f', 'name=\0',
    'node', '=lb1', 'node lb1', 'node: lb1', 'node=lb1, name=x', '__proto__',
  ];
  for (const field of FIELDS) {
    it(JSON.stringify(field), () => {
      assert.equal(said(field), undefined);
      assert.equal(said(`address=10.0.0.1; ${field}; queue=1`), undefined);
    });
  }

  for (const field of ['node=lb1', 'name=web/web1', 'weight=1/1', 'scur=0/0', 'qcur=0', 'port=80', 'address=10.0.0.1', 'zone=a']) {
    it(`twice ${field}`, () => {
      assert.notEqual(said(field), undefined);
      assert.equal(said(`${field}; ${field}`), undefined);
      assert.equal(said(`${field}; other=1; ${field}`), undefined);
    });
  }

  it('longer than 1 KiB', () => {
    const start = 'UP; node=';
    const longest = start + 'x'.repeat(1024 - start.length);
    assert.equal(parseServerState(longest)?.node?.length, 1024 - start.length);
    assert.equal(parseServerState(`${longest}x`), undefined);
    assert.equal(parseServerState(`UP;${' '.repeat(1024)}node=lb1`), undefined);
  });
});

describe('X-Haproxy-Server-State as an enemy writes it', () => {
  it('is read in time that grows with its length alone', () => {
    const fill = (unit: string, before = 'UP; '): string => before + unit.repeat(Math.floor((1024 - before.length) / unit.length));
    const units = [';', ' ', ' ;', '=', 'a=', 'a=;', 'a'].map((unit) => fill(unit));
    const keys = Array.from({ length: 200 }, (_, at) => `${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}=`);
    const hostile = [...units, fill('a', 'UP; a='), fill('1', 'UP '), fill('/', 'UP 1'), fill('1/', 'UP; weight='), fill('\t ', 'UP'), fill('UP;', ''), `UP;${keys.join(';')}`];
    const began = performance.now();
    for (let times = 0; times < 500; times += 1) for (const header of hostile) parseServerState(header);
    // Some 10 µs each, at most 100 µs; what backtracks takes milliseconds.
    assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`);
  });

  it('is not read where it is long', () => {
    const long = `UP; ${'a=1;'.repeat(4_000_000)}`;
    const began = performance.now();
    for (let times = 0; times < 1_000; times += 1) parseServerState(long);
    assert.ok(performance.now() - began < 100);
  });

  it('has no effect on what all objects have', () => {
    for (const key of ['constructor', 'prototype', 'tostring']) assert.deepEqual(said(`${key}=1; node=lb1`), { node: 'lb1' });
    assert.equal(({} as Record<string, unknown>)['node'], undefined);
  });
});
