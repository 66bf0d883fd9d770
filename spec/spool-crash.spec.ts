// hactl killed at any moment: the mark is the old one or the new one, and what is left behind trips nobody.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EFFORT } from './support/effort.ts';
import { testedDaemon } from './support/daemon.ts';
import { hactl, startHactl } from './support/hactl.ts';
import { ask } from './support/request.ts';

const KILLS = 500 * EFFORT;
/** Of each ten kills so many are aimed at the write, the others spread over the whole run. */
const AIMED = 8;
/** Of the aimed ones of a down or a drain, that leave a draft behind, or the mark just made. */
const LEAST_PART_IN_THE_WRITE = 0.2;
/** From one aimed kill to the next. */
const AIM_MICROSECONDS = 4;
const PATIENCE = 10_000;

/** Waits without giving up the processor, which would take longer than a write. */
function spin(microseconds: number): void {
  const end = process.hrtime.bigint() + BigInt(Math.round(microseconds * 1000));
  while (process.hrtime.bigint() < end);
}

function drafts(root: string): number {
  return readdirSync(root).filter((name) => name.startsWith('.')).length;
}

/** Looking for one more among hundreds takes longer than a write. */
function clearDrafts(root: string): void {
  for (const name of readdirSync(root)) if (name.startsWith('.')) rmSync(join(root, name));
}

/** The whole of a mark, as one line that tells two of them apart; none where there is no mark. */
function standing(root: string): string {
  const path = join(root, 'web');
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return 'none';
  const { state, reason } = JSON.parse(readFileSync(path, 'utf8')) as { state: string; reason: string };
  return `${state} ${reason}`;
}

function inode(root: string): bigint | undefined {
  return statSync(join(root, 'web'), { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Waits until a draft has come into the spool, or the mark is another one or gone. */
function untilDraft(root: string, before: number, old: bigint | undefined): void {
  const end = performance.now() + PATIENCE;
  while (drafts(root) === before && inode(root) === old && performance.now() < end);
}

/** The command of each kill: a mark is made, replaced, removed, made anew. */
function commandOf(kill: number, old: string, root: string): { readonly words: string[]; readonly wanted: string } {
  const command = (['drain', old === 'none' ? 'down' : 'up', 'down'] as const)[kill % 3] ?? 'down';
  const reason = `${kill} ${'x'.repeat(4000)}`;
  const words = command === 'up' ? ['up', 'web'] : [command, 'web', '-r', reason];
  return { words: [...words, '--spool-root', root], wanted: command === 'up' ? 'none' : `${command} ${reason}` };
}

describe('hactl that is killed', () => {
  it(`at ${KILLS} moments of a down, a drain, an up, leaves the state before or the state after, and nothing that trips anybody`, { timeout: 200_000 }, async (test) => {
    const { port, spoolRoot } = await testedDaemon();
    const began = performance.now();
    assert.equal((await hactl(commandOf(0, 'none', spoolRoot).words)).code, 0);
    const whole = performance.now() - began;
    let old = standing(spoolRoot);
    const seen = { before: 0, within: 0, after: 0 };
    let aimedWrites = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      if (kill < KILLS - 10) clearDrafts(spoolRoot);
      const [litter, mark] = [drafts(spoolRoot), inode(spoolRoot)];
      const { words, wanted } = commandOf(kill, old, spoolRoot);
      const child = startHactl(words);
      const ended = once(child, 'close');
      const isAimed = kill % 10 < AIMED;
      if (isAimed) {
        untilDraft(spoolRoot, litter, mark);
        spin(((kill * AIM_MICROSECONDS) / 10) * (kill % 10));
      } else {
        await new Promise((resolve) => setTimeout(resolve, (whole * 1.1 * kill) / KILLS));
      }
      child.kill('SIGKILL');
      await ended;
      const found = standing(spoolRoot);
      assert.ok(found === old || found === wanted, `neither before nor after at kill ${kill}, ${words[0] ?? ''}: ${found.slice(0, 40)}`);
      const moment = drafts(spoolRoot) > litter ? 'within' : found === wanted ? 'after' : 'before';
      if (isAimed && wanted !== 'none') {
        aimedWrites += 1;
        seen[moment] += 1;
      }
      old = found;
    }
    test.diagnostic(`of ${aimedWrites} writes that were aimed at, killed ${JSON.stringify(seen)}`);
    assert.ok(seen.within >= aimedWrites * LEAST_PART_IN_THE_WRITE, JSON.stringify(seen));
    assert.equal((await hactl(['down', 'web', '-r', '7 xxx', '--spool-root', spoolRoot])).code, 0);
    await assertUnharmed(port, spoolRoot, 'down 7 xxx');
  });
});

async function assertUnharmed(port: number, root: string, mark: string): Promise<void> {
  const [state = '', number = ''] = mark.split(' ');
  const listed = await hactl(['status', '--spool-root', root]);
  assert.deepEqual([listed.code, listed.stderr, listed.stdout.split('\n').length], [0, '', 2]);
  assert.ok(listed.stdout.startsWith(`${state.toUpperCase()}\tweb\t${number} xxx`), listed.stdout.slice(0, 60));
  const checked = await ask(port, '/spool/web/0');
  assert.equal(checked.status, state === 'down' ? 503 : 404);
  const page = JSON.parse((await ask(port, '/status')).body) as { marks: unknown[] };
  assert.equal(page.marks.length, 1);
  assert.equal((await hactl(['down', 'web', '-r', 'next', '--spool-root', root])).code, 0);
  assert.equal(standing(root), 'down next');
  assert.equal((await hactl(['up', 'web', '--spool-root', root])).code, 0);
  assert.equal((await ask(port, '/spool/web/0')).status, 200);
}
