// Forms that come in pieces, and many at once.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { parseResponses } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { AUTHORIZED, FORM, spoolDaemon } from './support/form.ts';
import { ask, exchange, parseResponse } from './support/request.ts';

const { port, spoolRoot } = await spoolDaemon();
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

describe('100 Continue', () => {
  const form = (version: string): string => `${head('Expect: 100-continue', `Content-Length: ${BODY.length}`).replace('HTTP/1.1', version)}${BODY}`;

  it('is sent to a client of HTTP/1.1 that waits for it, and then the answer', async () => {
    const text = await exchange(port, form('HTTP/1.1'));
    assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  // RFC 9110 section 10.1.1: a server MUST ignore that expectation in a request of HTTP/1.0.
  it('is not sent to a client of HTTP/1.0, which knows none', async () => assert.equal(parseResponse(await exchange(port, form('HTTP/1.0'))).status, 200));

  it('is sent for no check, for HAProxy takes it for the answer', async () => {
    assert.equal((await ask(port, '/spool/web/0', { headers: ['Expect: 100-continue'] })).status, 200);
  });
});

describe('forms of many clients at once', () => {
  it('each are done whole, one after the other', async () => {
    const names = Array.from({ length: 40 }, (_each, at) => `s${at}`);
    const reason = 'x'.repeat(3000);
    const postOf = (name: string, form: string): Promise<string> =>
      exchange(port, `POST /spool/${name}/0 HTTP/1.1\r\n${AUTHORIZED}\r\n${FORM}\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    const forms = names.flatMap((name) => [postOf(name, `status=down&reason=${reason}`), postOf('shared', `status=drain&reason=${name}${reason}`)]);
    for (const text of await Promise.all(forms)) assert.equal(parseResponse(text).status, 200);
    assert.deepEqual(readdirSync(spoolRoot).sort(), [...names, 'shared'].sort());
    const { state, reason: last } = JSON.parse(readFileSync(join(spoolRoot, 'shared'), 'utf8')) as { state: string; reason: string };
    assert.deepEqual([state, names.some((name) => last === `${name}${reason}`)], ['drain', true]);
    for (const text of await Promise.all(names.map((name) => postOf(name, 'status=up')))) assert.match(text, / is up\n$/);
    assert.deepEqual(readdirSync(spoolRoot), ['shared']);
  });
});
