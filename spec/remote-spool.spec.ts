import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Log } from '../lib/log.ts';
import { RemoteSpool, type Posted } from '../lib/remote-spool.ts';
import { isRefusal } from '../lib/route.ts';
import { parseOrder, readForm } from '../lib/spool-form.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { HandClock } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { TOKEN } from './support/form.ts';

const TYPE = 'application/x-www-form-urlencoded';

/** A request as Node's parser hands it over, whose body has come. */
function requestOf(url: string, form: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { url, method: 'POST' });
  Object.assign(request.headers, { 'content-type': TYPE, ...headers });
  request.push(Buffer.from(form, 'latin1'));
  request.push(null);
  return request;
}

describe('parseOrder', () => {
  const NONE = { reason: undefined, expiration: undefined, creation: undefined };
  const ORDERS = [
    ['status=up', { ...NONE, state: 'up' }],
    ['status=down', { ...NONE, state: 'down' }],
    ['status=drain&reason=a+b', { ...NONE, state: 'drain', reason: 'a b' }],
    ['reason=&status=down', { ...NONE, state: 'down', reason: '' }],
    ['reason=%61%2Bb%26&status=down', { ...NONE, state: 'down', reason: 'a+b&' }],
    ['reason=\xc3\xbc%C3%BC&status=down', { ...NONE, state: 'down', reason: 'üü' }],
    ['status=down&expiration=1795346352&creation=0', { ...NONE, state: 'down', expiration: 1795346352, creation: 0 }],
    ['status=down&expiration=1795346352.123456789', { ...NONE, state: 'down', expiration: 1795346352.123456789 }],
    ['status=down&expiration=253402300799', { ...NONE, state: 'down', expiration: 253402300799 }],
  ] as const;
  for (const [form, order] of ORDERS) it(`reads ${form}`, () => assert.deepEqual(parseOrder(form), order));

  for (const form of ['', 'status=', 'status=UP', 'status=up&status=up', 'status=up&x=', 'status=up&reason', 'status=%zz', 'status=down&expiration=253402300800', 'status=down&creation=-1', 'status=down&creation=', 'status=down&expiration=1e9']) {
    it(`refuses ${JSON.stringify(form)}`, () => assert.ok(isRefusal(parseOrder(form))));
  }

  it('quotes at most a part of what it refuses', () => {
    for (const form of [`status=${'x'.repeat(8000)}`, `status=up&${'x'.repeat(8000)}=1`, 'x'.repeat(8000)]) {
      const refusal = parseOrder(form);
      assert.ok(isRefusal(refusal) && refusal.refused.length < 250);
    }
  });
});

describe('readForm', () => {
  it('gives the bytes that came, one character each', async () => assert.equal(await readForm(requestOf('/', 'a=\xff\x00&b')), 'a=\xff\x00&b'));

  it('says so when they are cut short', async () => {
    const request = new IncomingMessage(new Socket());
    request.headers['content-type'] = TYPE;
    request.push('status=down');
    const form = readForm(request);
    request.destroy();
    assert.deepEqual(await form, { refused: 'the form was cut short' });
  });

  it('takes none of another type', async () => {
    for (const type of ['', 'text/plain', `${TYPE}x`, `x;${TYPE}`]) assert.deepEqual(await readForm(requestOf('/', 'status=up', { 'content-type': type })), { refused: `the form is sent as ${TYPE}` });
    for (const type of [`${TYPE};charset=utf-8`, TYPE.toUpperCase(), ` ${TYPE} `]) assert.equal(await readForm(requestOf('/', 'status=up', { 'content-type': type })), 'status=up');
  });
});

describe('RemoteSpool', () => {
  const clock = new HandClock();
  const folder = temporaryFolder();
  const [spoolRoot, tokenFile] = [join(folder, 'spool'), join(folder, 'token')];
  writeFileSync(tokenFile, TOKEN);
  const fd = openSync(join(folder, 'log'), 'a');
  after(() => closeSync(fd));
  const parts = { spoolRoot, tokenFile, targeting: new Targeting(PATH_ALONE), clock, log: new Log(fd, clock) };
  const answer = (url: string, form: string, authorization = `Bearer ${TOKEN}`): Promise<Posted> => new RemoteSpool(parts).answer(requestOf(url, form, { authorization }));

  it('makes a mark at the time of its clock, and removes it', async () => {
    assert.deepEqual((await answer('/spool/web/8080', 'status=drain&reason=disk')).reply.status, 200);
    assert.deepEqual(JSON.parse(readFileSync(join(spoolRoot, 'web:8080'), 'utf8')), { reason: 'disk', creation: clock.time(), expiration: null, state: 'drain', by: 'unknown' });
    assert.equal((await answer('/spool/web/8080', 'status=up')).reply.body.toString(), 'web:8080 is up\n');
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('says 401 and how to log in, and reads no form', async () => {
    const request = requestOf('/spool/web/0', 'status=down', { authorization: 'Bearer x' });
    const { reply, headers } = await new RemoteSpool(parts).answer(request);
    assert.deepEqual([reply.status, headers, request.readableFlowing], [401, { 'WWW-Authenticate': 'Bearer' }, null]);
  });

  it('says 403 without a token file, whoever asks', async () => {
    const { reply, headers } = await new RemoteSpool({ ...parts, tokenFile: undefined }).answer(requestOf('/spool/web/0', 'status=down', { authorization: 'Bearer undefined' }));
    assert.deepEqual([reply.status, headers], [403, undefined]);
  });

  it('says 400 of all:8080, and takes all with port 0', async () => {
    assert.equal((await answer('/spool/all/8080', 'status=down')).reply.status, 400);
    assert.equal((await answer('/spool/all/0', 'status=down')).reply.status, 200);
    assert.equal((await answer('/spool/all/0', 'status=up')).reply.body.toString(), 'all is up\n');
  });
});
