import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probeHaproxy } from '../../lib/probe/haproxy.ts';
import { becomes } from '../support/becomes.ts';
import { testedDaemon } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { answering, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';

const skip = lacking('haproxy');

async function said(port: number, service: string): Promise<string> {
  return words(await probed(probeHaproxy, port, { service }));
}

function statsOn(port: number, more = ''): string {
  return `frontend stats\n  bind 127.0.0.1:${port}\n  stats enable\n  stats uri /\n${more}`;
}

describe('haproxy, asked of a HAProxy', { skip }, async () => {
  if (skip !== false) return;
  const [port, listening] = [await freePort(), await freePort()];
  const well = await httpService((_request, response) => response.end('fine'));
  const quoting = await httpService((_request, response) => response.writeHead(503, 'down, by "ops": kernel, "upgrade"').end());
  // A machine that is busy may take longer for an answer than an interval, which is HAProxy's time-out if nothing else is said.
  const check = `check inter 100ms fall 3 rise 1\n  timeout check 5s\n  option httpchk`;
  const sections = [
    `backend web\n  server a 127.0.0.1:${well.port} ${check}`,
    `backend gone\n  server a 127.0.0.1:1 ${check}`,
    `backend quoted\n  server a 127.0.0.1:${quoting.port} ${check}`,
    `backend quoted2\n  server a 127.0.0.1:${well.port} ${check}`,
    'backend unchecked\n  server a 127.0.0.1:1',
    'backend empty',
    `backend off\n  disabled\n  server a 127.0.0.1:1`,
    `backend backup\n  server a 127.0.0.1:1 ${check}\n  server b 127.0.0.1:${well.port} backup ${check}`,
    'backend maint\n  server a 127.0.0.1:1 disabled',
    `listen both\n  bind 127.0.0.1:${listening}\n  server BACKEND 127.0.0.1:1 ${check}`,
    'backend BACKEND\n  server web 127.0.0.1:1',
  ];
  const haproxy = await startHaproxy([statsOn(port), ...sections].join('\n'));
  for (const name of ['web', 'quoted2']) await becomes(haproxy, `${name}/a`, { check_status: 'L7OK' });
  for (const name of ['gone/a', 'quoted/a', 'backup/a', 'both/BACKEND']) await becomes(haproxy, name, { status: 'DOWN' });

  const BACKENDS: readonly (readonly [string, string])[] = [
    ['web', 'up: UP'], ['gone', 'down: DOWN'], ['quoted', 'down: DOWN'], ['quoted2', 'up: UP'], ['unchecked', 'up: UP'], ['empty', 'up: UP'], ['backup', 'up: UP'], ['maint', 'down: DOWN'],
    ['both', 'down: DOWN'], ['BACKEND', 'up: UP'], ['off', 'down: no backend off on the stats page'], ['stats', 'down: no backend stats on the stats page'],
    ['we', 'down: no backend we on the stats page'], ['Web', 'down: no backend Web on the stats page'],
  ];
  for (const [backend, wanted] of BACKENDS) it(`says of ${backend}: ${wanted}`, async () => assert.equal(await said(port, backend), wanted));

  it('sees a backend go and come', async () => {
    await haproxy.tell('disable server web/a');
    await becomes(haproxy, 'web/a', { status: 'MAINT' });
    assert.equal(await said(port, 'web'), 'down: DOWN');
    await haproxy.tell('enable server web/a');
    await becomes(haproxy, 'web/a', { status: 'UP' });
    assert.equal(await said(port, 'web'), 'up: UP');
  });

  it('keeps the verdicts of two backends apart, through a whole daemon', async () => {
    const daemon = await testedDaemon();
    for (const [backend, status] of [['web', 200], ['gone', 503], ['web', 200], ['unchecked', 200]] as const) assert.equal((await ask(daemon.port, `/haproxy/${backend}/${port}`)).status, status, backend);
    assert.match((await ask(daemon.port, `/haproxy/web/${port}/ignored`)).headers['cache-status'] ?? '', /^hacheck; hit/);
  });
});

describe('haproxy, asked of a HAProxy that', { skip }, () => {
  it('has 300 backends, reads all of its page', async () => {
    const port = await freePort();
    await startHaproxy([statsOn(port), ...Array.from({ length: 300 }, (_each, at) => `backend number-${at}\n  server a 127.0.0.1:1`)].join('\n'));
    for (const at of [0, 150, 299]) assert.equal(await said(port, `number-${at}`), 'up: UP');
    assert.equal(await said(port, 'number-300'), 'down: no backend number-300 on the stats page');
  });

  const OTHERS: readonly (readonly [string, string, RegExp])[] = [
    ['wants a password', '  stats auth ops:secret\n', /^down: no stats page: 401 Unauthorized$/],
    ['has its page elsewhere', '  stats uri /stats\n  default_backend none\nbackend none\n', /^down: no stats page: 503 Service Unavailable$/],
  ];
  for (const [what, more, wanted] of OTHERS) {
    it(`${what}, is down`, async () => {
      const port = await freePort();
      await startHaproxy(statsOn(port, more));
      assert.match(await said(port, 'web'), wanted);
    });
  }
});

describe('haproxy, asked of a page', () => {
  const HEAD = '# pxname,svname,status,type,\n';
  const page = (text: string): string => `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n${text}`;
  const PAGES: readonly (readonly [string, string, string])[] = [
    ['with its columns in another order', '# type,last_chk,status,svname,pxname,\n1,"a, ""b"", c",UP,BACKEND,web,\n', 'up: UP'],
    ['without the column type', '# pxname,svname,status,\nweb,BACKEND,UP,\n', 'up: UP'],
    ['with a server called BACKEND', `${HEAD}web,BACKEND,UP,2,\nweb,BACKEND,DOWN,1,\n`, 'down: DOWN'],
    ['with a word that only servers have', `${HEAD}web,BACKEND,UP 1/2,1,\n`, 'down: UP 1/2'],
    ['with line ends between quotes', `# pxname,svname,last_chk,status,type,\napi,BACKEND,"one\nweb,BACKEND,x,UP,1,\n",DOWN,1,\nweb,BACKEND,"a\n\n""b",UP,1,\n`, 'up: UP'],
    ['with line ends of CR LF', '# pxname,svname,status,type\r\nweb,BACKEND,UP,1\r\n', 'up: UP'],
    ['whose last line is cut short', `${HEAD}api,BACKEND,UP,1,\nweb,BACKEND,UP`, 'down: no backend web on the stats page'],
    ['whose row is cut short', `${HEAD}web,BACKEND\n`, 'down: no backend web on the stats page'],
    ['without columns', 'web,BACKEND,UP,1,\n', 'down: no stats page: no columns pxname, svname and status'],
    ['that is empty', '', 'down: no stats page: no columns pxname, svname and status'],
    ['that is another', '<html>web,BACKEND,UP</html>\n', 'down: no stats page: no columns pxname, svname and status'],
    ['with a quote that never ends', `${HEAD}api,"BACKEND,UP,1,\nweb,BACKEND,UP,1,\n`, 'down: no backend web on the stats page'],
    ['whose row is behind 4 MiB', `${HEAD}${'api,BACKEND,UP,1,\n'.repeat(300_000)}web,BACKEND,UP,1,\n`, 'down: no backend web on the stats page'],
    ['with a row of a megabyte of quotes', `${HEAD}web,BACKEND,UP,${'""'.repeat(500_000)}\nweb,BACKEND,UP,1,\n`, 'up: UP'],
    ['that is 4 MiB of quotes', `${HEAD}web,"${'""'.repeat(2_200_000)}`, 'down: no backend web on the stats page'],
    ['that is 4 MiB of line ends', `${HEAD}"${'\n'.repeat(4_300_000)}`, 'down: no backend web on the stats page'],
    ['that is 4 MiB of short rows of the backend', `${HEAD}${'web,\n'.repeat(850_000)}`, 'down: no backend web on the stats page'],
    ['that is 4 MiB of commas', `${HEAD}${`web,${','.repeat(60_000)}\n`.repeat(70)}`, 'down: no backend web on the stats page'],
    ['that is 4 MiB of rows of the backend', `${HEAD}${'web,BACKEND,UP,2,\n'.repeat(250_000)}`, 'down: no backend web on the stats page'],
  ];
  for (const [what, text, wanted] of PAGES) {
    it(`${what}, is ${wanted}`, async () => {
      const { port } = await answering(page(text));
      const verdict = await probed(probeHaproxy, port, { service: 'web' });
      assert.equal(words(verdict), wanted);
      assert.ok(verdict.took < 1500, `${verdict.took} ms`);
    });
  }

  it('that comes in chunks, is read', async () => {
    const row = `${HEAD}web,BACKEND,UP,1,\n`;
    const { port } = await answering(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${row.length.toString(16)}\r\n${row}\r\n0\r\n\r\n`);
    assert.equal(await said(port, 'web'), 'up: UP');
  });
});
