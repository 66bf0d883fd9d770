// Stats pages that no HAProxy makes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probeHaproxy } from '../../lib/probe/haproxy.ts';
import { VERSION } from '../../lib/version.ts';
import { closed, endedAt, pouring, probed, reacting, unburdened, unlistened, type Probed } from '../support/probing.ts';
import type { Service } from '../support/service.ts';

const DEADLINE = 2_000;
const HEAD = '# pxname,svname,status,type,\n';
const ROW = 'web,BACKEND,UP,1,\n';
const OTHER = `api,BACKEND,UP,1,${'0,'.repeat(100)}\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** What a verdict says, without address and time. */
function words({ state, reason }: Probed): string {
  return `${state}: ${reason.replace(/ \(127\.0\.0\.1:\d+, \d+\.\d ms\)$/, '').replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS')}`;
}

async function ask(service: Service, deadline = DEADLINE): Promise<Probed> {
  const left = unburdened();
  const verdict = await probed(probeHaproxy, service.port, { service: 'web', deadline });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

describe('haproxy, answered by an HTTP server', () => {
  const ANSWERS: readonly (readonly [string, string, string])[] = [
    ['with a page cut short behind the row', `${OK}Content-Length: 1000\r\n\r\n${HEAD}${ROW}`, 'up: UP'],
    ['with a page cut short before the row', `${OK}Content-Length: 1000\r\n\r\n${HEAD}${OTHER}`, 'down: ADDRESS cut its answer short'],
    ['with a page cut short within the row', `${OK}Content-Length: 1000\r\n\r\n${HEAD}${ROW.trimEnd()}`, 'down: ADDRESS cut its answer short'],
    ['with a page cut short between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n${HEAD.length.toString(16)}\r\n${HEAD}\r\n`, 'down: ADDRESS cut its answer short'],
    ['with a page in chunks of some bytes', `${OK}Transfer-Encoding: chunked\r\n\r\n${[...HEAD + ROW].map((letter) => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`, 'up: UP'],
    ['with a redirect', 'HTTP/1.1 302 Found\r\nLocation: /stats;csv\r\nContent-Length: 0\r\n\r\n', 'down: no stats page: 302 Found'],
    ['with a page that is another status', `HTTP/1.1 206 Partial Content\r\n\r\n${HEAD}${ROW}`, 'down: no stats page: 206 Partial Content'],
    ['without a page', 'HTTP/1.1 204 No Content\r\n\r\n', 'down: no stats page: 204 No Content'],
    ['with words about UP', `${OK}\r\n# pxname,svname,status,type,\nweb,BACKEND,UP (agent),1,\n`, 'down: UP (agent)'],
    ['with a small up', `${OK}\r\n${HEAD}web,BACKEND,up,1,\n`, 'down: up'],
    ['with UP between quotes', `${OK}\r\n${HEAD}"web","BACKEND","UP","1",\n`, 'up: UP'],
    ['with UP and a line end', `${OK}\r\n${HEAD}web,BACKEND,"UP\n",1,\n`, 'down: UP'],
    ['with a name within another', `${OK}\r\n${HEAD}web2,BACKEND,UP,1,\nmyweb,BACKEND,UP,1,\nx,web,UP,1,\nx,BACKEND,web,1,\n`, 'down: no backend web on the stats page'],
    ['with type 10', `${OK}\r\n${HEAD}web,BACKEND,UP,10,\nweb,BACKEND,UP,,\nweb,BACKEND,UP,01,\n`, 'down: no backend web on the stats page'],
    ['with a frontend of type 1', `${OK}\r\n${HEAD}web,FRONTEND,UP,1,\n`, 'down: no backend web on the stats page'],
    ['with the name in another column', `${OK}\r\n# type,last_chk,status,svname,pxname,\n1,web,UP,BACKEND,api,\n1,"web,",UP,BACKEND,web2,\n`, 'down: no backend web on the stats page'],
    ['with a last line that may go on', `${OK}\r\n# pxname,svname,type,status\nweb,BACKEND,1,UP`, 'down: no backend web on the stats page'],
    ['with quotes between quotes', `${OK}\r\n${HEAD}web,BACKEND,"a ""b"" c",1,\n`, 'down: a "b" c'],
    ["with CR LF behind a server's type", `${OK}\r\n# pxname,svname,status,type\r\nweb,BACKEND,UP,2\r\nweb,BACKEND,UP,"2"\r\n`, 'down: no backend web on the stats page'],
    ['with CR LF behind a type between quotes', `${OK}\r\n# pxname,svname,status,type\r\nweb,BACKEND,UP,"1"\r\n`, 'up: UP'],
    ['with 49 000 short rows before it', `${OK}\r\n${HEAD}${'a,b,c,1,\n'.repeat(49_000)}${ROW}`, 'up: UP'],
    ['with 60 000 short rows before it, as no HAProxy has', `${OK}\r\n${HEAD}${'a,b,c,1,\n'.repeat(60_000)}${ROW}`, 'down: no backend web on the stats page'],
    ['with empty lines', `${OK}\r\n${HEAD}\n\n${ROW}`, 'up: UP'],
    ['with columns of the same names behind', `${OK}\r\n# pxname,svname,status,type,status\nweb,BACKEND,DOWN,1,UP\n`, 'down: DOWN'],
    ['without pxname', `${OK}\r\n# svname,status,type,\nBACKEND,UP,1,\n`, 'down: no stats page: no columns pxname, svname and status'],
    ['without svname', `${OK}\r\n# pxname,status,type,\nweb,UP,1,\n`, 'down: no stats page: no columns pxname, svname and status'],
    ['without status', `${OK}\r\n# pxname,svname,type,\nweb,BACKEND,1,\n`, 'down: no stats page: no columns pxname, svname and status'],
  ];
  for (const [what, answer, wanted] of ANSWERS) {
    it(`${what}, is ${wanted}`, async () => {
      const verdict = await ask(await reacting((socket) => socket.end(answer, 'latin1')));
      assert.equal(words(verdict).trim(), wanted);
    });
  }

  it('asks for the page in CSV, under its own name', async () => {
    let heard = '';
    const service = await reacting((socket, first) => {
      heard = first.toString('latin1');
      socket.end(`${OK}\r\n${HEAD}${ROW}`);
    });
    assert.equal(words(await ask(service)), 'up: UP');
    assert.equal(heard.replaceAll('\r\n', '\n'), `GET /;csv HTTP/1.1\nHost: localhost:${service.port}\nUser-Agent: hacheck/${VERSION}\nConnection: close\n\n`);
  });

  for (const [what, text, wanted] of [
    ['the row', HEAD + ROW, 'up: UP'], ['a first line that names no columns', '<html>\n', 'down: no stats page: no columns pxname, svname and status'],
    ['64 KiB of a first line', `# ${'pxname,'.repeat(10_000)}`, 'down: no stats page: no columns pxname, svname and status'],
  ] as const) {
    it(`with a page that stalls behind ${what}, is ${wanted} at once`, async () => {
      assert.equal(words(await ask(await reacting((socket) => socket.write(`${OK}Content-Length: 1000000\r\n\r\n${text}`)))), wanted);
    });
  }

  it('with a page that stalls within the row, is down at the deadline', async () => {
    const verdict = await ask(await reacting((socket) => socket.write(`${OK}\r\n${HEAD}${ROW.trimEnd()}`)), 300);
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for the body of ADDRESS');
    endedAt(300, verdict);
  });

  for (const [what, start, wanted] of [['lists it', HEAD + ROW, 'up: UP'], ['does not list it', HEAD, 'down: no backend web on the stats page']] as const) {
    it(`with a page without an end that ${what}, reads 4 MiB of it, is ${wanted}`, async () => {
      let poured = (): number => 0;
      const service = await reacting((socket) => {
        socket.write(`${OK}\r\n${start}`);
        poured = pouring(socket, Buffer.from(OTHER.repeat(3000)));
      });
      const verdict = await ask(service);
      assert.equal(words(verdict), wanted);
      assert.ok(poured() < 64 * 1024 * 1024, `${poured()} bytes`);
    });
  }

  it('with a page of 4 MiB whose row is the last, is up', async () => {
    const rows = OTHER.repeat(Math.floor((4 * 1024 * 1024 - HEAD.length - ROW.length) / OTHER.length));
    assert.equal(words(await ask(await reacting((socket) => socket.end(`${OK}\r\n${HEAD}${rows}${ROW}`)))), 'up: UP');
  });

  it('with a status of 60 KB, says some of it', async () => {
    const { state, body } = await ask(await reacting((socket) => socket.end(`${OK}\r\n${HEAD}web,BACKEND,${'x'.repeat(60_000)},1,\n`)));
    assert.equal(state, 'down');
    assert.ok(body.length < 1000, `${body.length} bytes`);
  });
});
