import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, serving, type ServingHactl } from '../../support/hactl.ts';
import { ask, exchange, type RawResponse } from '../../support/request.ts';
import { freePort, httpService, tcpService } from '../../support/service.ts';

/** Milliseconds, for every wait that has no bound of its own. */
const BOUND = { timeout: 30_000 };

async function withDaemon(words: readonly string[], act: (daemon: ServingHactl) => Promise<void>): Promise<void> {
  const daemon = await serving(['--spool-root', temporaryFolder(), ...words]);
  try {
    await act(daemon);
  } finally {
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
}

function cacheStatus({ headers }: RawResponse): string {
  return (headers['cache-status'] ?? '').replace(/ttl=\d+/, 'ttl=N');
}

/** A service that answers when it is told to, and can be waited for. */
async function patientService(): Promise<{ port: number; asked: () => Promise<ServerResponse> }> {
  const waiting: ServerResponse[] = [];
  const takers: ((response: ServerResponse) => void)[] = [];
  const { port } = await httpService((_request, response) => {
    const taker = takers.shift();
    if (taker === undefined) waiting.push(response);
    else taker(response);
  });
  const asked = (): Promise<ServerResponse> => {
    const first = waiting.shift();
    return first === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(first);
  };
  return { port, asked };
}

/** Waits until nobody listens any more: the daemon says that it stops a moment before it does. */
async function refusal(port: number): Promise<void> {
  for (let error: unknown; !String(error).includes('ECONNREFUSED'); ) {
    error = await exchange(port, 'GET /spool/web/0 HTTP/1.0\r\n\r\n').catch((caught: unknown) => caught);
  }
}

describe('hactl serve --timeout', BOUND, () => {
  it('cuts off a service that hangs, and closes its socket', async () => {
    const service = await tcpService((socket) => socket.resume().on('end', () => socket.end()));
    await withDaemon(['--timeout', '0.3'], async ({ port }) => {
      const began = performance.now();
      const response = await ask(port, `/http/web/${service.port}/`);
      assert.ok(performance.now() - began >= 290);
      assert.deepEqual([response.status, response.phrase], [503, `timed out after 0.3 s waiting for the headers of 127.0.0.1:${service.port}`]);
      await service.idle();
    });
  });
});

describe('hactl serve --max-probes', BOUND, () => {
  it('answers 503 to a new target beyond it, stores nothing, and probes again when there is room', async () => {
    const service = await patientService();
    await withDaemon(['--max-probes', '1'], async ({ port }) => {
      const first = ask(port, `/http/web/${service.port}/first`);
      const held = await service.asked();
      const joined = ask(port, `/http/web/${service.port}/first`);
      const second = await ask(port, `/http/web/${service.port}/second`);
      assert.deepEqual([second.status, second.phrase, second.body, cacheStatus(second)], [503, 'too many probes', 'too many probes\n', 'hacheck; fwd=miss']);
      held.end('OK');
      assert.deepEqual([(await first).status, (await joined).status], [200, 200]);
      const again = ask(port, `/http/web/${service.port}/second`);
      (await service.asked()).end('OK');
      assert.deepEqual([(await again).status, cacheStatus(await again)], [200, 'hacheck; fwd=miss; stored']);
    });
  });
});

describe('hactl serve --cache-entries', BOUND, () => {
  it('bounds the cache, and what was unused for longest goes first', async () => {
    const service = await httpService((_request, response) => response.end('OK'));
    await withDaemon(['--cache-entries', '2', '--cache-time', '15'], async ({ port }) => {
      const MISS = 'hacheck; fwd=miss; stored';
      const HIT = 'hacheck; hit; ttl=N';
      for (const [query, expected] of [['a', MISS], ['b', MISS], ['a', HIT], ['c', MISS], ['a', HIT], ['c', HIT], ['b', MISS], ['c', HIT], ['a', MISS]]) {
        assert.equal(cacheStatus(await ask(port, `/http/web/${service.port}/${query}`)), expected, query);
      }
      const { cache } = JSON.parse((await ask(port, '/status')).body) as { cache: unknown };
      assert.deepEqual(cache, { gets: 9, hits: 4, misses: 5, sets: 5, expirations: 0, evictions: 3, size: 2 });
    });
  });
});

describe('hactl serve --cache-time', BOUND, () => {
  it('0 keeps nothing', async () => {
    const service = await httpService((_request, response) => response.end('OK'));
    await withDaemon(['--cache-time', '0'], async ({ port }) => {
      for (let times = 0; times < 2; times += 1) assert.equal(cacheStatus(await ask(port, `/http/web/${service.port}/`)), 'hacheck; fwd=miss');
      assert.equal(service.connections(), 2);
    });
  });

  it('wins over HACHECK_CACHE_TIME', async () => {
    const service = await httpService((_request, response) => response.end('OK'));
    const daemon = await serving(['--cache-time', '3', '--spool-root', temporaryFolder()], { env: { HACHECK_CACHE_TIME: '0' } });
    for (const expected of ['hacheck; fwd=miss; stored', 'hacheck; hit; ttl=2']) {
      assert.equal((await ask(daemon.port, `/http/web/${service.port}/`)).headers['cache-status'], expected);
    }
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  });
});

describe('hactl serve, told to stop,', BOUND, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} answers the check that is under way with its true verdict, and exits 0`, async () => {
      const service = await patientService();
      const daemon = await serving(['--spool-root', temporaryFolder()]);
      const answer = ask(daemon.port, `/http/web/${service.port}/`);
      const held = await service.asked();
      daemon.child.kill(signal);
      await daemon.said(`${signal}: no new connections`);
      await refusal(daemon.port);
      held.end('still here');
      const { status, body } = await answer;
      assert.deepEqual([status, body], [200, 'still here']);
      assert.deepEqual(await daemon.ended, [0, null]);
      assert.doesNotMatch(daemon.stderr(), /^ +at /m);
    });
  }

  it('cuts a check that goes on for longer than its timeout, and exits 0', async () => {
    const service = await tcpService((socket) => socket.resume().on('end', () => socket.end()));
    const daemon = await serving(['--timeout', '0.3', '--spool-root', temporaryFolder()]);
    const answer = ask(daemon.port, `/http/web/${service.port}/`);
    while (service.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
    daemon.child.kill('SIGTERM');
    assert.equal((await answer).status, 503);
    assert.deepEqual(await daemon.ended, [0, null]);
  });

  const TWICE = [['SIGTERM', 'SIGTERM', 143], ['SIGTERM', 'SIGINT', 130], ['SIGINT', 'SIGINT', 130]] as const;
  for (const [first, second, code] of TWICE) {
    it(`by ${first} and then ${second} ends at once with ${code}`, async () => {
      const service = await patientService();
      const daemon = await serving(['--spool-root', temporaryFolder()]);
      const answer = ask(daemon.port, `/http/web/${service.port}/`).catch(() => 'cut');
      await service.asked();
      daemon.child.kill(first);
      await daemon.said(`${first}: no new connections`);
      daemon.child.kill(second);
      assert.deepEqual(await daemon.ended, [code, null]);
      assert.equal(await answer, 'cut');
    });
  }
});

describe('hactl serve whose log nobody reads', BOUND, () => {
  it('answers all the same, and ends when it is told to', async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const held = openSync(pipe, 'r+');
    // As full as a pipe gets: 64 KiB.
    writeSync(held, Buffer.alloc(64 * 1024, 'x'));
    const port = await freePort();
    const child = spawn(process.execPath, [HACTL, 'serve', '-v', '-p', String(port), '-B', '127.0.0.1', '--spool-root', folder], { stdio: ['ignore', 'ignore', held] });
    const ended = once(child, 'close');
    for (let answered = false; !answered; ) answered = (await ask(port, '/spool/web/0').catch(() => undefined))?.status === 200;
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    closeSync(held);
  });
});
