// What a balancer is told while a file of whatever contents stands in the spool.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { freePort } from './support/service.ts';
import { ask } from './support/request.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z') / 1000;
const KNOWN = '{"reason": "kernel upgrade", "creation": 1763805600.0, "expiration": null';

const clock = new HandClock();
const daemon = await testedDaemon({}, clock);

async function told(contents: string | Buffer, path = '/spool/web/0'): Promise<readonly [number, string, string]> {
  writeFileSync(join(daemon.spoolRoot, 'web'), contents);
  const { status, phrase, body } = await ask(daemon.port, path);
  return [status, phrase, Buffer.from(body, 'latin1').toString('utf8')];
}

describe('a check, while a mark stands,', () => {
  const DOWN: readonly (readonly [string, string | Buffer, string, string])[] = [
    ['empty', '', 'down', ''],
    ['plain text', 'kernel upgrade\n', 'down: kernel upgrade', ': kernel upgrade'],
    ['plain text with accents', 'für Käthe\n', 'down: fur Kathe', ': für Käthe'],
    ['JSON of Python', `${KNOWN}}`, 'down: kernel upgrade', ' since 2025-11-22T10:00:00Z: kernel upgrade'],
    ['JSON of Python with more keys', `${KNOWN}, "service": "web", "port": 8080}`, 'down: kernel upgrade', ' since 2025-11-22T10:00:00Z: kernel upgrade'],
    [
      'JSON with every key', '{"reason":"kernel upgrade","creation":1795338000,"expiration":1795345200,"state":"down","by":"ops"}\n',
      'down by ops: kernel upgrade', ' since 2026-11-22T09:00:00Z until 2026-11-22T11:00:00Z by ops: kernel upgrade',
    ],
    ['a ticket number', '12345', 'down: 12345', ': 12345'],
    ['a list', '[]', 'down: []', ': []'],
    ['null', 'null', 'down: null', ': null'],
    ['a JSON text', '"text"', 'down: "text"', ': "text"'],
    ['broken JSON', '{"state": "drain"', 'down: {"state": "drain"', ': {"state": "drain"'],
    ['wrong types for every key', '{"reason": 5, "creation": "x", "expiration": [], "state": 1, "by": {}}', 'down', ''],
    ['an unknown state', '{"state": "asleep", "by": "ops"}', 'down by ops', ' by ops'],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff]), 'down: ELF ?', ': ELF \ufffd'],
    ['lines that would be headers', 'x\r\nSet-Cookie: a=b\r\n\r\n<html>', 'down: x Set-Cookie: a=b <html>', ': x Set-Cookie: a=b <html>'],
    ['an expiration in text', '{"expiration": "2020-01-01"}', 'down', ''],
    ['the expiration NaN', '{"expiration": NaN}', 'down: {"expiration": NaN}', ': {"expiration": NaN}'],
    ['an expiration out of all time', '{"expiration": 1e300}', 'down', ''],
    ['an expiration to come', `{"expiration": ${NOW + 1}}`, 'down', ' until 2026-11-22T10:00:01Z'],
  ];
  for (const [what, contents, phrase, rest] of DOWN) {
    it(`is 503 for ${what}`, async () => assert.deepEqual(await told(contents), [503, phrase, `Service web in down state${rest}\n`]));
  }

  it('is 404 for a drain', async () => {
    assert.deepEqual(await told(`${KNOWN}, "state": "drain", "by": "ops"}`), [
      404, 'drained by ops: kernel upgrade', 'Service web in drain state since 2025-11-22T10:00:00Z by ops: kernel upgrade\n',
    ]);
  });

  for (const [what, expiration] of [['past', NOW - 1], ['this very moment', NOW], ['long past', 1], ['before 1970', -1]] as const) {
    it(`is 200 where its expiration is ${what}, and reading removes nothing`, async () => {
      const contents = `${KNOWN.replace('null', String(expiration))}}`;
      assert.equal((await told(contents))[0], 200);
      assert.equal(readFileSync(join(daemon.spoolRoot, 'web'), 'utf8'), contents);
    });
  }

  it('leaves the file as it was, to the nanosecond', async () => {
    await told('x');
    const path = join(daemon.spoolRoot, 'web');
    utimesSync(path, 1, 1);
    const { mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    await ask(daemon.port, '/spool/web/0');
    const after = statSync(path, { bigint: true });
    assert.deepEqual([after.mtimeNs, after.ctimeNs, after.ino], [mtimeNs, ctimeNs, ino]);
  });

  it('never says since when or by whom where the mark does not', async () => {
    const [, phrase, body] = await told('{"reason": "x"}');
    assert.deepEqual([phrase, body], ['down: x', 'Service web in down state: x\n']);
  });

  it('turns 200 at the second in which the mark expires', async () => {
    const contents = `{"expiration": ${clock.time() + 60}}`;
    assert.equal((await told(contents))[0], 503);
    clock.advance(59.9);
    assert.equal((await told(contents))[0], 503);
    clock.advance(0.1);
    assert.equal((await told(contents))[0], 200);
  });

  it('tells 4 KiB of a reason of a megabyte', async () => {
    const [status, phrase, body] = await told('é'.repeat(512 * 1024));
    assert.deepEqual([status, phrase, body], [503, `down: ${'e'.repeat(91)}...`, `Service web in down state: ${'é'.repeat(2048)}\n`]);
  });

  it('reads 64 KiB of the file and no byte more', async () => {
    const padded = (length: number): string => `{"state":${' '.repeat(length - 17)}"drain"}`;
    assert.equal(padded(64 * 1024).length, 64 * 1024);
    assert.equal((await told(padded(64 * 1024)))[0], 404);
    assert.equal((await told(`${padded(64 * 1024)}, and so on`))[0], 404);
    assert.equal((await told(padded(64 * 1024 + 1)))[0], 503);
  });

  it('asks no service', async () => {
    const port = await freePort();
    assert.deepEqual(await told('x', `/http/web/${port}/`), [503, 'down: x', 'Service web in down state: x\n']);
    assert.equal((await told('{"state": "drain"}', `/tcp/web/${port}`))[0], 404);
    rmSync(join(daemon.spoolRoot, 'web'));
    assert.match((await ask(daemon.port, `/http/web/${port}/`)).phrase, /^connect ECONNREFUSED 127\.0\.0\.1:/);
  });
});
