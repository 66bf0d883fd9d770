import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS, OLD_NAMES } from '../../../cli/command/index.ts';
import { binFolder, complete, NAMES, ran, SCRIPTS, SHELLS } from '../../support/completion.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { ask } from '../../support/request.ts';
import { freePort, httpService, tcpService } from '../../support/service.ts';

for (const shell of SHELLS) {
  describe(`${shell} with what hactl completion ${shell} prints`, { skip: lacking(shell), concurrency: 2 }, async () => {
    const bin = binFolder();
    const spool = temporaryFolder();
    for (const name of ['web', 'web:8080', 'api.v2']) writeFileSync(join(spool, name), 'kernel: "upgrade"');
    const other = temporaryFolder();
    writeFileSync(join(other, 'else'), '');
    const files = temporaryFolder();
    mkdirSync(join(files, 'folder'));
    writeFileSync(join(files, 'file'), '');
    const { port } = await testedDaemon();
    for (const path of ['/spool/seen/9', '/spool/web/0']) await ask(port, path);
    const nobody = await freePort();
    const env = { HACHECK_SPOOL_ROOT: spool, HACHECK_PORT: String(nobody) };

    const completed = async (line: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
      const { words, stderr } = await complete(shell, line, { bin, env: { ...env, ...more } });
      assert.equal(stderr, '');
      return words;
    };
    const completes = (line: string, expected: readonly string[], more?: Readonly<Record<string, string>>): void => {
      it(`${line}| is ${expected.join(' ') || 'nothing'}`, async () => assert.deepEqual(await completed(line.replace('PORT', String(port)).replace('OTHER', other).replace('FILES', files), more), expected));
    };

    it('is a script without an error', async () => {
      const { code, stdout, stderr } = await hactl(['completion', shell]);
      assert.deepEqual([code, stdout, stderr], [0, SCRIPTS[shell](NAMES), '']);
      const script = join(temporaryFolder(), 'script');
      writeFileSync(script, stdout);
      assert.deepEqual(await ran(shell, ['-n', script], {}), { code: 0, signal: null, stdout: '', stderr: '' });
      writeFileSync(script, `${stdout}\nif (\n`);
      assert.notEqual((await ran(shell, ['-n', script], {})).code, 0);
    });

    completes('hactl ', [...COMMANDS.keys()].sort());
    completes('hactl do', ['down']);
    completes('hactl --ver', ['--version']);
    completes('hactl up ', ['api.v2', 'web', 'web:8080']);
    completes('hactl up web:80', ['web:8080']);
    completes('hactl up web ', ['api.v2', 'web:8080']);
    completes('hactl down ', ['all', 'api.v2', 'web', 'web:8080']);
    completes('hactl down ', ['all', 'api.v2', 'seen', 'web', 'web:8080'], { HACHECK_PORT: String(port) });
    completes('hactl down -p PORT se', ['seen']);
    completes('hactl drain --port=PORT seen:', ['seen:9']);
    completes('hactl up --spool-root OTHER ', ['else']);
    completes('hactl --spool-root=OTHER up ', ['else']);
    completes('hactl down --reason "kernel upgrade: 6.1" web:80', ['web:8080']);
    completes('hactl down --reason ', []);
    completes('hactl serve --marks-on a', ['agent', 'all']);
    completes('hactl serve --marks-on=ag', ['--marks-on=agent']);
    completes('hactl check htt', ['http/', 'https/']);
    completes('hactl check http/api', ['http/api.v2/']);
    completes('hactl nonsense ', []);
    completes('hacheck --cache-', ['--cache-entries', '--cache-time']);
    for (const old of ['haup', 'hadown', 'hastatus', 'hashowdowned']) completes(`${old} api`, ['api.v2']);

    it('completes files and folders where an option takes one', async () => {
      const paths = async (line: string): Promise<string[]> => (await completed(line)).map((path) => basename(path)).sort();
      for (const [option, expected] of [['--token-file', ['file', 'folder']], ['--spool-root', ['folder']]] as const) {
        assert.deepEqual(await paths(`hactl serve ${option} ${files}/f`), expected);
        assert.deepEqual(await paths(`hactl serve ${option}=${files}/f`), expected);
      }
    });

    for (const [name, { load }] of COMMANDS) {
      it(`completes every option of ${name}`, async () => {
        const { options } = await load();
        assert.deepEqual(await completed(`hactl ${name} --`), [...Object.values(options).map((option) => `--${option.name}`), '--help'].sort());
      });
    }

    it('completes every old name', async () => {
      for (const [old, command] of OLD_NAMES) assert.deepEqual(await completed(`${old} --`), await completed(`hactl ${command} --`), old);
    });

    it('is silent where there is no spool, no daemon, somebody else, or no hactl', async () => {
      const stranger = await httpService((_, response) => response.end('<html>hello</html>'));
      const mute = await tcpService(() => undefined);
      for (const daemon of [stranger.port, mute.port, nobody, '3333x']) {
        assert.deepEqual(await completed('hactl down ', { HACHECK_SPOOL_ROOT: join(files, 'file'), HACHECK_PORT: String(daemon) }), ['all']);
      }
      const broken = temporaryFolder();
      const without = await complete(shell, 'hactl down ', { bin: broken, env });
      assert.deepEqual([without.words, without.stderr], [[], '']);
      writeFileSync(join(broken, 'hactl'), '#!/bin/sh\necho half a\necho line >&2\nexit 3\n');
      chmodSync(join(broken, 'hactl'), 0o755);
      const failing = await complete(shell, 'hactl down ', { bin: broken, env });
      assert.deepEqual([failing.words, failing.stderr], [[], '']);
    });
  });
}

