import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PROTOCOLS } from '../../../lib/probe/index.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl, type Run } from '../../support/hactl.ts';
import { freePort, httpService, tcpService } from '../../support/service.ts';

function spoolWith(marks: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, said] of Object.entries(marks)) writeFileSync(join(root, name), said);
  return root;
}

function check(path: string, root: string, ...words: string[]): Promise<Run> {
  return hactl(['check', path, '--spool-root', root, ...words]);
}

describe('hactl check', async () => {
  const empty = spoolWith({});
  const service = await httpService((request, response) => {
    const status = Number(/status=(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
    response.writeHead(status).end(`${request.url}\n`);
  });

  it('prints the body, and on stderr the status line: exit 0', async () => {
    assert.deepEqual(await check(`http/web/${service.port}/health?x=1`, empty), { code: 0, signal: null, stdout: '/health?x=1\n', stderr: 'HTTP/1.1 200 OK\n' });
  });

  it('takes the path with its first slash, too', async () => {
    assert.equal((await check(`/http/web/${service.port}/health`, empty)).stdout, '/health\n');
  });

  it('sends a query in UTF-8 byte for byte, and escapes untouched', async () => {
    // Node's own server would refuse such a request.
    let seen = '';
    const service = await tcpService((socket) => {
      socket.on('data', (chunk) => {
        seen += chunk.toString('utf8');
        if (seen.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    assert.equal((await check(`http/web/${service.port}/grüße?ß=%2F&%zz=..`, empty)).code, 0);
    assert.equal(seen.split('\r\n')[0], 'GET /grüße?ß=%2F&%zz=.. HTTP/1.1');
  });

  for (const [status, code, line] of [[204, 0, '204 No Content'], [302, 0, '302 Found'], [404, 1, '404 Not Found'], [500, 1, '500 Internal Server Error']] as const) {
    it(`exits ${code} when the service answers ${status}`, async () => {
      const run = await check(`http/web/${service.port}/?status=${status}`, empty);
      assert.deepEqual([run.code, run.stderr], [code, `HTTP/1.1 ${line}\n`]);
    });
  }

  it('exits 1 when nothing listens, and names cause and address', async () => {
    const port = await freePort();
    const cause = `connect ECONNREFUSED 127.0.0.1:${port}`;
    assert.deepEqual(await check(`tcp/web/${port}`, empty), { code: 1, signal: null, stdout: `${cause}\n`, stderr: `HTTP/1.1 503 ${cause}\n` });
  });

  it('gives up after --timeout, and after HACHECK_TIMEOUT', async () => {
    const silent = await tcpService(() => undefined);
    const cause = `timed out after 0.2 s waiting for the headers of 127.0.0.1:${silent.port}`;
    const expected = { code: 1, signal: null, stdout: `${cause}\n`, stderr: `HTTP/1.1 503 ${cause}\n` };
    assert.deepEqual(await check(`http/web/${silent.port}/`, empty, '--timeout', '0.2'), expected);
    const env = { HACHECK_TIMEOUT: '0.2', HACHECK_SPOOL_ROOT: empty };
    assert.deepEqual(await hactl(['check', `http/web/${silent.port}/`], { env }), expected);
  });

  it('prints a body that is no text byte for byte', async () => {
    const binary = await httpService((_request, response) => response.end(Buffer.from([0x68, 0, 0x0a, 0xc3, 0xbc])));
    assert.equal((await check(`http/web/${binary.port}/`, empty)).stdout, 'h\0\nü');
  });
});

describe('hactl check while a mark stands', () => {
  it('exits 1 with the reason, without asking the service', async () => {
    const service = await tcpService((socket) => socket.destroy());
    const root = spoolWith({ web: JSON.stringify({ reason: 'kernel upgrade', by: 'ops' }) });
    const run = await check(`tcp/web/${service.port}`, root);
    assert.deepEqual(run, { code: 1, signal: null, stdout: 'Service web in down state by ops: kernel upgrade\n', stderr: 'HTTP/1.1 503 down by ops: kernel upgrade\n' });
    assert.equal(service.connections(), 0);
  });

  it('exits 1 when it is a drain', async () => {
    const root = spoolWith({ all: JSON.stringify({ state: 'drain', reason: 'move' }) });
    assert.deepEqual(await check('spool/web/0', root), { code: 1, signal: null, stdout: 'Service all in drain state: move\n', stderr: 'HTTP/1.1 404 drained: move\n' });
  });

  it('exits 0 when none does', async () => {
    assert.deepEqual(await check('spool/web/0', spoolWith({})), { code: 0, signal: null, stdout: 'up: no mark stands\n', stderr: 'HTTP/1.1 200 OK\n' });
  });
});

describe('what is no check is exit 2', { concurrency: 2 }, () => {
  const ROWS: readonly (readonly [readonly string[], string])[] = [
    [[], 'name one check, such as http/web/8080/health'],
    [['http/web/1', 'http/web/2'], 'name one check, such as http/web/8080/health'],
    [['htp/web/80'], `unknown protocol "htp": it is one of ${PROTOCOLS.join(', ')}: did you mean 'http'?`],
    [['web'], 'no such check: "/web"; ask for /<protocol>/<service>/<port>/<query>, as /http/web/8080/health'],
    [['http/web/0'], 'bad port "0": 1 to 65535 without leading zeros'],
    [['http/web/65536'], 'bad port "65536": 1 to 65535 without leading zeros'],
    [['http/../80'], 'bad service "..": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['http/wü/80'], 'bad service "wü": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['http/web/80/a b'], 'bad query "a b": white space and control characters are written as %20'],
    [['http/web/80', '--timeout', '0'], '--timeout: bad number "0": 0.001 to 3600 seconds'],
  ];
  for (const [words, message] of ROWS) {
    it(words.join(' ') || 'nothing', async () => {
      assert.deepEqual(await hactl(['check', ...words]), { code: 2, signal: null, stdout: '', stderr: `hactl: ${message} (see hactl help check)\n` });
    });
  }
});
