// A disk without room, on which the spool is and the log.
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { HACTL } from '../support/hactl.ts';
import { comesTrue, isOpen } from '../support/process.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';
import { lackingMount, smallDisk } from '../support/small-disk.ts';

const skip = lackingMount();

describe('a daemon whose log is on a full disk', { skip, timeout: 60_000 }, () => {
  it('answers every check, and logs again when there is room', async () => {
    const disk = smallDisk();
    const [file, port] = [join(disk.root, '.log'), await freePort()];
    const fd = openSync(file, 'a');
    const child = spawn(process.execPath, [HACTL, 'serve', '-v', '-p', String(port), '-B', '127.0.0.1', '--spool-root', disk.root], { stdio: ['ignore', 'ignore', fd] });
    closeSync(fd);
    const ended = once(child, 'exit');
    after(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    await isOpen(port);
    disk.fill();
    const service = await httpService((_request, response) => void response.end('fine'));
    for (let turn = 0; turn < 500; turn += 1) {
      assert.equal((await ask(port, '/spool/web/0')).status, 200);
      assert.equal((await ask(port, `/http/web/${service.port}/`)).status, 200);
    }
    rmSync(join(disk.root, '.filler'));
    // A second later, for there are so many lines a second.
    await comesTrue(async () => {
      await ask(port, '/spool/again/0');
      return readFileSync(file, 'utf8').includes('GET /spool/again/0 200');
    });
  });
});
