import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { dial } from '../../lib/probe/dial.ts';
import { exchange, firstBytes, probeHttp, type BodyReader } from '../../lib/probe/http.ts';
import { BODY_BYTES } from '../../lib/verdict.ts';
import { collectGarbage, heldBytes } from '../support/memory.ts';
import { answering, closed, endedAt, failed, pouring, probed, reacting, said } from '../support/probing.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const MEBIBYTE = 1024 * 1024;
const CHUNKS = Buffer.from(`10\r\n${'x'.repeat(16)}\r\n`.repeat(1000));
const TEN_MB = Buffer.alloc(10_000_000, 'x');
const POURED = Buffer.alloc(BODY_BYTES, 'x');

const chunked = (body: string): string => `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`;
const counted = (body: string, length = body.length): string => `Content-Length: ${length}\r\n\r\n${body}`;

describe('probeHttp: the first 64 KiB of a body', () => {
  it('are 65536 bytes', () => assert.equal(BODY_BYTES, 65_536));

  const EXACT = 'x'.repeat(BODY_BYTES);
  const ENOUGH = [
    ['64 KiB of a counted body', counted(EXACT)],
    ['64 KiB of a longer counted body', counted(EXACT, 10 * MEBIBYTE)],
    ['64 KiB of chunks that have no end', chunked(EXACT)],
    ['64 KiB of a body that only a close ends', `\r\n${EXACT}`],
    ['one byte more', counted(`${EXACT}y`)],
    ['one byte more in chunks', chunked(`${EXACT}y`)],
    ['as much again', `\r\n${EXACT}${'y'.repeat(BODY_BYTES)}`],
  ] as const;
  for (const [name, answer] of ENOUGH) {
    it(`are enough, and end the probe: ${name}`, async () => {
      const service = await answering(`${OK}${answer}`, true);
      const { status, body, state } = await probed(probeHttp, service.port);
      assert.deepEqual({ status, state, length: body.length }, { status: 200, state: 'up', length: BODY_BYTES });
      assert.equal(body, EXACT);
      await closed(service);
    });
  }

  it('are a copy, byte for byte, of what comes a byte at a time', async () => {
    const text = Array.from({ length: 5_000 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');
    const service = await answering(`${OK}Transfer-Encoding: chunked\r\n\r\n${[...text].map((letter) => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`, true);
    assert.equal((await probed(probeHttp, service.port)).body, text);
    await closed(service);
  });

  it('come whole where there is one byte less', async () => {
    const service = await answering(`${OK}${counted('x'.repeat(BODY_BYTES - 1))}`, true);
    assert.equal((await probed(probeHttp, service.port)).body, 'x'.repeat(BODY_BYTES - 1));
    await closed(service);
  });

  it('are waited for: one byte less without an end is no answer', async () => {
    const service = await answering(`${OK}\r\n${'x'.repeat(BODY_BYTES - 1)}`, true);
    const verdict = await probed(probeHttp, service.port, { deadline: 200 });
    assert.deepEqual(said(verdict), failed(`timed out after 0.2 s waiting for the body of 127.0.0.1:${service.port}`));
    endedAt(200, verdict);
    await closed(service);
  });

  it('are kept of a 500, too', async () => {
    const service = await answering(`HTTP/1.1 500 Ouch\r\n\r\n${'x'.repeat(2 * BODY_BYTES)}`, true);
    const { status, reason, body } = await probed(probeHttp, service.port);
    assert.deepEqual({ status, reason, length: body.length }, { status: 500, reason: '500 Ouch', length: BODY_BYTES });
    await closed(service);
  });
});

describe('probeHttp: a body without measure', () => {
  /** What the process holds, apart from garbage. */
  const held = async (): Promise<{ heap: number; buffers: number; resident: number }> => {
    // What one collection frees may hold on to something else until the next turn of the event loop.
    for (let turn = 0; turn < 5; turn += 1) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
  };

  const BODIES: readonly (readonly [string, string, (socket: Socket) => unknown])[] = [
    ['endless', `${OK}\r\n`, (socket) => pouring(socket, POURED)],
    ['endless in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n`, (socket) => pouring(socket, CHUNKS)],
    ['of 10 MB', `${OK}Content-Length: ${TEN_MB.length}\r\n\r\n`, (socket) => socket.write(TEN_MB)],
  ];
  for (const [name, head, pour] of BODIES) {
    it(`leaves nothing in the memory after 300 bodies that are ${name}`, async () => {
      const service = await reacting((socket) => {
        socket.write(head);
        pour(socket);
      });
      const probe = async (times: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          const { status, body } = await probed(probeHttp, service.port);
          assert.deepEqual([status, body.length], [200, BODY_BYTES]);
        }
        await closed(service);
      };
      await probe(50);
      const before = await held();
      await probe(300);
      const after = await held();
      // 300 kept bodies would be 19 MB, 300 kept sockets some 3 MB. What the allocator keeps for itself is its own affair (120 MB were seen), within limits.
      const grown = { heap: after.heap - before.heap, buffers: after.buffers - before.buffers, resident: after.resident - before.resident };
      assert.ok(grown.heap < MEBIBYTE && grown.buffers < MEBIBYTE && grown.resident < 256 * MEBIBYTE, JSON.stringify(grown));
    });
  }

  it('is not read any further: the service gets no more out than sockets hold', async () => {
    let poured = (): number => 0;
    const service = await reacting((socket) => {
      socket.write(`${OK}\r\n`);
      poured = pouring(socket, POURED);
    });
    await probed(probeHttp, service.port);
    await closed(service);
    assert.ok(poured() < 16 * MEBIBYTE, `${poured()} bytes`);
  });
});

describe('a reader of the first 64 KiB', () => {
  it('keeps little more than them, though they come byte by byte', () => {
    const sent = Buffer.from(Array.from({ length: BODY_BYTES }, (_, at) => at % 251));
    const reader = firstBytes(BODY_BYTES);
    const before = heldBytes().heap;
    for (let at = 0; at < BODY_BYTES - 1; at += 1) assert.equal(reader.take(sent.subarray(at, at + 1)), false);
    const kept = heldBytes().heap - before;
    assert.ok(kept < MEBIBYTE, `${kept} bytes`);
    assert.equal(reader.take(sent.subarray(-1)), true);
    assert.ok(reader.end().equals(sent));
  });
});

describe('a reader of a body', () => {
  const READERS: readonly (readonly [what: string, reader: BodyReader<string>])[] = [
    ['while it takes', { take: () => assert.fail('unforeseen'), end: () => '' }],
    ['at the end', { take: () => false, end: () => assert.fail('unforeseen') }],
  ];
  for (const [when, reader] of READERS) {
    it(`that throws ${when}, costs its exchange, and the connection is closed`, async () => {
      const service = await answering(`${OK}${counted('fine')}`, true);
      const dialled = await dial({ address: undefined, port: service.port }, new AbortController().signal);
      assert.ok('socket' in dialled);
      await assert.rejects(exchange(dialled.socket, dialled.address, { path: '/' }, reader, new AbortController().signal), { message: 'unforeseen' });
      await closed(service);
    });
  }
});
