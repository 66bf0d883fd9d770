// What a stats page takes of the memory while more of it is waited for.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { probeHaproxy } from '../../lib/probe/haproxy.ts';
import { heldBytes } from '../support/memory.ts';
import { closed, reacting, targetAt } from '../support/probing.ts';

/** Pages at once, and bytes of a short and a long one. */
const PAGES = 64;
const SHORT = 100_000, LONG = 3_000_000;
/** Turns of the event loop until everything that was sent is read: a turn reads 64 KiB of a socket, and the sockets hold some megabytes. */
const TURNS = 200;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n# pxname,svname,status,type,\n';
const ROW = `api,BACKEND,UP,1,${'0'.repeat(82)}\n`;

async function held(): Promise<number> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return heldBytes().all;
}

/** Bytes that the process holds for pages of which so many bytes have come, and no more will. */
async function heldFor(bytes: number): Promise<number> {
  const page = Buffer.from(HEAD + ROW.repeat(bytes / ROW.length));
  let sent = 0;
  const service = await reacting((socket) => socket.write(page, () => (sent += 1)));
  const enough = new AbortController();
  const before = await held();
  const probes = Array.from({ length: PAGES }, (_, at) => probeHaproxy({ ...targetAt(service.port), service: `made-up-${at}` }, enough.signal));
  while (sent < PAGES) await new Promise((resolve) => setImmediate(resolve));
  const grown = await held() - before;
  enough.abort(new Error('enough'));
  for (const { reason } of await Promise.all(probes)) assert.match(reason, /^enough waiting for the body/);
  await closed(service);
  return grown;
}

it(`${PAGES} stats pages that stall hold as much where they are long as where they are short`, async () => {
  await heldFor(SHORT);
  const [short, long] = [await heldFor(SHORT), await heldFor(LONG)];
  assert.ok(long - short < (PAGES * (LONG - SHORT)) / 16, `${short} and ${long} bytes`);
});
