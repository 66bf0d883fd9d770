// The Makefile, as somebody with a fresh clone uses it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folder.ts';
import { hactl } from './support/hactl.ts';
import { lacking } from './support/programs.ts';
import { freePort } from './support/service.ts';

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
  it('puts hactl and the old names in place', async () => {
    const root = temporaryFolder();
    execFileSync('make', ['-s', 'install', `DESTDIR=${root}`, 'PREFIX=/usr'], { cwd: TOP, env });
    for (const name of ['haup', 'hadown', 'hastatus', 'hashowdowned', 'hacheck']) assert.equal(readlinkSync(join(root, 'usr/bin', name)), 'hactl');
    const spool = { HACHECK_SPOOL_ROOT: join(root, 'spool') };
    assert.equal((await hactl(['web', '-r', 'disk'], { program: join(root, 'usr/bin/hadown'), env: spool })).code, 0);
    assert.equal((await hactl(['web'], { program: join(root, 'usr/bin/hastatus'), env: spool })).code, 1);
  });
});

describe('plain make', () => {
  it('lists what there is', () => {
    const { stdout } = spawnSync('make', [], { cwd: TOP, env, encoding: 'utf8' });
    for (const target of ['run', 'test', 'check', 'dist', 'install', 'bench', 'clean']) assert.match(stdout, new RegExp(`^  make ${target} +\\S`, 'm'));
  });
});
