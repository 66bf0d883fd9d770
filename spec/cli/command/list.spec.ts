import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HandClock, testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { ask } from '../../support/request.ts';
import { freePort, httpService } from '../../support/service.ts';
import { terminal } from '../../support/shell.ts';

/** A daemon that was asked for api, which drains, and an hour before for old. */
async function asked(): Promise<{ env: { HACHECK_PORT: string }; time: number }> {
  const clock = new HandClock();
  const { port, spoolRoot } = await testedDaemon({}, clock);
  writeFileSync(join(spoolRoot, 'api'), '{"state": "drain"}');
  await ask(port, '/spool/old/0');
  clock.advance(3600);
  for (const service of ['web', 'api']) await ask(port, `/spool/${service}/0`);
  return { env: { HACHECK_PORT: String(port) }, time: clock.time() };
}

describe('hactl list', { concurrency: 4 }, () => {
  it('prints the names of services, one on a line, for scripts', async () => {
    assert.deepEqual(await hactl(['list'], await asked()), { code: 0, signal: null, stdout: 'api\nweb\n', stderr: '' });
  });

  it('goes back as far as --threshold says', async () => {
    const { env } = await asked();
    assert.equal((await hactl(['list', '--threshold', '3600'], { env })).stdout, 'api\nold\nweb\n');
    assert.equal((await hactl(['list', '--threshold=0'], { env })).stdout, 'api\nweb\n');
  });

  it('prints one array with the last answers with --json', async () => {
    const { env, time } = await asked();
    assert.deepEqual(JSON.parse((await hactl(['list', '--json'], { env })).stdout), [{ service: 'api', code: 404, client: '127.0.0.1', time }, { service: 'web', code: 200, client: '127.0.0.1', time }]);
  });

  it('prints a table on a terminal', { skip: lacking('script') }, async () => {
    const { code, stdout } = await terminal('hactl list', 100, { env: (await asked()).env });
    assert.equal(code, 0);
    assert.deepEqual(stdout.trimEnd().split('\n').map((line) => line.replaceAll(/  +/g, '|').replace(/\d+ \w+ ago/, 'N ago')), ['SERVICE|ANSWER|CLIENT|WHEN', 'api|404|127.0.0.1|N ago', 'web|200|127.0.0.1|N ago']);
  });

  it('is what halist is, with its -p', async () => {
    const { env } = await asked();
    const program = join(temporaryFolder(), 'halist');
    symlinkSync(HACTL, program);
    assert.equal((await hactl(['-p', env.HACHECK_PORT], { program })).stdout, 'api\nweb\n');
  });

  it('says that nobody has asked, or nothing to a script', { skip: lacking('script') }, async () => {
    const { port } = await testedDaemon();
    const env = { HACHECK_PORT: String(port) };
    assert.deepEqual([(await hactl(['list'], { env })).stdout, (await hactl(['list', '--json'], { env })).stdout, (await terminal('hactl list', 80, { env })).stdout.trimEnd()], ['', '[]\n', 'nobody has asked']);
  });

  it('exits 3 where no daemon answers, and 2 on what it does not know', async () => {
    const env = { HACHECK_PORT: String(await freePort()) };
    const { code, stderr } = await hactl(['list'], { env });
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: no daemon answers on [^\n]+\n$/);
    for (const words of [['web'], ['--threshold', 'x']]) assert.equal((await hactl(['list', ...words], { env })).code, 2);
  });

  const STRANGERS = ['{}', '[]', '{"seen_services": {}}', '{"seen_services": [["web\\u001b[2J", {"code": 200, "remote_ip": "10.0.0.1", "ts": 1}]]}', '{"seen_services": [["web", {"code": 200, "remote_ip": "\\u001b[2J", "ts": 1}]]}', '{"seen_services": [["web", null]]}', '{"seen_services": [["web", {"code": "200", "remote_ip": "", "ts": 1}]]}', 'null'];
  for (const page of STRANGERS) {
    it(`exits 3 where somebody else answers: ${page}`, async () => {
      const { port } = await httpService((_request, response) => response.end(page));
      const { code, stdout, stderr } = await hactl(['list'], { env: { HACHECK_PORT: String(port) } });
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^hactl: 127\.0\.0\.1 port \d+ answers, but is no hacheck[^\n]*\n$/);
    });
  }
});
