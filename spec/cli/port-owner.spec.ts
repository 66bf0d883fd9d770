// Two daemons that want one port.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { anotherDaemon } from '../../cli/port-owner.ts';
import { VERSION } from '../../lib/version.ts';
import { testedDaemon } from '../support/daemon.ts';
import { hactl } from '../support/hactl.ts';
import { temporaryFolder } from '../support/folder.ts';
import { httpService, tcpService } from '../support/service.ts';

const taken = (port: number, address = '127.0.0.1'): Error => Object.assign(new Error('taken'), { code: 'EADDRINUSE', syscall: 'listen', address, port });

describe('a port that is in use', { concurrency: true }, () => {
  it('by another daemon, is said to be its own, with its pid; the second daemon ends with 3 and leaves the first alone', async () => {
    const { port } = await testedDaemon();
    const run = await hactl(['serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', temporaryFolder()]);
    assert.deepEqual(run, {
      code: 3, signal: null, stdout: '',
      stderr: `hactl: cannot listen on 127.0.0.1 port ${port}: hacheck ${VERSION} has it already, with pid ${process.pid}; stop that one, or choose another port with --port\n`,
    });
    assert.equal((await anotherDaemon(taken(port, '::')))?.message.includes(`pid ${process.pid};`), true);
  });

  for (const [who, answer] of [
    ['another HTTP server', 'fine'], ['one that says it is none', '{"uptime": 1, "marks_on": "all", "agent": null}'],
    ['one that would write on a terminal', '{"uptime": 1, "marks_on": "all", "agent": null, "version": "\\u001b[2J", "pid": 1}'],
  ] as const) {
    it(`by ${who}, is nobody's whose name is known`, async () => {
      const { port } = await httpService((_request, response) => void response.end(answer));
      assert.equal(await anotherDaemon(taken(port)), undefined);
    });
  }

  it('by a program that takes connections and says nothing, is left at that after a second', async () => {
    const { port } = await tcpService(() => undefined);
    const began = performance.now();
    assert.equal(await anotherDaemon(taken(port)), undefined);
    const took = performance.now() - began;
    assert.ok(took >= 990 && took < 2_000, `${took} ms`);
  });

  it('by nobody who can be reached, is left at that at once', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await anotherDaemon(taken(port)), undefined);
  });

  it('is not asked where that is not the trouble', async () => {
    for (const error of [new Error('no code'), Object.assign(new Error('no right'), { code: 'EACCES', port: 80 }), 'no error']) assert.equal(await anotherDaemon(error), undefined);
  });
});
