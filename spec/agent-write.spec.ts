import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from './support/folder.ts';
import { HACTL, ready } from './support/hactl.ts';
import { ask, exchange } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';
import { lackingStrace } from './support/strace.ts';

// HAProxy ignores a line whose newline has not come with it ("Ignoring incomplete line from agent").
describe('the answer of the agent', { skip: lackingStrace(), timeout: 30_000 }, () => {
  it('goes out in one write, newline and all', async () => {
    const [folder, agentPort] = [temporaryFolder(), await freePort()];
    writeFileSync(join(folder, 'out'), '{"by": "ops"}');
    const trace = join(folder, '.trace');
    const words = ['serve', '-p', '0', '-B', '127.0.0.1', '--agent-port', String(agentPort), '--spool-root', folder];
    const { port, ended } = await ready(spawn('strace', ['-f', '-s', '200', '-o', trace, '-e', 'trace=write,writev,sendto,sendmsg', process.execPath, HACTL, ...words]));
    const { pid } = JSON.parse((await ask(port, '/status')).body) as { pid: number };
    try {
      const service = await httpService((_request, response) => void response.end('fine'));
      for (const line of ['web\n', 'out\n', 'no check\n', `/http/web/${service.port}/\n`]) await exchange(agentPort, line);
    } finally {
      process.kill(pid, 'SIGTERM');
      await ended;
    }
    const writes = readFileSync(trace, 'utf8').split('\n').filter((line) => /(up 100%|down #|#no such)/.test(line));
    const said = writes.map((line) => /"(.*)"/.exec(line)?.[1]);
    assert.deepEqual(said, ['up 100%\\n', 'down #down by ops\\n', said[2], 'up 100%\\n']);
    assert.match(said[2] ?? '', /^#no such check: .*\\n$/);
  });
});
