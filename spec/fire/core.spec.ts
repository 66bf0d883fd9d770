// An exception that nobody foresaw, outside of any request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serviceUnit } from '../../cli/unit/service.ts';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL, ready } from '../support/hactl.ts';
import { ask } from '../support/request.ts';

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

  it('has systemd start it again', () => {
    const unit = serviceUnit({ node: '/usr/bin/node', program: HACTL });
    assert.match(unit, /^Restart=on-failure$/m);
    assert.match(unit, /^StartLimitIntervalSec=0$/m);
  });
});
