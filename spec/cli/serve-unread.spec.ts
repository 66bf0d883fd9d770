// A daemon whose log nobody reads any more.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, createReadStream, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { gatedService } from '../support/gate.ts';
import { HACTL } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { freePort } from '../support/service.ts';
import { openFolder, ordinaryUser } from '../support/user.ts';

/** Long enough that the log's share of lines fills a pipe within a second, and a socket within three. */
const LONG = 'x'.repeat(1900);
const SECONDS = { 'a pipe': 1.5, 'a socket': 4 };

interface Unread {
  readonly child: ChildProcess;
  readonly port: number;
}

async function unread(kind: keyof typeof SECONDS): Promise<Unread> {
  const port = await freePort();
  const words = [HACTL, 'serve', '-v', '-p', String(port), '-B', '127.0.0.1', '--spool-root', temporaryFolder()];
  if (kind === 'a socket') {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(child.stderr, 'data');
    child.stderr.pause();
    return { child, port };
  }
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  // A shell's pipe blocks; held open here at both ends, and read no further than its first line.
  const fd = openSync(path, 'r+');
  after(() => closeSync(fd));
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', fd] });
  const reader = createReadStream(path, { highWaterMark: 16 });
  await once(reader, 'data');
  reader.destroy();
  return { child, port };
}

for (const kind of ['a pipe', 'a socket'] as const) {
  describe(`a daemon whose log goes to ${kind} that nobody reads`, { timeout: 60_000 }, () => {
    it('answers every check, and ends when it is told to', async () => {
      const { child, port } = await unread(kind);
      after(() => void child.kill('SIGKILL'));
      const until = performance.now() + 1000 * SECONDS[kind];
      let [count, longest] = [0, 0];
      while (performance.now() < until) {
        const began = performance.now();
        assert.equal((await ask(port, `/spool/web/0/${LONG}`)).status, 200);
        longest = Math.max(longest, performance.now() - began);
        count += 1;
      }
      assert.ok(count > 100 && longest < 2000, `${count} checks, the longest took ${longest} ms`);
      const began = performance.now();
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
      assert.ok(performance.now() - began < 5000);
    });
  });
}

/** A daemon of a user whose log goes to a pipe that is full, and that is closed to this user: it cannot be opened anew. */
async function unreadElsewhere(): Promise<Unread & { readonly ended: Promise<unknown[]> }> {
  const [folder, port, { program = HACTL, node = process.execPath, uid }] = [openFolder(), await freePort(), ordinaryUser()];
  const [pipe, bug, spool] = [join(folder, 'pipe'), join(folder, 'bug.cjs'), join(folder, 'spool')];
  execFileSync('mkfifo', [pipe]);
  execFileSync('mkdir', [spool]);
  const log = openSync(pipe, 'r+');
  after(() => closeSync(log));
  chmodSync(pipe, 0);
  writeSync(log, Buffer.alloc(64 * 1024, 'x'));
  writeFileSync(bug, "process.on('SIGUSR2', () => { throw new Error('in the core'); });");
  const words = ['--require', bug, program, 'serve', '-p', String(port), '-B', '127.0.0.1', '--spool-root', spool];
  const child = spawn(node, words, { stdio: ['ignore', 'ignore', log], cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) });
  after(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  while ((await ask(port, '/spool/web/0').catch(() => undefined))?.status !== 200) assert.equal(child.exitCode, null);
  return { child, port, ended };
}

describe('a daemon whose log goes to a pipe that stands still and is not its own', { timeout: 60_000 }, () => {
  it('ends when it is told to, by the signal: exit(3) would wait for the write', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, ended } = await unreadElsewhere();
      child.kill(signal);
      assert.deepEqual(await ended, [null, signal]);
    }
  });

  it('ends at once by a second signal', async () => {
    const { child, port, ended } = await unreadElsewhere();
    const service = await gatedService();
    const answer = ask(port, `/http/web/${service.service.port}/`).catch(() => 'cut');
    await service.waiting(1);
    child.kill('SIGTERM');
    for (let stops = false; !stops; ) stops = await ask(port, '/spool/web/0').then(() => false, () => true);
    child.kill('SIGINT');
    assert.deepEqual([await ended, await answer], [[null, 'SIGINT'], 'cut']);
  });

  it('ends after a bug, and not as if it had been told to', async () => {
    const { child, ended } = await unreadElsewhere();
    child.kill('SIGUSR2');
    assert.deepEqual(await ended, [null, 'SIGKILL']);
  });
});

describe('a daemon at a terminal that nobody reads', { timeout: 60_000 }, () => {
  it('answers, and exits 0 when it is told to', async () => {
    const port = await freePort();
    const words = `${process.execPath} ${HACTL} serve -v -p ${port} -B 127.0.0.1 --spool-root ${temporaryFolder()}`;
    // script(1) gives it a terminal, and stands still when nobody reads what it writes.
    const script = spawn('script', ['-qec', `sh -c 'echo pid $$; exec ${words}'`, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    after(() => void script.kill('SIGKILL'));
    const pid = Number(/pid (\d+)/.exec(String(await once(script.stdout, 'data')))?.[1]);
    after(() => exists(pid) && process.kill(pid, 'SIGKILL'));
    script.stdout.pause();
    while ((await ask(port, '/spool/web/0').catch(() => undefined))?.status !== 200);
    script.kill('SIGSTOP');
    for (const until = performance.now() + 2000; performance.now() < until; ) assert.equal((await ask(port, `/spool/web/0/${LONG}`)).status, 200);
    process.kill(pid, 'SIGTERM');
    while (exists(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    script.kill('SIGCONT');
    script.stdout.resume();
    assert.deepEqual(await once(script, 'exit'), [0, null]);
  });
});

/** Whether a process has not ended yet; one that nobody has waited for has. */
function exists(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
