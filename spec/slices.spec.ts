import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { readInSlices } from '../lib/slices.ts';
import { openConnection } from './support/connection.ts';
import { exchange } from './support/request.ts';
import { started } from './support/service.ts';

/** A server that answers with the request's path and body; what it reads on each connection is read in slices. */
function slicedServer(answer: (path: string, socket: Socket) => string = (path) => path): Server {
  const server = createServer((request, response) => {
    let body = answer(request.url ?? '', request.socket);
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(`<${body}>`));
  });
  return server.on('connection', readInSlices);
}

const get = (path: string, ...headers: readonly string[]): string => [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');

describe('a connection that is read in slices', () => {
  it('is understood as all others are: many requests in a write, one in many writes, long headers, bodies', async () => {
    const { port } = await started(slicedServer());
    const paths = Array.from({ length: 2_000 }, (_, at) => `/${at}`);
    const many = await exchange(port, paths.map((path) => get(path)).join('') + get('/last', 'Connection: close'));
    assert.deepEqual([...many.matchAll(/<(.*?)>/g)].map(([, path]) => path), [...paths, '/last']);
    const long = await exchange(port, get(`/${'a'.repeat(6_000)}`, `X-Long: ${'b'.repeat(6_000)}`, 'Connection: close'));
    assert.match(long, /<\/a{6000}>/);
    const body = 'c'.repeat(100_000);
    const post = await exchange(port, `POST /post HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    assert.match(post, /<\/postc{100000}>/);
    const { socket, closed } = await openConnection(port);
    for (const byte of get('/dripped', 'Connection: close')) await new Promise<void>((resolve) => void socket.write(byte, () => resolve()));
    assert.match(await closed, /<\/dripped>/);
  });

  it('waits with the rest while its answers are not read', async () => {
    const large = 'x'.repeat(100_000);
    const { port } = await started(slicedServer(() => large));
    const { socket, until } = await openConnection(port);
    socket.pause();
    socket.write(get('/').repeat(200));
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.resume();
    socket.write(get('/last', 'Connection: close'));
    const text = await until('Connection: close');
    assert.equal(text.split('HTTP/1.1 200').length, 202);
  });

  it('is read no further once it is destroyed', async () => {
    let answered = 0;
    const { port } = await started(slicedServer((path, socket) => {
      answered += 1;
      if (answered === 1) socket.destroy();
      return path;
    }));
    const { socket } = await openConnection(port);
    const gone = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
    socket.write(get('/').repeat(2_000));
    await gone;
    assert.ok(answered < 1024 / get('/').length + 1, `${answered} answered`);
  });
});
