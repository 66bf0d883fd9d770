import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { AUTHORIZED, FORM, post as postForm, spoolDaemon } from './support/form.ts';
import { checkIp, stateOf } from './support/places.ts';
import { ask } from './support/request.ts';

const { port, spoolRoot } = await spoolDaemon({ targets: { ...PATH_ALONE, targetFromHeader: true } });

beforeEach(() => {
  for (const name of readdirSync(spoolRoot)) rmSync(join(spoolRoot, name));
});

describe('POST /spool, where headers name the place', () => {
  const headers = (...more: readonly string[]): readonly string[] => [AUTHORIZED, FORM, ...more];

  const ROWS: readonly (readonly [path: string, headers: readonly string[], status: number, marks: readonly string[]])[] = [
    ['/spool/web/8080', [stateOf('127.0.0.2', 8081)], 200, ['web:127.0.0.2:8081']],
    ['/spool/web/8080', [checkIp('127.0.0.2')], 200, ['web:127.0.0.2:8080']],
    ['/spool/web/0', [stateOf('::1', 8081)], 200, ['web:::1:8081']],
    ['/spool/web/8080', [stateOf('unix', 8081)], 200, ['web:8080']],
    ['/spool/web/0', [checkIp('127.0.0.2')], 400, []],
    ['/spool/web/8080', [checkIp('localhost')], 400, []],
    ['/spool/web/8080', [checkIp('127.0.0.2'), checkIp('127.0.0.2')], 400, []],
    ['/spool/web/8080', [checkIp('10.0.0.7')], 403, []],
    ['/spool/web/8080', [checkIp('0.0.0.0')], 403, []],
  ];
  for (const [path, more, status, made] of ROWS) {
    it(`${path} with ${more.map((line) => line.slice(0, 50)).join()} is ${status}, and makes ${made.join() || 'no mark'}`, async () => {
      assertOwnAnswer(await postForm(port, path, 'status=down', headers(...more)), { status });
      assert.deepEqual(readdirSync(spoolRoot), made);
    });
  }

  it('puts that place back', async () => {
    writeFileSync(join(spoolRoot, 'web:127.0.0.2:8081'), '{}');
    const response = await postForm(port, '/spool/web/8080', 'status=up', headers(stateOf('127.0.0.2', 8081)));
    assertOwnAnswer(response, { status: 200, body: 'web:127.0.0.2:8081 is up\n' });
    assert.deepEqual(readdirSync(spoolRoot), []);
  });

  it('leaves them alone without --target-from-header', async () => {
    const plain = await spoolDaemon();
    assert.equal((await postForm(plain.port, '/spool/web/8080', 'status=down', headers(checkIp('localhost'), stateOf('127.0.0.2', 1)))).status, 200);
    assert.deepEqual(readdirSync(plain.spoolRoot), ['web:8080']);
  });
});

describe('POST where no mark can be made', async () => {
  const off = await testedDaemon();

  it('is 403 without --remote-spool, with or without a token, for whatever path of the spool', async () => {
    for (const path of ['/spool/web/0', '/spool/web/8080', '/spool/', '/spool/.web/x']) {
      for (const headers of [[AUTHORIZED, FORM], [FORM], []]) {
        const response = await postForm(off.port, path, 'status=down', headers);
        assertOwnAnswer(response, { status: 403 });
        assert.match(response.body, /--remote-spool is off/);
      }
    }
    assert.deepEqual(readdirSync(off.spoolRoot), []);
  });

  for (const path of ['/http/web/8080/', '/tcp/web/8080', '/spool', '/status', '/balancers', '/', '/spooler/web/0', '//spool/web/0', '*', 'http://localhost/spool/web/0']) {
    it(`is 405 elsewhere: ${path}`, async () => {
      for (const daemon of [off.port, port]) {
        const response = await postForm(daemon, path, 'status=down');
        assertOwnAnswer(response, { status: 405 });
        assert.match(response.headers['allow'] ?? '', /^GET, HEAD(, OPTIONS)?$/);
      }
      assert.deepEqual(readdirSync(spoolRoot), []);
    });
  }

  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    it(`is 405 for ${method}, and POST is allowed where it is`, async () => {
      for (const [daemon, allowed] of [[off.port, 'GET, HEAD, OPTIONS'], [port, 'GET, HEAD, OPTIONS, POST']] as const) {
        const response = await ask(daemon, '/spool/web/0', { method, headers: [AUTHORIZED] });
        assertOwnAnswer(response, { status: 405 });
        assert.equal(response.headers['allow'], allowed);
      }
      assert.deepEqual(readdirSync(spoolRoot), []);
    });
  }
});
