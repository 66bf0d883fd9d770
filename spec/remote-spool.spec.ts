import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Log } from '../lib/log.ts';
import { RemoteSpool, type Posted } from '../lib/remote-spool.ts';
import { PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { HandClock } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { TOKEN } from './support/form.ts';
import { requestOf } from './support/form-request.ts';

describe('RemoteSpool', () => {
  const clock = new HandClock();
  const folder = temporaryFolder();
  const [spoolRoot, tokenFile] = [join(folder, 'spool'), join(folder, 'token')];
  writeFileSync(tokenFile, TOKEN);
  const fd = openSync(join(folder, 'log'), 'a');
  after(() => closeSync(fd));
  const parts = { spoolRoot, tokenFile, targeting: new Targeting(PATH_ALONE), clock, log: new Log(fd, clock) };
  const answer = (url: string, form: string, authorization = `Bearer ${TOKEN}`): Promise<Posted> => new RemoteSpool(parts).answer(requestOf(url, form, { authorization }), () => undefined);

  it('makes a mark at the time of its clock, and removes it', async () => {
    assert.deepEqual((await answer('/spool/web/8080', 'status=drain&reason=disk')).reply.status, 200);
    assert.deepEqual(JSON.parse(readFileSync(join(spoolRoot, 'web:8080'), 'utf8')), {
      reason: 'disk', creation: clock.time(), expiration: null, state: 'drain', by: 'unknown',
    });
    assert.equal((await answer('/spool/web/8080', 'status=up')).reply.body.toString(), 'web:8080 is up\n');
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('says 401 and how to log in, and reads no form', async () => {
    const request = requestOf('/spool/web/0', 'status=down', { authorization: 'Bearer x' });
    const { reply, headers } = await new RemoteSpool(parts).answer(request, () => assert.fail('it may not go on'));
    assert.deepEqual([reply.status, headers, request.readableFlowing], [401, { 'WWW-Authenticate': 'Bearer' }, null]);
  });

  it('says 403 without a token file, whoever asks', async () => {
    const request = requestOf('/spool/web/0', 'status=down', { authorization: 'Bearer undefined' });
    const { reply, headers } = await new RemoteSpool({ ...parts, tokenFile: undefined }).answer(request, () => assert.fail('it may not go on'));
    assert.deepEqual([reply.status, headers], [403, undefined]);
  });

  it('says 400 of all:8080, and takes all with port 0', async () => {
    assert.equal((await answer('/spool/all/8080', 'status=down')).reply.status, 400);
    assert.equal((await answer('/spool/all/0', 'status=down')).reply.status, 200);
    assert.equal((await answer('/spool/all/0', 'status=up')).reply.body.toString(), 'all is up\n');
  });
});
