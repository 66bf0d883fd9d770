// An exception that nobody foresaw, outside of any request.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { serviceUnit } from '../../cli/unit/service.ts';
import { temporaryFolder } from '../support/folder.ts';
import { gatedService } from '../support/gate.ts';
import { HACTL, ready } from '../support/hactl.ts';
import { ask, type RawResponse } from '../support/request.ts';
import { freePort } from '../support/service.ts';

const BUGS: readonly (readonly [what: string, statement: string])[] = [
  ['an exception', "throw new Error('in the core')"],
  ['a rejection that nobody waits for', "Promise.reject(new Error('in the core'))"],
  ['an error of a socket that nobody listens for', "new (require('node:net').Socket)().emit('error', new Error('in the core'))"],
];

describe('a bug in the core', () => {
  for (const [what, statement] of BUGS) {
    it(`that is ${what}, ends the daemon with a message and its stack, never half of it`, async () => {
      const folder = temporaryFolder();
      const bug = join(folder, 'bug.cjs');
      writeFileSync(bug, `process.on('SIGUSR2', function buggy() { ${statement}; });`);
      const child = spawn(process.execPath, ['--require', bug, HACTL, 'serve', '-p', '0', '-B', '127.0.0.1', '--spool-root', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
      const daemon = await ready(child);
      assert.equal((await ask(daemon.port, '/spool/web/0')).status, 200);
      child.kill('SIGUSR2');
      assert.deepEqual(await daemon.ended, [3, null]);
      assert.match(daemon.stderr(), /bug: Error: in the core\n.*bug: +at .*bug\.cjs/);
      const [error] = (await once(connect(daemon.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
      assert.equal(error.code, 'ECONNREFUSED');
    });
  }

  it('answers nobody any more, also where its log is not read and its last words wait for that', { timeout: 30_000 }, async () => {
    const [folder, port] = [temporaryFolder(), await freePort()];
    const [bug, pipe] = [join(folder, 'bug.cjs'), join(folder, 'pipe')];
    writeFileSync(bug, "process.on('SIGUSR2', () => { require('fs').writeSync(1, 'bug'); throw new Error('in the core'); });");
    execFileSync('mkfifo', [pipe]);
    const log = openSync(pipe, 'r+');
    after(() => closeSync(log));
    // As full as a pipe gets: 64 KiB.
    writeSync(log, Buffer.alloc(64 * 1024, 'x'));
    const service = await gatedService();
    const words = ['--require', bug, HACTL, 'serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', folder];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', log] });
    after(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    for (let answered = false; !answered; ) answered = (await ask(port, '/spool/web/0').catch(() => undefined))?.status === 200;
    const outcome = (asked: Promise<RawResponse>): Promise<unknown> => asked.then(({ status }) => status, () => 'cut');
    const waiting = outcome(ask(port, `/http/web/${service.service.port}/`));
    await service.waiting(1);
    child.kill('SIGUSR2');
    await once(child.stdout ?? assert.fail(), 'data');
    service.open();
    assert.deepEqual([await waiting, await outcome(ask(port, '/spool/web/0'))], ['cut', 'cut']);
    assert.deepEqual(await ended, [3, null]);
  });

  it('has systemd start it again', () => {
    const unit = serviceUnit({ node: '/usr/bin/node', program: HACTL });
    assert.match(unit, /^Restart=on-failure$/m);
    assert.match(unit, /^StartLimitIntervalSec=0$/m);
  });
});
