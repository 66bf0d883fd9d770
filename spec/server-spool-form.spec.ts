import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { openConnection } from './support/connection.ts';
import { AUTHORIZED, FORM, post as postForm, spoolDaemon } from './support/form.ts';
import { exchange, parseResponse } from './support/request.ts';

const { port, spoolRoot, post } = await spoolDaemon();
const STANDING = '{"reason":"disk","creation":1000,"expiration":null,"state":"drain","by":"ops"}\n';
writeFileSync(join(spoolRoot, 'web'), STANDING);

/** What stood in the spool before stands there, and nothing else. */
function assertUnchanged(): void {
  assert.deepEqual([readdirSync(spoolRoot), readFileSync(join(spoolRoot, 'web'), 'utf8')], [['web'], STANDING]);
}

describe('a form that is none', () => {
  const ROWS: readonly (readonly [form: string, why: RegExp])[] = [
    ['', /^bad status "": up, down or drain$/],
    ['reason=x', /^bad status "": /],
    ['status=', /^bad status ""/],
    ['status=Down', /^bad status "Down"/],
    ['status=maint', /^bad status "maint"/],
    ['status=down%20', /^bad status "down "/],
    ['status', /^bad field "status"/],
    ['=down', /^bad field "=down"/],
    ['status=down&reason', /^bad field "reason"/],
    ['status=down&x=1', /^unknown field "x": it is one of status, reason, expiration, creation$/],
    ['status=down&Reason=x', /^unknown field "Reason"/],
    ['status=down&by=root', /^unknown field "by"/],
    ['status=down&state=drain', /^unknown field "state"/],
    ['status=down&__proto__=x', /^unknown field "__proto__"/],
    ['status=down&reason[]=x', /^unknown field "reason\[\]"/],
    ['status=down;reason=x', /^bad status "down;reason=x"/],
    ['status=down&status=down', /^a field is given twice$/],
    ['status=down&reason=a&reason=b', /^a field is given twice$/],
    ['status=down&reason=a&%72eason=b', /^a field is given twice$/],
    ['status=down&expiration=&expiration=', /^a field is given twice$/],
    ['status=down&reason=%', /^bad field "reason=%"/],
    ['status=down&reason=%z0', /^bad field /],
    ['status=down&reason=%4', /^bad field /],
    ['status=down&reason=%c3', /^bad field /],
    ['status=down&reason=\xff', /^bad field /],
    ['status=down&reason=%ed%a0%80', /^bad field /],
    ['%zz=x&status=down', /^bad field /],
    ...[
      '', 'x', 'now', '-1', '+1', '1e3', '0x10', '1.', '.5', '1,5', ' 1', '1+', '2026-11-22T10:00:00Z', 'NaN', 'Infinity', 'null', '1'.repeat(13),
      '999999999999', '1.0000000001',
    ].flatMap((time): [string, RegExp][] => [
      [`status=down&expiration=${time}`, /^bad expiration or creation/], [`status=drain&creation=${time}`, /^bad expiration or creation/],
      [`status=up&expiration=${time}`, /^bad expiration or creation/],
    ]),
    ['{"status": "down"}', /^bad field /],
  ];
  for (const [form, why] of ROWS) {
    it(`is 400 and changes nothing: ${JSON.stringify(form)}`, async () => {
      for (const path of ['/spool/web/0', '/spool/api/8080']) {
        const response = await post(path, form);
        assertOwnAnswer(response, { status: 400 });
        assert.match(response.body.trimEnd(), why);
      }
      assertUnchanged();
    });
  }

  for (const path of [
    '/spool/', '/spool/web', '/spool/web/', '/spool/.web/0', '/spool/web/00', '/spool/web/65536', '/spool/web/x', '/spool/w%65b/0', '/spool/../0',
    '/spool/web:8080/0', '/spool/web/0?x', '/spool/all/8080', '/spool//0',
  ]) {
    it(`is 400 at ${path}`, async () => {
      assertOwnAnswer(await post(path, 'status=down'), { status: 400 });
      assertOwnAnswer(await post(path, 'status=up'), { status: 400 });
      assertUnchanged();
    });
  }

  it('says of all:8080 what to do instead', async () => {
    assert.match((await post('/spool/all/8080', 'status=down')).phrase, /^all:8080 takes nothing out: name the service, or take out all with port 0$/);
  });

  it('is one of another type, or of none', async () => {
    const TYPES = [
      [], ['Content-Type:'], ['Content-Type: application/json'], ['Content-Type: text/plain'], ['Content-Type: multipart/form-data; boundary=x'],
      ['Content-Type: application/x-www-form-urlencoded2'], ['Content-Type: x; application/x-www-form-urlencoded'],
    ];
    for (const type of TYPES) {
      const response = await postForm(port, '/spool/web/0', 'status=down', [AUTHORIZED, ...type]);
      assertOwnAnswer(response, { status: 400, phrase: 'the form is sent as application/x-www-form-urlencoded' });
    }
    assertUnchanged();
  });

  it('is not one whose type is written otherwise', async () => {
    for (const type of ['APPLICATION/X-WWW-Form-Urlencoded', 'application/x-www-form-urlencoded; charset=UTF-8', 'application/x-www-form-urlencoded ;charset=x']) {
      assert.equal((await postForm(port, '/spool/other/0', 'status=up', [AUTHORIZED, `Content-Type: ${type}`])).status, 200);
    }
  });
});

describe('the size of a form', () => {
  const formOf = (bytes: number): string => `status=up&reason=${'x'.repeat(bytes - 'status=up&reason='.length)}`;

  it('may be 8 KiB', async () => assert.equal((await post('/spool/other/0', formOf(8192))).status, 200));

  for (const bytes of [8193, 16_384, 100_000, 1_000_000]) {
    it(`may not be ${bytes} bytes, and its client reads that`, async () => {
      assertOwnAnswer(await post('/spool/web/0', formOf(bytes)), { status: 400, phrase: 'the form is more than 8 KiB' });
      assertUnchanged();
    });
  }

  it('is told to a client that goes on sending for a while, before it finds the connection closed', async () => {
    const connection = await openConnection(port);
    const failed = new Promise<never>((_resolve, reject) => connection.socket.once('error', reject));
    connection.socket.write(['POST /spool/web/0 HTTP/1.1', AUTHORIZED, FORM, `Content-Length: ${32 * 16_384}`, '', ''].join('\r\n'));
    const sending = async (): Promise<string> => {
      for (let piece = 0; piece < 32; piece += 1) {
        assert.equal(connection.received(), '');
        await new Promise((resolve) => connection.socket.write('x'.repeat(16_384), () => setTimeout(resolve, 2)));
      }
      return connection.closed;
    };
    assertOwnAnswer(parseResponse(await Promise.race([sending(), failed])), { status: 400, phrase: 'the form is more than 8 KiB' });
  });

  it('is told to a client that says 8 KiB of chunks and more', async () => {
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const head = ['POST /spool/web/0 HTTP/1.1', AUTHORIZED, FORM, 'Transfer-Encoding: chunked', '', ''].join('\r\n');
    assertOwnAnswer(parseResponse(await exchange(port, `${head}${chunk.repeat(3)}0\r\n\r\n`)), { status: 400, phrase: 'the form is more than 8 KiB' });
    assertUnchanged();
  });

  it('is measured in what is sent, not in what it stands for', async () => {
    assert.equal((await post('/spool/web/0', `status=down&reason=${'%78'.repeat(2800)}`)).status, 400);
    assertUnchanged();
  });
});
