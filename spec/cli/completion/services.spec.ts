import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { knownServices, marked, seen, type Candidate } from '../../../cli/completion/services.ts';
import { formatMarkName } from '../../../lib/route.ts';
import { around } from '../../support/around.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ask } from '../../support/request.ts';
import { haproxyRow } from '../../support/rows.ts';
import { freePort, httpService, tcpService } from '../../support/service.ts';

function spoolWith(marks: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, contents] of Object.entries(marks)) writeFileSync(join(folder, name), contents);
  return folder;
}

const words = (candidates: readonly Candidate[]): string[] => candidates.map(({ word }) => word);

describe('what is marked', () => {
  it('is every mark that counts, with its state and reason', () => {
    const HACHECK_SPOOL_ROOT = spoolWith({ web: '{"reason":"disk\\tfull"}', 'api:80': '{"state":"drain"}', old: '{"expiration":1}', '.tmp': '', 'no mark': '', long: 'word '.repeat(50) });
    const found = marked(around({ HACHECK_SPOOL_ROOT }));
    assert.deepEqual(words(found), ['api:80', 'long', 'web']);
    assert.deepEqual([found[0]?.about, found[2]?.about], ['drain', 'down: disk full']);
    assert.ok([...(found[1]?.about ?? '')].length === 60 && found[1]?.about.endsWith('…') === true);
  });

  it('is found in a folder of one\'s own, as a shell would find it', () => {
    const HOME = spoolWith({ web: '' });
    for (const HACHECK_SPOOL_ROOT of ['~', '~/', '~/.']) assert.deepEqual(words(marked(around({ HOME, HACHECK_SPOOL_ROOT }))), ['web']);
    assert.deepEqual(marked(around({ HOME, HACHECK_SPOOL_ROOT: '~else' })), []);
  });

  it('is nothing where there is no spool, or none that can be read', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const spool of ['nowhere', 'file', 'file/under']) assert.deepEqual(marked(around({ HACHECK_SPOOL_ROOT: join(folder, spool) })), []);
  });
});

describe('what is seen', () => {
  const names = async (port: number): Promise<string[]> => (await seen(around({ HACHECK_PORT: String(port) }))).map(formatMarkName);

  it('is what a daemon was asked about', async () => {
    const { port } = await testedDaemon();
    for (const path of ['/spool/web/0', '/spool/api.v2/80', '/nonsense']) await ask(port, path);
    assert.deepEqual((await names(port)).sort(), ['api.v2:80', 'web']);
  });

  it('is nothing where no daemon is, or where its port is none', async () => {
    assert.deepEqual(await names(await freePort()), []);
    assert.deepEqual(await seen(around({ HACHECK_PORT: '3333x' })), []);
  });

  it('is nothing where somebody else answers', async () => {
    for (const page of ['', 'hello', '{}', '[{"service":"web"}]', JSON.stringify([haproxyRow(), { ...haproxyRow(), service: '\u001b[2J' }])]) {
      const { port } = await httpService((_, response) => response.end(page));
      assert.deepEqual(await names(port), [], page);
    }
  });

  it('holds no name that is none of a service: it could be put into a command line', async () => {
    const { port } = await httpService((_, response) => response.end(JSON.stringify(['$(reboot)', 'web;ls', '-x', 'web'].map((service) => haproxyRow({ service, port: 0 })))));
    assert.deepEqual(await names(port), ['web']);
  });

  it('is not waited for where somebody says nothing', { timeout: 20_000 }, async () => {
    const mute = await tcpService(() => undefined);
    const since = performance.now();
    assert.deepEqual(await names(mute.port), []);
    assert.ok(performance.now() - since < 1500, `${performance.now() - since} ms`);
  });

  it('is not waited for where somebody does not come to an end', { timeout: 20_000 }, async () => {
    const endless = await httpService((_, response) => {
      const drip = setInterval(() => response.write('['), 20);
      response.on('close', () => clearInterval(drip));
    });
    const since = performance.now();
    assert.deepEqual(await names(endless.port), []);
    assert.ok(performance.now() - since < 1500, `${performance.now() - since} ms`);
  });
});

describe('the services to choose from', async () => {
  const { port, spoolRoot } = await testedDaemon();
  for (const path of ['/spool/web/8080', '/spool/api/80', '/spool/api/0']) await ask(port, path);
  mkdirSync(spoolRoot, { recursive: true });
  writeFileSync(join(spoolRoot, 'web'), 'disk');
  writeFileSync(join(spoolRoot, 'db:5432'), '');
  const env = { HACHECK_PORT: String(port), HACHECK_SPOOL_ROOT: spoolRoot };

  it('are all, those that are seen and those that are marked, each once', async () => {
    const found = await knownServices(around(env));
    assert.deepEqual(words(found).sort(), ['all', 'api', 'db:5432', 'web']);
    assert.equal(found.find(({ word }) => word === 'web')?.about, 'down: disk');
    assert.equal(found.find(({ word }) => word === 'api')?.about, 'seen');
  });

  it('have their ports once a colon is typed', async () => assert.deepEqual(words(await knownServices(around(env, 'web:'))).sort(), ['all', 'api', 'api:80', 'db:5432', 'web', 'web:8080']));

  it('are not those that the line names already', async () => assert.deepEqual(words(await knownServices(around(env, '', ['web', 'all']))).sort(), ['api', 'db:5432']));
});
