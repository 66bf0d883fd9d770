// A daemon whose log nobody reads any more.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { freePort } from '../support/service.ts';

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
