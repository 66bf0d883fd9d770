// Forms that come in pieces, broken, or not at all.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { assertOwnAnswer, parseResponses } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { temporaryFolder } from './support/folder.ts';
import { AUTHORIZED, FORM, spoolDaemon } from './support/form.ts';
import { lacking } from './support/programs.ts';
import { ask, exchange, parseResponse } from './support/request.ts';

const { port, spoolRoot, log } = await spoolDaemon();
const BODY = 'status=down&reason=kernel+upgrade';
const CHUNKED = 'Transfer-Encoding: chunked';
const head = (...lines: readonly string[]): string => ['POST /spool/web/0 HTTP/1.1', AUTHORIZED, FORM, ...lines, '', ''].join('\r\n');
const reasonOfWeb = (): unknown => (JSON.parse(readFileSync(join(spoolRoot, 'web'), 'utf8')) as { reason: unknown }).reason;

beforeEach(() => {
  for (const name of readdirSync(spoolRoot)) rmSync(join(spoolRoot, name));
});

describe('a form that comes in pieces', () => {
  it('counts when it has come whole: byte by byte', async () => {
    const connection = await openConnection(port);
    connection.socket.setNoDelay(true);
    for (const byte of head(`Content-Length: ${BODY.length}`) + BODY) await new Promise((resolve) => connection.socket.write(byte, resolve));
    assert.equal(parseResponse(await connection.closed).status, 200);
    assert.equal(reasonOfWeb(), 'kernel upgrade');
  });

  it('counts when it has come whole: in chunks', async () => {
    const chunks = [...BODY].map((byte) => `1\r\n${byte}\r\n`).join('');
    assert.equal(parseResponse(await exchange(port, `${head(CHUNKED)}${chunks}0\r\nX-Trailer: a\r\n\r\n`)).status, 200);
    assert.equal(reasonOfWeb(), 'kernel upgrade');
  });

  it('does nothing before it has come whole, while others are answered', async () => {
    const connection = await openConnection(port);
    connection.socket.write(`${head(`Content-Length: ${BODY.length}`)}${BODY.slice(0, -1)}`);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.deepEqual(readdirSync(spoolRoot), []);
    connection.socket.write(BODY.slice(-1));
    assert.equal(parseResponse(await connection.closed).status, 200);
  });

  it('ends where its Content-Length says: what is behind it is no part of it', async () => {
    const [response] = parseResponses(await exchange(port, `${head(`Content-Length: ${BODY.length}`)}${BODY}&x=y`));
    assert.equal(response?.status, 200);
    assert.equal(reasonOfWeb(), 'kernel upgrade');
  });
});

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

  for (const [what, chunks] of [['a size that is none', `zz\r\n${BODY}\r\n0\r\n\r\n`], ['a chunk longer than its size', `5\r\n${BODY}\r\n0\r\n\r\n`], ['a size of 2^64 and more', `fffffffffffffffff\r\n${BODY}`], ['garbage behind a chunk', `${BODY.length.toString(16)}\r\n${BODY}garbage`]] as const) {
    it(`its chunks are broken: ${what}`, async () => {
      const text = await exchange(port, `${head(CHUNKED)}${chunks}`);
      assertOwnAnswer(parseResponse(text), { status: 400 });
      assert.deepEqual([readdirSync(spoolRoot), text.split('HTTP/1.1 ').length], [[], 2]);
    });
  }

  it('it has two lengths', async () => {
    for (const lines of [['Content-Length: 5', `Content-Length: ${BODY.length}`], [`Content-Length: ${BODY.length}`, CHUNKED], ['Content-Length: x'], ['Content-Length: -1']]) {
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

describe('forms of many clients at once', () => {
  it('each are done whole, one after the other', async () => {
    const names = Array.from({ length: 40 }, (_each, at) => `s${at}`);
    const reason = 'x'.repeat(3000);
    const postOf = (name: string, form: string): Promise<string> => exchange(port, `POST /spool/${name}/0 HTTP/1.1\r\n${AUTHORIZED}\r\n${FORM}\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    const forms = names.flatMap((name) => [postOf(name, `status=down&reason=${reason}`), postOf('shared', `status=drain&reason=${name}${reason}`)]);
    for (const text of await Promise.all(forms)) assert.equal(parseResponse(text).status, 200);
    assert.deepEqual(readdirSync(spoolRoot).sort(), [...names, 'shared'].sort());
    const { state, reason: last } = JSON.parse(readFileSync(join(spoolRoot, 'shared'), 'utf8')) as { state: string; reason: string };
    assert.deepEqual([state, names.some((name) => last === `${name}${reason}`)], ['drain', true]);
    for (const text of await Promise.all(names.map((name) => postOf(name, 'status=up')))) assert.match(text, / is up\n$/);
    assert.deepEqual(readdirSync(spoolRoot), ['shared']);
  });
});

describe('curl', { skip: lacking('curl') }, () => {
  const run = promisify(execFile);
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  const curl = async (...words: readonly string[]): Promise<string> => (await run('curl', ['-sS', '--max-time', '20', '-w', '%{http_code}', '-H', AUTHORIZED, ...words])).stdout;

  it('marks as the README says', async () => {
    assert.equal(await curl('-d', 'status=down', '-d', 'reason=kernel upgrade', url('/spool/web/0')), 'web is down: kernel upgrade\n200');
    assert.equal(await curl('-d', 'status=drain', '--data-urlencode', 'reason=a&b=c + Ü', url('/spool/web/8080')), 'web:8080 is draining: a&b=c + Ü\n200');
    assert.equal(await curl('-d', 'status=up', url('/spool/web/0')), 'web is up\n200');
  });

  it('with Expect: 100-continue is told to go on, at once', async () => {
    const began = performance.now();
    assert.equal(await curl('-v', '-H', 'Expect: 100-continue', '--expect100-timeout', '15', '-d', BODY, url('/spool/web/0')), 'web is down: kernel upgrade\n200');
    assert.ok(performance.now() - began < 10_000);
  });

  it('with a form that is too large reads that, with or without Expect', async () => {
    const file = join(temporaryFolder(), 'form');
    writeFileSync(file, `status=down&reason=${'x'.repeat(4_000_000)}`);
    for (const expect of ['Expect:', 'Expect: 100-continue']) {
      assert.equal(await curl('-H', expect, '--data-binary', `@${file}`, url('/spool/web/0')), 'the form is more than 8 KiB\n400');
    }
    const { stdout } = await run('curl', ['-sS', '-w', '%{http_code}', '-H', 'Expect:', '--data-binary', `@${file}`, url('/spool/web/0')]);
    assert.match(stdout, /^no token: .*\n401$/);
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('with a form in chunks marks, too', async () => {
    assert.equal(await curl('-H', CHUNKED, '-d', BODY, url('/spool/web/0')), 'web is down: kernel upgrade\n200');
  });

  it('with a file to upload is told what is wanted', async () => {
    assert.match(await curl('-F', 'status=down', url('/spool/web/0')), /^the form is sent as application\/x-www-form-urlencoded\n400$/);
  });
});
