// An operator, or NTP, sets the machine's clock while the daemon runs. Its own clock is moved here, by libfaketime; the machine's is left alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL } from '../support/hactl.ts';
import { lacking } from '../support/programs.ts';
import { comesTrue, runProgram } from '../support/process.ts';
import { ask } from '../support/request.ts';
import { httpService } from '../support/service.ts';
import { firedAt, type FiredAt } from './daemon.ts';

const HOUR = 3600;

interface Moved extends FiredAt {
  /** Sets the daemon's clock, by so many seconds against the machine's. */
  readonly setClock: (seconds: number) => void;
}

async function movable(...words: readonly string[]): Promise<Moved> {
  const file = join(temporaryFolder(), 'time');
  const setClock = (seconds: number): void => writeFileSync(file, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
  setClock(0);
  const env = { LD_PRELOAD: 'libfaketime.so.1', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' };
  const library = runProgram('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1']).trim();
  const daemon = await firedAt({ words, flags: [], env: { ...env, LD_PRELOAD: library } });
  return { ...daemon, setClock };
}

async function timeOf(port: number): Promise<number> {
  return Date.parse((await ask(port, '/spool/web/0')).headers['date'] ?? '') / 1000;
}

describe('a daemon whose clock is set', { skip: lacking('faketime'), timeout: 60_000 }, () => {
  for (const [what, seconds] of [['back', -HOUR], ['forward', HOUR]] as const) {
    it(`${what} by an hour keeps a verdict for as long as it was to be kept, and no longer`, async () => {
      const daemon = await movable('--cache-time', '2', '--refresh-ahead', 'off');
      const service = await httpService((_request, response) => void response.end('fine'));
      const began = performance.now();
      const check = async (): Promise<string> => (await ask(daemon.port, `/http/web/${service.port}/`)).headers['cache-status'] ?? '';
      assert.equal(await check(), 'hacheck; fwd=miss; stored');
      const before = await timeOf(daemon.port);
      daemon.setClock(seconds);
      await comesTrue(async () => Math.abs((await timeOf(daemon.port)) - before - seconds) < 60);
      assert.match(await check(), /^hacheck; hit; ttl=[01]$/);
      await comesTrue(async () => (await check()) === 'hacheck; fwd=stale; stored');
      const took = performance.now() - began;
      assert.ok(took >= 2_000 && took < 3_000, String(took));
    });

    it(`${what} by an hour still meets its deadline, and knows how long ago its balancers asked`, async () => {
      const daemon = await movable('--timeout', '1');
      const mute = await httpService(() => undefined);
      const began = performance.now();
      const answer = ask(daemon.port, `/http/web/${mute.port}/`);
      daemon.setClock(seconds);
      assert.equal((await answer).status, 503);
      assert.ok(performance.now() - began < 2_000);
      const [row] = JSON.parse((await ask(daemon.port, '/balancers')).body) as { last: number }[];
      const ago = (await timeOf(daemon.port)) - (row?.last ?? 0);
      assert.ok(Math.abs(ago) < 5, String(ago));
    });
  }

  it('goes by it for the end of a mark, which an operator gave as a time of day', async () => {
    const daemon = await movable();
    runProgram(process.execPath, [HACTL, 'down', 'web', '--for', '30m', '--spool-root', daemon.spool]);
    const status = async (): Promise<number> => (await ask(daemon.port, '/spool/web/0')).status;
    assert.equal(await status(), 503);
    daemon.setClock(HOUR);
    await comesTrue(async () => (await status()) === 200);
    daemon.setClock(-HOUR);
    await comesTrue(async () => (await status()) === 503);
  });
});
