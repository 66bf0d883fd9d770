import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { ask } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';

const plain = await testedAgent({ cacheTime: 0 });
const admin = await testedAgent({ cacheTime: 0, agentAdmin: true });
const fine = await httpService((_request, response) => void response.end('fine'));
const broken = await httpService((_request, response) => void response.writeHead(500, 'Ouch').end());
const nobody = await freePort();

/** What both daemons answer to a line, without and with `--agent-admin`. */
async function answers(line: string): Promise<readonly string[]> {
  return Promise.all([plain.send(line), admin.send(line)]);
}

/** Marks something on both hosts. */
function mark(name: string, contents: string): void {
  for (const { spoolRoot } of [plain, admin]) writeFileSync(join(spoolRoot, name), contents);
}

describe('the agent answers', () => {
  it('up', async () => {
    for (const line of ['web\n', 'web:8080\n', '/spool/web/0\n', `/http/web/${fine.port}/health\n`, `/tcp/web/${fine.port}\n`]) {
      assert.deepEqual(await answers(line), ['up 100%\n', 'ready up\n'], line);
    }
  });

  it('drain, by a mark', async () => {
    mark('drained', '{"state": "drain", "by": "ops", "reason": "kernel upgrade"}');
    for (const line of ['drained\n', 'drained:8080\n', '/spool/drained/0\n', `/http/drained/${fine.port}/\n`, `/tcp/drained/${nobody}\n`]) {
      assert.deepEqual(await answers(line), ['up 0% #drained by ops: kernel upgrade\n', 'drain up #drained by ops: kernel upgrade\n'], line);
    }
  });

  it('down, by a mark', async () => {
    mark('downed', '{"by": "ops", "reason": "kernel upgrade"}');
    for (const line of ['downed\n', 'downed:8080\n', '/spool/downed/0\n', `/http/downed/${fine.port}/\n`, `/https/downed/${nobody}\n`]) {
      assert.deepEqual(await answers(line), ['down #down by ops: kernel upgrade\n', 'maint #down by ops: kernel upgrade\n'], line);
    }
  });

  it('down, by a probe', async () => {
    const refused = `connect ECONNREFUSED 127.0.0.1:${nobody}`;
    const rows = [[`/http/web/${nobody}/`, refused], [`/tcp/web/${nobody}`, refused], [`/http/web/${broken.port}/`, '500 Ouch']] as const;
    for (const [line, reason] of rows) assert.deepEqual(await answers(`${line}\n`), Array(2).fill(`fail #${reason}\n`), line);
  });

  it('a mark with no more than its state', async () => {
    mark('bare', '');
    mark('slow', '{"state": "drain"}');
    assert.deepEqual(await answers('bare\n'), ['down #down\n', 'maint #down\n']);
    assert.deepEqual(await answers('slow\n'), ['up 0% #drained\n', 'drain up #drained\n']);
  });

  const OTHERS = [
    ['/http/web', '#no such check: "/http/web"'],
    ['/', '#no such check: "/"'],
    ['no check', '#no such check: bad service "no check": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    ['/ftp/web/80/', '#no such check: unknown protocol "ftp": it is one of spool, http, https, tcp, mysql, postgres, red...'],
    ['/http/web/0/', '#no such check: bad port "0": 1 to 65535 without leading zeros'],
    ['web:08', '#no such check: bad port "08": 1 to 65535 without leading zeros, or 0 for no port'],
    ['web:10.0.0.7:8080', '#no such check: "web:10.0.0.7:8080"'],
    ['GET /spool/web/0 HTTP/1.0', '#no such check: "GET /spool/web/0 HTTP/1.0"'],
    ['a#b', '#no such check: bad service "a#b": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
  ] as const;
  for (const [line, answer] of OTHERS) {
    it(`${line}, which is no check, with words that change no state`, async () => assert.deepEqual(await answers(`${line}\n`), Array(2).fill(`${answer}\n`)));
  }

  it('whatever is no check with one line that begins with #, and at most 101 characters of ASCII', async () => {
    const paths = ['../../etc/passwd', '/http/web/80/a b', '/spool/../0'];
    const lines = [...paths, 'ü', '☃'.repeat(50), 'x'.repeat(5_000), '\0', 'web\0', ':', 'web:', ':80', '-web', '.web', '#', '%', '"', '\x7f'];
    for (const line of lines) for (const answer of await answers(`${line}\n`)) assert.match(answer, /^#no such check: [\x20-\x7e]{1,85}\n$/, line);
  });

  it('a reason in one line of ASCII of 100 characters, whatever the mark holds', async () => {
    const rows = [
      ['two\nlines\r\nor three', 'down: two lines  or three'],
      ['Küche # 100% maint ready', 'down: Kuche # 100% maint ready'],
      ['☃', 'down: ?'],
      ['x'.repeat(200), `down: ${'x'.repeat(91)}...`],
    ] as const;
    for (const [reason, said] of rows) {
      mark('odd', JSON.stringify({ reason }));
      assert.deepEqual((await answers('odd\n')).map((answer) => answer.replace(/ +/g, ' ')), [`down #${said}\n`, `maint #${said}\n`].map((answer) => answer.replace(/ +/g, ' ')));
    }
  });

  it('all, too, and what all takes out', async () => {
    mark('all', '{"state": "drain", "reason": "reboot"}');
    const said = ['up 0% #drained: reboot\n', 'drain up #drained: reboot\n'];
    for (const line of ['all\n', 'web\n', `/http/web/${fine.port}/\n`]) assert.deepEqual(await answers(line), said, line);
    assert.deepEqual(await answers('bare\n'), ['down #down\n', 'maint #down\n']);
    for (const { spoolRoot } of [plain, admin]) rmSync(join(spoolRoot, 'all'));
    assert.deepEqual(await answers('all\n'), ['up 100%\n', 'ready up\n']);
  });

  it('for a port what the marks of that port say', async () => {
    mark('api:8081', '{"by": "ops"}');
    assert.deepEqual(await answers('api:8081\n'), ['down #down by ops\n', 'maint #down by ops\n']);
    for (const line of ['api\n', 'api:8080\n', '/spool/api/0\n']) assert.deepEqual(await answers(line), ['up 100%\n', 'ready up\n']);
  });

  it('fail where the spool cannot be read, which is no mark of an operator\'s', async () => {
    const options = [{}, { agentAdmin: true }];
    for (const option of options) {
      const { spoolRoot, send } = await testedAgent(option);
      rmSync(spoolRoot, { recursive: true });
      assert.match(await send('web\n'), /up/);
      writeFileSync(spoolRoot, '');
      for (const line of ['web\n', `/http/web/${fine.port}/\n`]) assert.equal(await send(line), 'fail #spool unreadable: ENOTDIR\n');
      rmSync(spoolRoot);
      mkdirSync(spoolRoot);
      assert.match(await send('web\n'), /up/);
    }
  });
});

describe('the agent and HTTP', () => {
  it('share a cache', async () => {
    const { port, send } = await testedAgent();
    const service = await httpService((_request, response) => void response.end('fine'));
    assert.equal(await send(`/http/web/${service.port}/health\n`), 'up 100%\n');
    assert.match((await ask(port, `/http/web/${service.port}/health`)).headers['cache-status'] ?? '', /^hacheck; hit; ttl=\d+$/);
    assert.equal(await send(`/http/other/${service.port}/health\n`), 'up 100%\n');
    assert.equal(service.connections(), 1);
  });

  it('are asked on ports of their own', async () => {
    const { port, agentPort, send } = await testedAgent();
    assert.notEqual(port, agentPort);
    assert.match(await send('GET /status HTTP/1.1\r\n\r\n'), /^#no such check: /);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });
});
