import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS, OLD_NAMES } from '../../../cli/command/index.ts';
import { VERSION } from '../../../lib/version.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, hactl, ready, startHactl, type Run } from '../../support/hactl.ts';
import { ask } from '../../support/request.ts';

describe('the commands', () => {
  it('are those of the contract, in the order of the help', () => {
    assert.deepEqual([...COMMANDS.keys()], ['up', 'down', 'drain', 'status', 'list', 'balancers', 'check', 'serve', 'unit', 'completion', 'man', 'help']);
  });

  for (const [name, { load }] of COMMANDS) it(`can load ${name}`, async () => assert.equal(typeof (await load()).run, 'function'));
});

describe('--spool-root', () => {
  for (const words of [['help', 'down'], ['man'], ['unit', '--socket'], ['completion', 'bash']]) {
    it(`may be given where it changes nothing: ${words.join(' ')}`, async () => {
      const plain = await hactl(words);
      assert.equal(plain.code, 0);
      for (const given of [['--spool-root', '/nowhere', ...words], [...words, '--spool-root=/nowhere']]) assert.deepEqual(await hactl(given), plain);
    });
  }

  for (const name of ['list', 'balancers']) {
    it(`may be given to ${name}, which asks the daemon`, async () => {
      const { port } = await testedDaemon();
      for (const given of [['--spool-root', '/nowhere', name], [name, '--spool-root', '/nowhere']]) assert.deepEqual(await hactl([...given, '-p', String(port)]), { code: 0, signal: null, stdout: '', stderr: '' });
    });
  }
});

describe('the old names', () => {
  const folder = temporaryFolder();
  const spool = join(folder, 'spool');
  for (const name of OLD_NAMES.keys()) symlinkSync(HACTL, join(folder, name));

  function called(name: string, words: readonly string[]): Promise<Run> {
    return hactl(words, { program: join(folder, name), env: { SUDO_USER: 'ops' } });
  }

  for (const [name, command] of OLD_NAMES) {
    it(`${name} --help explains ${command}, and --version says which it is`, async () => {
      assert.ok((await called(name, ['--help'])).stdout.startsWith(`usage: hactl ${command} `));
      assert.equal((await called(name, ['--version'])).stdout, `hacheck ${VERSION}\n`);
    });
  }

  it('hadown, hastatus and haup take a port of a service out, say so and put it back', async () => {
    const place = ['-P', '8080', '-H', '10.0.0.7', '--spool-root', spool];
    assert.deepEqual(await called('hadown', ['-r', 'kernel upgrade', '-e', '4102444800', ...place, 'web']), { code: 0, signal: null, stdout: '', stderr: '' });
    const { creation, ...mark } = JSON.parse(readFileSync(join(spool, 'web:10.0.0.7:8080'), 'utf8')) as Record<string, unknown>;
    assert.equal(typeof creation, 'number');
    assert.deepEqual(mark, { reason: 'kernel upgrade', expiration: 4102444800, state: 'down', by: 'ops' });
    const status = await called('hastatus', [...place, 'web']);
    assert.equal(status.code, 1);
    assert.match(status.stdout, /^DOWN\tweb:10\.0\.0\.7:8080\tkernel upgrade\tops\t[^\t]+Z\t2100-01-01T00:00:00Z\n$/);
    assert.equal((await called('haup', [...place, 'web'])).code, 0);
    assert.deepEqual(readdirSync(spool), []);
    assert.equal((await called('hastatus', [...place, 'web'])).code, 0);
  });

  it('hadown -e takes a moment in the past, and the service is up', async () => {
    assert.equal((await called('hadown', ['-e', '1.5', '--spool-root', spool, 'api'])).code, 0);
    assert.deepEqual(await called('hastatus', ['api', '--spool-root', spool]), { code: 0, signal: null, stdout: 'UP\tapi\t\t\t\t\n', stderr: '' });
  });

  it('take the options of each other, which had one table, but for the daemon', async () => {
    const all = ['-r', 'done', '-e', '1.5', '-P', '8080', '-H', '10.0.0.7', '--spool-root', spool];
    for (const name of ['haup', 'hadown', 'hastatus']) assert.equal((await called(name, [...all, 'api'])).code, 0, name);
    const { port } = await testedDaemon();
    for (const name of ['hashowdowned', 'halist']) assert.equal((await called(name, ['-r', 'x', '--spool-root', spool, '-p', String(port)])).code, 0, name);
    assert.match((await called('hacheck', ['-r', 'x', '--print-config'])).stderr, /unknown option -r/);
    assert.match((await hactl(['up', '-r', 'done', 'api', '--spool-root', spool])).stderr, /unknown option -r/);
  });

  it('haup and hadown alone say what is missing', async () => {
    for (const name of ['haup', 'hadown']) {
      assert.deepEqual(await called(name, []), { code: 2, signal: null, stdout: '', stderr: `hactl: name a service, or all (see hactl help ${name === 'haup' ? 'up' : 'down'})\n` });
    }
  });

  it('hacheck is the daemon', async () => {
    const child = startHactl(['-p', '0', '-B', '127.0.0.1', '-v', '--spool-root', spool, '--cache-time', '2'], { program: join(folder, 'hacheck') });
    const { port, ended, stderr } = await ready(child);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.match(stderr(), / \/spool\/web\/0 200 /);
  });
});
