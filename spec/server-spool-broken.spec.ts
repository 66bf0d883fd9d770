// Forms that break off, hang, or are broken.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { AUTHORIZED, FORM, spoolDaemon } from './support/form.ts';
import { ask, exchange, parseResponse } from './support/request.ts';

const { port, spoolRoot, log } = await spoolDaemon();
const BODY = 'status=down&reason=kernel+upgrade';
const CHUNKED = 'Transfer-Encoding: chunked';
const head = (...lines: readonly string[]): string => ['POST /spool/web/0 HTTP/1.1', AUTHORIZED, FORM, ...lines, '', ''].join('\r\n');

describe('a form that never comes whole changes nothing:', { concurrency: true }, () => {
  const GONE = [
    ['its client closes half-way', `${head('Content-Length: 100')}${BODY}`, 'end'],
    ['its client goes away half-way', `${head('Content-Length: 100')}${BODY}`, 'reset'],
    ['its client goes away before it', head('Content-Length: 100'), 'reset'],
    ['its client goes away between chunks', `${head(CHUNKED)}${BODY.length.toString(16)}\r\n${BODY}\r\n`, 'reset'],
    ['its client closes between chunks', `${head(CHUNKED)}${BODY.length.toString(16)}\r\n${BODY}\r\n`, 'end'],
    ['its client closes within a chunk', `${head(CHUNKED)}ff\r\n${BODY}`, 'end'],
  ] as const;
  for (const [what, bytes, how] of GONE) {
    it(what, async () => {
      const connection = await openConnection(port);
      await new Promise((resolve) => connection.socket.write(bytes, resolve));
      if (how === 'reset') connection.socket.resetAndDestroy();
      else connection.socket.end();
      const text = await connection.closed;
      if (text !== '') assert.equal(parseResponse(text).status, 400);
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
      assert.deepEqual(readdirSync(spoolRoot), []);
    });
  }

  for (const [what, chunks] of [
    ['a size that is none', `zz\r\n${BODY}\r\n0\r\n\r\n`], ['a chunk longer than its size', `5\r\n${BODY}\r\n0\r\n\r\n`],
    ['a size of 2^64 and more', `fffffffffffffffff\r\n${BODY}`], ['garbage behind a chunk', `${BODY.length.toString(16)}\r\n${BODY}garbage`],
  ] as const) {
    it(`its chunks are broken: ${what}`, async () => {
      const text = await exchange(port, `${head(CHUNKED)}${chunks}`);
      assertOwnAnswer(parseResponse(text), { status: 400 });
      assert.deepEqual([readdirSync(spoolRoot), text.split('HTTP/1.1 ').length], [[], 2]);
    });
  }

  it('it has two lengths', async () => {
    for (const lines of [
      ['Content-Length: 5', `Content-Length: ${BODY.length}`], [`Content-Length: ${BODY.length}`, CHUNKED], ['Content-Length: x'], ['Content-Length: -1'],
    ]) {
      assert.match(await exchange(port, `${head(...lines)}${BODY}`), /^HTTP\/1\.1 400 /);
      assert.deepEqual(readdirSync(spoolRoot), []);
    }
  });

  it('it has no length at all', async () => {
    assertOwnAnswer(parseResponse(await exchange(port, `${head()}${BODY}`)), { status: 400, phrase: 'bad status "": up, down or drain' });
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('its client hangs half-way, and is told so after 10 s', { timeout: 30_000 }, async () => {
    const [half, chunked] = [await openConnection(port), await openConnection(port)];
    const began = performance.now();
    half.socket.write(`${head('Content-Length: 100')}${BODY}`);
    chunked.socket.write(`${head(CHUNKED)}${BODY.length.toString(16)}\r\n${BODY}\r\n`);
    for (const text of await Promise.all([half.closed, chunked.closed])) assertOwnAnswer(parseResponse(text), { status: 400 });
    const took = performance.now() - began;
    assert.ok(took > 9_000 && took < 15_000, String(took));
    assert.deepEqual(readdirSync(spoolRoot), []);
    assert.doesNotMatch(await log(), /a bug|Error/);
  });
});
