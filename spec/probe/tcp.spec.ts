import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { probeTcp } from '../../lib/probe/tcp.ts';
import { closed, failed, pouring, probed, said, unburdened, unlistened } from '../support/probing.ts';
import { freePort, tcpService } from '../support/service.ts';

describe('probeTcp', () => {
  const SERVICES: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['says nothing', () => undefined],
    ['closes at once', (socket) => socket.end()],
    ['says garbage', (socket) => socket.write('\x00\xff garbage')],
    ['pours bytes without end', (socket) => pouring(socket, Buffer.alloc(65_536))],
  ];
  for (const [what, react] of SERVICES) {
    it(`is up, says how long it took, and hangs up on a service that ${what}`, async () => {
      const left = unburdened();
      let came = (): void => undefined;
      const coming = new Promise<void>((resolve) => (came = resolve));
      const service = await tcpService((socket) => {
        socket.on('end', () => socket.end()).resume();
        react(socket);
        came();
      });
      const verdict = await probed(probeTcp, service.port);
      assert.match(verdict.reason, new RegExp(`^connected to 127\\.0\\.0\\.1:${service.port} in \\d+\\.\\d ms$`));
      assert.deepEqual(said(verdict), { state: 'up', status: 200, phrase: 'OK', reason: verdict.reason, body: `${verdict.reason}\n` });
      assert.ok(Number(/in (\S+) ms/.exec(verdict.reason)?.[1]) <= verdict.took + 0.1, verdict.reason);
      await coming;
      await closed(service);
      assert.equal(service.connections(), 1);
      await unlistened(verdict.signal);
      await left();
    });
  }

  it('sends not one byte', async () => {
    const received = new Promise<string>((resolve) => {
      void tcpService((socket) => {
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        socket.on('close', () => resolve(text));
        socket.on('end', () => socket.end());
      }).then(({ port }) => probed(probeTcp, port, { query: 'ignored' }));
    });
    assert.equal(await received, '');
  });

  it('is down where the port refuses, in the words of the system', async () => {
    const port = await freePort();
    const verdict = await probed(probeTcp, port);
    assert.deepEqual(said(verdict), failed(`connect ECONNREFUSED 127.0.0.1:${port}`));
    await unlistened(verdict.signal);
  });
});
