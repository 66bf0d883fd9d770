import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask, exchange, parseResponse } from './support/request.ts';
import { httpService } from './support/service.ts';

const { port, log } = await testedDaemon();
const service = await httpService((request, response) => void response.end(request.url));

/** Sends bytes, and asserts that they are refused with 400, one line and a phrase, and that the daemon answers the next check. */
async function assertRefused(bytes: string | Buffer, said?: string | RegExp): Promise<void> {
  const response = parseResponse(await exchange(port, bytes));
  assertOwnAnswer(response, { status: 400 });
  assert.equal(response.headers['connection'], 'close');
  if (typeof said === 'string') assert.ok(response.body.startsWith(said), response.body);
  else if (said !== undefined) assert.match(response.body, said);
  assert.equal((await ask(port, '/spool/web/0')).status, 200);
}

function requestLine(path: string, method = 'GET'): Buffer {
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`, 'latin1');
}

describe('paths that are no checks', () => {
  const ROWS = [
    ['/http/../80/', 'bad service ".."'],
    ['/http/./80/', 'bad service "."'],
    ['/http/%2e%2e/80/', 'bad service "%2e%2e"'],
    ['/http/%2E%2e/80/', 'bad service "%2E%2e"'],
    ['/http/%00/80/', 'bad service "%00"'],
    ['/http/%zz/80/', 'bad service "%zz"'],
    ['/http/web%2F80/80/', 'bad service "web%2F80"'],
    ['/http/web/%00/', 'bad port "%00"'],
    ['/http/web/%zz/', 'bad port "%zz"'],
    ['/http/web/8%30/', 'bad port "8%30"'],
    ['/http/web/../80/', 'bad port ".."'],
    ['/../../etc/passwd', 'unknown protocol ".."'],
    ['/http/web', 'no such check: "/http/web"'],
    ['/http', 'no such check: "/http"'],
    ['/http/web/', 'bad port ""'],
    ['/http/web//', 'bad port ""'],
    ['/http/web/0/', 'bad port "0"'],
    ['/http/web/65536/', 'bad port "65536": 1 to 65535'],
    ['/http/web/99999999999999999999/', 'bad port "99999999999999999999"'],
    ['/http/web/08/', 'bad port "08"'],
    ['/http/web/-1/', 'bad port "-1"'],
    ['/http/web/1e3/', 'bad port "1e3"'],
    ['/http/web/0x50/', 'bad port "0x50"'],
    ['/http/web/8080?x=1', 'bad port "8080?x=1"'],
    ['/spool/web/00', 'bad port "00"'],
    [`/http/${'a'.repeat(129)}/80/`, `bad service "${'a'.repeat(60)}..."`],
    ['/http/w:b/80/', 'bad service "w:b"'],
    ['/http/w%20b/80/', 'bad service "w%20b"'],
    ['/http/w%C3%BCb/80/', 'bad service "w%C3%BCb"'],
    ['/http/.web/80/', 'bad service ".web"'],
    ['/http/-web/80/', 'bad service "-web"'],
    ['/http//80/', 'bad service ""'],
    ['//', 'no such check: "//"'],
    ['///', 'unknown protocol ""'],
    ['//http/web/80/', 'unknown protocol ""'],
    ['/index.html', 'no such check: "/index.html"'],
    ['/favicon.ico', 'no such check: "/favicon.ico"'],
    ['/ftp/web/80/', 'unknown protocol "ftp": it is one of spool, http, https, tcp'],
    ['/HTTP/web/80/', 'unknown protocol "HTTP"'],
    ['/constructor/web/80/', 'unknown protocol "constructor"'],
    ['/__proto__/web/80/', 'unknown protocol "__proto__"'],
    ['http://127.0.0.1/http/web/80/', 'no such check: "http://127.0.0.1/http/web/80/"'],
    ['https://127.0.0.1/spool/web/0', 'no such check: "https://127.0.0.1/spool/web/0"'],
    ['/<script>alert(1)</script>', 'no such check: "/<script>alert(1)</script>"'],
    [`/${'a'.repeat(10_000)}`, `no such check: "/${'a'.repeat(59)}..."`],
    [`/${'/'.repeat(10_000)}`, 'unknown protocol ""'],
    [`/${'a'.repeat(20_000)}`, 'request line and headers are more than 16 KiB'],
  ] as const;
  for (const [path, said] of ROWS) {
    it(`answers 400 to ${path.length > 60 ? `${path.slice(0, 20)}... of ${path.length} characters` : path}`, () => assertRefused(requestLine(path), said));
  }

  it('answers 400 to OPTIONS *', () => assertRefused(requestLine('*', 'OPTIONS'), 'no such check: "*"'));

  // These stop at Node's parser or at the one rule for names, by Node's version.
  for (const path of ['/http/w b/80/', '/http/w\xfcb/80/', '/http/w\xc3\xbcb/80/', '/http/w\0b/80/', '/http/w\tb/80/', '/spool/web/0/a\x01b', '', 'status', '?']) {
    it(`answers 400 to the bytes ${JSON.stringify(path)}`, () => assertRefused(requestLine(path)));
  }
});

describe('bytes that are no HTTP', () => {
  const ROWS: readonly (readonly [string, string | Buffer])[] = [
    ['a word', 'hello\r\n\r\n'],
    ['nothing but zeros', Buffer.alloc(100)],
    ['bytes above ASCII', Buffer.from([0xff, 0xfe, 0xfd, 0xfc])],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte))],
    ['20 000 bytes of one letter', 'a'.repeat(20_000)],
    ['a method that there is not', 'BREW /spool/web/0 HTTP/1.1\r\n\r\n'],
    ['a method in small letters', 'get /spool/web/0 HTTP/1.1\r\n\r\n'],
    ['a version that there is not', 'GET /spool/web/0 HTTP/1.7\r\n\r\n'],
    ['another protocol', 'GET /spool/web/0 SMTP/1.0\r\n\r\n'],
    ['a header with a control character', 'GET /spool/web/0 HTTP/1.1\r\nX: a\x01b\r\n\r\n'],
    ['a header with a zero', 'GET /spool/web/0 HTTP/1.1\r\nX: a\0b\r\n\r\n'],
    ['a header without a colon', 'GET /spool/web/0 HTTP/1.1\r\nHeader\r\n\r\n'],
    ['20 000 bytes of headers', `GET /spool/web/0 HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'GET /spool/web/0 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a negative length', 'GET /spool/web/0 HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
    ['a length beside chunks', 'GET /spool/web/0 HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ];
  for (const [name, bytes] of ROWS) it(`answer ${name} with 400`, () => assertRefused(bytes));

  it('are quoted without their control characters', () => assertRefused('\x1b[31mred\x07\r\n\r\n', /"\?\[31mred\?[^\x00-\x1f]*\n$/));
});

describe('queries', () => {
  for (const query of ['a%2Fb?x=1', '%zz', '..', '../../x', '//', '?', 'a'.repeat(10_000)]) {
    it(`are sent on byte for byte: ${query.slice(0, 20)}`, async () => {
      assert.equal((await ask(port, `/http/web/${service.port}/${query}`)).body, `/${query}`);
    });
  }

  it('may be missing', async () => assert.equal((await ask(port, `/http/web/${service.port}`)).body, '/'));

  it('leave no line in the log, and neither does what is refused', async () => assert.equal(await log(), ''));
});
