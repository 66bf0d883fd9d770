// The Makefile, as somebody with a fresh clone uses it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OLD_NAMES } from '../cli/command/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl } from './support/hactl.ts';
import { lacking } from './support/programs.ts';
import { freePort } from './support/service.ts';
import { withUmask } from './support/umask.ts';

const TOP = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, MAKEFLAGS: '' };

/** What make has printed when it has said this. */
async function until(make: ChildProcess, said: string): Promise<string> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [make.stdout, make.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes(said)) resolve();
      });
    }
    make.on('close', () => reject(new Error(`make ended: ${text}`)));
  });
  return text;
}

describe('make run', () => {
  it('starts a daemon, and prints three commands that work', { skip: lacking('curl'), timeout: 60_000 }, async () => {
    const make = spawn('make', ['run', `PORT=${await freePort()}`], { cwd: TOP, env, detached: true });
    try {
      const text = await until(make, ' is ready on ');
      const commands = [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, command = '']) => command);
      assert.equal(commands.length, 3);
      const [down = '', curl = '', up = ''] = commands;
      const run = (command: string): string => execFileSync('sh', ['-c', command], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      assert.match(run(curl), /^HTTP\/1\.1 200 OK\r\n/);
      run(down);
      assert.match(run(curl), /^HTTP\/1\.1 503 down by .*: kernel upgrade\r\n/);
      run(up);
      assert.match(run(curl), /^HTTP\/1\.1 200 OK\r\n/);
    } finally {
      process.kill(-(make.pid ?? 0), 'SIGINT');
      if (make.exitCode === null && make.signalCode === null) await once(make, 'close');
    }
  });
});

describe('make install', () => {
  const OLD = [...OLD_NAMES.keys()];

  it('puts hactl and the old names in place', async () => {
    const root = temporaryFolder();
    execFileSync('make', ['-s', 'install', `DESTDIR=${root}`, 'PREFIX=/usr', 'HOST_NODE=/usr/bin/node'], { cwd: TOP, env });
    for (const name of OLD) assert.equal(readlinkSync(join(root, 'usr/bin', name)), 'hactl');
    assert.equal(statSync(join(root, 'var/spool/hacheck')).mode & 0o7777, 0o755);
    const spool = { HACHECK_SPOOL_ROOT: join(root, 'var/spool/hacheck') };
    assert.equal((await hactl(['web', '-r', 'disk'], { program: join(root, 'usr/bin/hadown'), env: spool })).code, 0);
    assert.equal((await hactl(['web'], { program: join(root, 'usr/bin/hastatus'), env: spool })).code, 1);
  });

  it('puts what hactl prints where the programs that want it look, readable for all', async () => {
    const root = temporaryFolder();
    withUmask(0o077, () => execFileSync('make', ['-s', 'install', `DESTDIR=${root}`, 'HOST_NODE=/usr/bin/node'], { cwd: TOP, env }));
    const FILES: Readonly<Record<string, readonly string[]>> = {
      'lib/systemd/system/hacheck.service': ['unit', '--program', '/usr/local/bin/hactl', '--node', '/usr/bin/node'],
      'lib/systemd/system/hacheck.socket': ['unit', '--socket'],
      'lib/systemd/system/hacheck-agent.socket': ['unit', '--agent-socket'],
      'lib/tmpfiles.d/hacheck.conf': ['unit', '--tmpfiles'],
      'share/man/man1/hactl.1': ['man'],
      'share/bash-completion/completions/hactl': ['completion', 'bash'],
      'share/zsh/site-functions/_hactl': ['completion', 'zsh'],
      'share/fish/vendor_completions.d/hactl.fish': ['completion', 'fish'],
    };
    for (const [path, words] of Object.entries(FILES)) {
      const file = join(root, 'usr/local', path);
      assert.equal(readFileSync(file, 'utf8'), (await hactl(words)).stdout, path);
      assert.deepEqual([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777], [0o644, 0o755], path);
    }
    for (const name of OLD) {
      for (const link of [`man/man1/${name}.1`, `bash-completion/completions/${name}`, `fish/vendor_completions.d/${name}.fish`]) {
        assert.ok(statSync(join(root, 'usr/local/share', link)).isFile(), link);
      }
    }
  });

  it('names the Node that it runs with in the unit, where none is named', () => {
    const root = temporaryFolder();
    execFileSync('make', ['-s', 'install', `DESTDIR=${root}`, 'PREFIX=/opt/hacheck'], { cwd: TOP, env, stdio: ['ignore', 'ignore', 'ignore'] });
    const unit = readFileSync(join(root, 'opt/hacheck/lib/systemd/system/hacheck.service'), 'utf8');
    assert.match(unit, new RegExp(`^ExecStart=${realpathSync(process.execPath)} .*/opt/hacheck/bin/hactl serve$`, 'm'));
  });
});

describe('make dist', () => {
  it('writes a checksum that sha256sum -c finds right beside the file, and wrong beside another', () => {
    execFileSync('make', ['-s', 'dist'], { cwd: TOP, env });
    const folder = temporaryFolder();
    for (const name of ['hactl', 'hactl.sha256']) copyFileSync(join(TOP, 'dist', name), join(folder, name));
    const check = (): string => spawnSync('sha256sum', ['-c', 'hactl.sha256'], { cwd: folder, encoding: 'utf8' }).stdout;
    assert.equal(check(), 'hactl: OK\n');
    appendFileSync(join(folder, 'hactl'), '\n');
    assert.equal(check(), 'hactl: FAILED\n');
  });

  for (const target of ['dist', 'install', 'deb', 'run', 'test']) {
    it(`writes it anew in make ${target}, where hactl is made anew`, () => {
      const commands = execFileSync('make', ['-n', '-W', 'Makefile', target], { cwd: TOP, env, encoding: 'utf8' });
      assert.match(commands, /chmod 755 dist\/hactl\n.*sha256sum hactl > hactl\.sha256/);
    });
  }
});

describe('plain make', () => {
  it('lists what there is', () => {
    const { stdout } = spawnSync('make', [], { cwd: TOP, env, encoding: 'utf8' });
    for (const target of ['run', 'test', 'check', 'dist', 'install', 'deb', 'bench', 'clean']) assert.match(stdout, new RegExp(`^  make ${target} +\\S`, 'm'));
  });
});
