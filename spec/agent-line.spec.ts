import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { openConnection } from './support/connection.ts';
import { httpService } from './support/service.ts';

const UP = 'up 100%\n';
const NOTHING = '#no such check: nothing was sent; in HAProxy: agent-send "web\\n"\n';
/** Milliseconds that a line may take, and what a busy machine may add to them. */
const PATIENCE = 500;
const LATE = 3_000;

const { agentPort, spoolRoot, send } = await testedAgent({ cacheTime: 0 });
writeFileSync(join(spoolRoot, 'out'), '');
const paths: string[] = [];
const service = await httpService((request, response) => response.end(paths.push(request.url ?? '') === 0 ? '' : 'fine'));

/** Writes the parts one after the other, and gives the answer and the milliseconds that it took, from the connection on. */
async function timed(parts: readonly (string | Buffer)[], ends: boolean): Promise<{ answer: string; took: number }> {
  const began = performance.now();
  const { socket, closed } = await openConnection(agentPort);
  for (const part of parts) await new Promise<void>((resolve) => void socket.write(part, () => setImmediate(resolve)));
  if (ends) socket.end();
  return { answer: await closed, took: performance.now() - began };
}

/** Asserts an answer before the patience has run out; a busy machine gets three tries. */
async function atOnce(parts: readonly string[], ends: boolean, expected: string | RegExp): Promise<void> {
  const times: number[] = [];
  while (times.length < 3) {
    const { answer, took } = await timed(parts, ends);
    if (typeof expected === 'string') assert.equal(answer, expected);
    else assert.match(answer, expected);
    if (took < PATIENCE - 50) return;
    times.push(took);
  }
  assert.fail(`took ${times.join(', ')} ms`);
}

/** Asserts an answer when the patience has run out, and never before. */
async function atLast(parts: readonly string[], expected: string): Promise<void> {
  const { answer, took } = await timed(parts, false);
  assert.equal(answer, expected);
  assert.ok(took >= PATIENCE - 5 && took < LATE, `took ${took} ms`);
}

describe('the line of agent-send', () => {
  for (const end of ['\n', '\r\n', '\r', '\n\r', '\n\n\n', ' \t\n', '\nout\n', '\r\nGET / HTTP/1.0\r\n\r\n', '\nx'.repeat(1000)]) {
    it(`ends with ${JSON.stringify(end.slice(0, 20))}, and is answered at once`, async () => {
      await atOnce([`web${end}`], false, UP);
      await atOnce([`out${end}`], false, 'down #down\n');
    });
  }

  it('may come byte by byte', () => atOnce([...`/http/web/${service.port}/a\r\n`], false, UP));
  it('may have its end apart', () => atOnce(['out', '\r', '\n'], false, 'down #down\n'));
  it('may have white space around it', () => atOnce([' \tout \n'], false, 'down #down\n'));
  it('has no other characters around it that count as white space', async () => {
    for (const blank of ['\xa0', '\v', '\f']) assert.match(await send(Buffer.from(`web${blank}\n`, 'latin1')), /^#no such check: bad service /, JSON.stringify(blank));
  });

  it('is the first one, also where that is blank', async () => {
    for (const blank of ['\n', '\r\n', '  \n']) await atOnce([`${blank}out\n`], false, NOTHING);
  });

  it('asks what it says, byte for byte', async () => {
    for (const query of ['a%2Fb?x=1&y=%zz', '../b', '//c', '?', '#d']) {
      paths.length = 0;
      assert.equal(await send(`/http/web/${service.port}/${query}\n`), UP);
      assert.deepEqual(paths, [`/${query}`]);
    }
  });
});

describe('a line without its end', { concurrency: true }, () => {
  it('counts as soon as the other side has ended', async () => {
    await atOnce(['out'], true, 'down #down\n');
    await atOnce([`/http/web/${service.port}/`], true, UP);
    await atOnce(['ou', 't'], true, 'down #down\n');
  });

  it('counts after half a second', () => atLast(['out'], 'down #down\n'));
  it('counts as far as it has come by then', () => atLast(['/http/we'], '#no such check: "/http/we"\n'));

  it('is waited for no longer when it is more than 16 KiB: nobody holds a megabyte for half a second', () => atOnce(['x'.repeat(17_000)], false, /^#no such check: [^\n]+\n$/));

  it('counts half a second after the connection, however slowly it drips', async () => {
    const began = performance.now();
    const { socket, closed } = await openConnection(agentPort);
    const drip = setInterval(() => socket.write('-'), 100);
    const answer = await closed;
    clearInterval(drip);
    assert.match(answer, /^#no such check: bad service "-+": /);
    assert.ok(performance.now() - began < LATE);
  });

  it('is nothing where nothing came', async () => {
    await atLast([], NOTHING);
    await atOnce([], true, NOTHING);
  });

  it('takes no more from what comes after it', async () => {
    const { socket, closed } = await openConnection(agentPort);
    const written = new Promise((resolve) => setTimeout(resolve, PATIENCE + 200)).then(() => socket.write('out\n'));
    assert.equal(await closed, NOTHING);
    await written;
  });
});

describe('the answer', { concurrency: true }, () => {
  it('is one line, and then the connection is closed', async () => {
    for (const line of ['web\n', 'out\n', 'no check\n', '\n', `/http/web/${service.port}/\n`]) assert.match(await send(line), /^[^\n]+\n$/, line);
  });

  it('closes the connection without a reset', async () => {
    const socket = connect({ port: agentPort, host: '127.0.0.1' });
    const events: string[] = [];
    for (const event of ['end', 'error', 'close']) socket.on(event, () => events.push(event));
    socket.on('data', (chunk: Buffer) => events.push(chunk.toString()));
    socket.write('web\n');
    await new Promise((resolve) => socket.once('close', resolve));
    assert.deepEqual(events, [UP, 'end', 'close']);
  });
});
