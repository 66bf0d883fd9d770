import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { AUTHORIZED, FORM, post as postForm, spoolDaemon, TOKEN } from './support/form.ts';
import { ask, exchange, type RawResponse } from './support/request.ts';

const { port, spoolRoot, tokenFile, log } = await spoolDaemon({ verbose: true });
const postWith = (...headers: readonly string[]): Promise<RawResponse> => postForm(port, '/spool/web/0', 'status=down', [FORM, ...headers]);

describe('the token', () => {
  const WRONG = [
    '', 'Bearer', 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(0, -1)}`, `Bearer x${TOKEN}`, `Bearer ${TOKEN.toUpperCase()}`, `Bearer ${TOKEN} x`,
    `Bearer ${TOKEN},${TOKEN}`,
    `Bearer "${TOKEN}"`, `Bearer${TOKEN}`, TOKEN, `Basic ${TOKEN}`, `Token ${TOKEN}`, `Basic ${Buffer.from(`ops:${TOKEN}`).toString('base64')}`,
    `Bearer ${'x'.repeat(8000)}`, 'Bearer \xff\xfe',
  ];
  for (const value of WRONG) {
    it(`is not ${JSON.stringify(value.slice(0, 50))}: 401 with the challenge, and no mark`, async () => {
      const response = await postWith(`Authorization: ${value}`);
      assertOwnAnswer(response, { status: 401, phrase: 'not the right token' });
      assert.equal(response.headers['www-authenticate'], 'Bearer');
      assert.deepEqual(readdirSync(spoolRoot), []);
    });
  }

  it('is asked for where there is none: 401, whatever the path and the form', async () => {
    for (const [path, form] of [['/spool/web/0', 'status=down'], ['/spool/.web/x', 'nonsense'], ['/spool/', '']] as const) {
      const response = await postForm(port, path, form, []);
      assertOwnAnswer(response, { status: 401 });
      assert.deepEqual([response.headers['www-authenticate'], /^no token: send Authorization: Bearer/.test(response.phrase)], ['Bearer', true]);
    }
  });

  it('is not taken from the form, the path or another header', async () => {
    assert.equal((await postForm(port, `/spool/web/0?access_token=${TOKEN}`, `status=down&access_token=${TOKEN}`, [
      FORM, `X-Authorization: Bearer ${TOKEN}`, `Proxy-Authorization: Bearer ${TOKEN}`, `Cookie: token=${TOKEN}`,
    ])).status, 401);
  });

  it('is right behind Bearer in any case, and blanks', async () => {
    for (const value of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN} `]) {
      assert.equal((await postWith(`Authorization: ${value}`)).status, 200, value);
      rmSync(join(spoolRoot, 'web'));
    }
  });

  it('counts as it stands in the first Authorization', async () => {
    assert.equal((await postWith('Authorization: Bearer x', AUTHORIZED)).status, 401);
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('is wanted for no check and no page', async () => {
    for (const path of ['/spool/web/0', '/status', '/balancers']) assert.equal((await ask(port, path)).status, 200);
  });

  it('stands in no answer and in no line of the log', async () => {
    const answers = [
      await postWith(AUTHORIZED),
      await postWith(`${AUTHORIZED}x`),
      ...(await Promise.all(['/spool/.web/0', '/status'].map((path) => postForm(port, path, 'x', [AUTHORIZED])))),
      ...(await Promise.all(['/status', '/balancers', '/ftp/', '/spool/web/0'].map((path) => ask(port, path, { headers: [AUTHORIZED] })))),
    ];
    for (const { text } of answers) assert.ok(!text.includes(TOKEN), text);
    assert.ok(!(await log()).includes(TOKEN));
    rmSync(join(spoolRoot, 'web'));
  });

  for (const broken of [`${AUTHORIZED}\x01`, `${AUTHORIZED}\0`, `${AUTHORIZED}\nX`, `Authorization : Bearer ${TOKEN}`]) {
    it(`stands in no answer to what the parser refuses: ${JSON.stringify(broken)}`, async () => {
      const text = await exchange(port, Buffer.from(`POST /spool/web/0 HTTP/1.1\r\n${broken}\r\n\r\n`, 'latin1'));
      assert.match(text, /^HTTP\/1\.1 4\d\d /);
      assert.ok(!text.includes(TOKEN), text);
      assert.ok(!(await log()).includes(TOKEN));
    });
  }
});

describe('the file with the token', () => {
  it('is read anew for every form, so that it can be rotated', async () => {
    const draft = `${tokenFile}.new`;
    for (const token of ['second', 'third']) {
      writeFileSync(draft, `${token}\n`);
      renameSync(draft, tokenFile);
      assert.equal((await postWith(`Authorization: Bearer ${token}`)).status, 200);
      assert.equal((await postWith(AUTHORIZED)).status, 401);
      rmSync(join(spoolRoot, 'web'));
    }
    writeFileSync(tokenFile, `${TOKEN}\n`);
  });

  it('may end without a newline, with one, and with one of Windows', async () => {
    for (const end of ['', '\n', '\r\n']) {
      writeFileSync(tokenFile, `${TOKEN}${end}`);
      assert.equal((await postWith(AUTHORIZED)).status, 200, JSON.stringify(end));
    }
    rmSync(join(spoolRoot, 'web'));
  });

  for (const [what, spoil] of [
    ['gone', () => rmSync(tokenFile)],
    ['empty', () => writeFileSync(tokenFile, '')],
    ['blank', () => writeFileSync(tokenFile, ' \n')],
  ] as const) {
    it(`lets nobody in while it is ${what}: 503, and the log says why`, async () => {
      spoil();
      for (const header of [AUTHORIZED, 'Authorization: Bearer x', `Authorization: Bearer ${' '}`]) {
        const response = await postWith(header);
        assert.ok([401, 503].includes(response.status), response.text);
        assert.ok(!response.text.includes(tokenFile), response.text);
      }
      assertOwnAnswer(await postWith(AUTHORIZED), { status: 503, phrase: 'the token file cannot be read: the log of hacheck says why' });
      assert.ok((await log()).includes(`--token-file: ${tokenFile} ${what === 'gone' ? 'cannot be read: ENOENT' : 'is empty'}`));
      assert.deepEqual(readdirSync(spoolRoot), []);
      writeFileSync(tokenFile, `${TOKEN}\n`);
      assert.equal((await postWith(AUTHORIZED)).status, 200);
      rmSync(join(spoolRoot, 'web'));
    });
  }
});