describe('hactl completion', () => {
  it('names the shells that there are', async () => {
    for (const [words, meant] of [[[], ''], [['zhs'], ": did you mean 'zsh'?"], [['bash', 'zsh'], '']] as const) {
      const { code, stdout, stderr } = await hactl(['completion', ...words]);
      assert.deepEqual([code, stdout, stderr], [2, '', `hactl: name one shell: bash, zsh, fish${meant} (see hactl help completion)\n`]);
    }
  });

  it('lists no word that is for scripts alone', async () => assert.doesNotMatch((await hactl(['help', 'completion'])).stdout, /completion words/));

  it('says what may stand at the end of a line, and what it is', async () => {
    assert.deepEqual(await hactl(['completion', 'words', '--', 'hactl', 'balancers', '--j']), {
      code: 0, signal: null, stderr: '', stdout: "words\n--json\tprint one JSON array\n--port\tthe daemon's port\n--bind-address\tthe daemon's address; loopback if not given\n--help\texplain the command, or list them all\n",
    });
    assert.equal((await hactl(['completion', 'words', '--', 'hactl', 'serve', '--token-file', ''])).stdout, 'files\n');
    assert.equal((await hactl(['completion', 'words', '--', 'hactl', 'down', '--help', ''])).stdout.startsWith('words\nall\t'), true);
    assert.equal((await hactl(['completion', 'words'])).stdout.startsWith('words\nup\t'), true);
  });

  it('loads what speaks HTTP only where services that were seen are to be named', async () => {
    const preload = join(temporaryFolder(), 'loaded.cjs');
    writeFileSync(preload, "process.on('exit', () => process._rawDebug(process.moduleLoadList.includes('NativeModule http')));");
    const env = { NODE_OPTIONS: `--require ${preload}`, HACHECK_SPOOL_ROOT: temporaryFolder(), HACHECK_PORT: String(await freePort()) };
    const loads = async (...words: readonly string[]): Promise<string> => (await hactl(['completion', 'words', '--', 'hactl', ...words], { env })).stderr.trim();
    assert.deepEqual([await loads(''), await loads('up', '--'), await loads('up', ''), await loads('down', '')], ['false', 'false', 'false', 'true']);
  });
});
