// hactl killed at each step of its write, one after the other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { HACTL, hactl } from './support/hactl.ts';
import { ask } from './support/request.ts';
import { lackingStrace, tracedHactl } from './support/strace.ts';
import { withUmask } from './support/umask.ts';

const PATIENCE = 10_000;
/** System calls before the first one on the spool, and behind the last. */
const AROUND = 8;

function drafts(root: string): number {
  return readdirSync(root).filter((name) => name.startsWith('.')).length;
}

/** The whole of a mark, as one line that tells two of them apart. */
function standing(root: string): string {
  const { state, reason } = JSON.parse(readFileSync(join(root, 'web'), 'utf8')) as { state: string; reason: string };
  return `${state} ${reason}`;
}

describe('hactl that is killed', { skip: lackingStrace() }, () => {
  /** Runs hactl under strace, which kills it as it enters such a system call for the so-manieth time. */
  function killedAt(calls: string, time: number, words: readonly string[]): void {
    const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${time}`];
    const { signal, error } = spawnSync('strace', [...options, process.execPath, HACTL, ...words], { timeout: PATIENCE });
    if (error !== undefined) throw error;
    assert.equal(signal, 'SIGKILL');
  }

  const RENAME = 'rename,renameat,renameat2';
  const STEPS = [
    ['as it syncs the draft leaves the old mark', 'fsync,fdatasync', 1, 'drain old'],
    ['as it renames the draft leaves the old mark', RENAME, 1, 'drain old'],
    ['as it syncs the spool leaves the new mark', 'fsync,fdatasync', 2, 'down new'],
  ] as const;
  for (const [what, calls, time, left] of STEPS) {
    it(what, async () => {
      const { port, spoolRoot } = await testedDaemon();
      writeFileSync(join(spoolRoot, 'web'), '{"state": "drain", "reason": "old"}');
      killedAt(calls, time, ['down', 'web', '-r', 'new', '--spool-root', spoolRoot]);
      assert.equal(standing(spoolRoot), left);
      assert.equal((await ask(port, '/spool/web/0')).status, left === 'down new' ? 503 : 404);
      assert.equal((await ask(port, '/spool/api/0')).status, 200);
    });
  }

  const CALLS = 'open,openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat';
  const CHANGES = [
    ['down', 'none', 'down new', ['down', 'web', '-r', 'new']],
    ['drain', 'down old', 'drain new', ['drain', 'web', '-r', 'new']],
    ['down', 'drain old', 'down new', ['down', 'web', '-r', 'new']],
    ['up', 'down old', 'none', ['up', 'web']],
    ['up', 'drain old', 'none', ['up', 'web']],
  ] as const;
  for (const [command, old, wanted, words] of CHANGES) {
    it(`at any of its system calls in a ${command} leaves ${old} or ${wanted}`, () => {
      const root = temporaryFolder();
      const reset = (): void => {
        for (const name of readdirSync(root)) rmSync(join(root, name));
        const [state, reason] = old.split(' ');
        if (old !== 'none') writeFileSync(join(root, 'web'), JSON.stringify({ state, reason }));
      };
      reset();
      const traced = tracedHactl([...words, '--spool-root', root]).filter((line) => /^[a-z]/.test(line));
      const onSpool = [...traced.entries()].filter(([, line]) => line.includes(root)).map(([at]) => at + 1);
      assert.ok(onSpool.length >= 3, traced.join('\n'));
      const left = new Set<string>();
      // How often the threads of Node wake each other before that is not the same each time.
      for (let time = (onSpool[0] ?? 0) - AROUND; time <= (onSpool.at(-1) ?? 0) + AROUND; time += 1) {
        reset();
        const options = ['-qq', '-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:signal=SIGKILL:when=${time}`];
        spawnSync('strace', [...options, process.execPath, HACTL, ...words, '--spool-root', root], { timeout: PATIENCE });
        const found = readdirSync(root).includes('web') ? standing(root) : 'none';
        assert.ok(found === old || found === wanted, `killed at call ${time}: ${found}`);
        left.add(found);
      }
      assert.deepEqual(left, new Set([old, wanted]));
    });
  }

  it('before it renames the draft of a first mark leaves no mark', async () => {
    const { port, spoolRoot } = await testedDaemon();
    killedAt(RENAME, 1, ['down', 'web', '--spool-root', spoolRoot]);
    assert.equal(drafts(spoolRoot), 1);
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.deepEqual(await hactl(['status', '--spool-root', spoolRoot]), { code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('as soon as it has made the spool leaves one that a daemon without rights can read', () => {
    const folder = temporaryFolder();
    const root = join(folder, 'a', 'spool');
    const traced = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=%file', '-P', root, '-e', 'inject=%file:signal=SIGKILL:when='];
    for (let time = 1; ; time += 1) {
      rmSync(join(folder, 'a'), { recursive: true, force: true });
      const words = [...traced.slice(0, -1), `${traced.at(-1) ?? ''}${time}`, process.execPath, HACTL, 'down', 'web', '--spool-root', root];
      const { signal } = withUmask(0o077, () => spawnSync('strace', words, { timeout: PATIENCE }));
      const made = [join(folder, 'a'), root].map((path) => statSync(path, { throwIfNoEntry: false })).filter((stats) => stats !== undefined);
      for (const { mode } of made) assert.equal((mode & 0o777).toString(8), '755', `killed at call ${time} on the spool`);
      if (signal === null) break;
      assert.ok(time < 50);
    }
    assert.deepEqual(readdirSync(root), ['web']);
  });
});
