// hactl killed at any moment: the mark is the old one or the new one, and what is left behind trips nobody.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedDaemon } from './support/daemon.ts';
import { hactl, startHactl } from './support/hactl.ts';
import { ask } from './support/request.ts';

const SPREAD_KILLS = 60;
const AIMED_KILLS = 40;
const LEAST_IN_THE_WRITE = 8;
const AIM_MICROSECONDS = 25;
const PATIENCE = 10_000;

/** Waits without giving up the processor, which would take longer than a write. */
function spin(microseconds: number): void {
  const end = process.hrtime.bigint() + BigInt(Math.round(microseconds * 1000));
  while (process.hrtime.bigint() < end);
}

function drafts(root: string): number {
  return readdirSync(root).filter((name) => name.startsWith('.')).length;
}

/** The whole of a mark, as one line that tells two of them apart. */
function standing(root: string): string {
  const { state, reason } = JSON.parse(readFileSync(join(root, 'web'), 'utf8')) as { state: string; reason: string };
  return `${state} ${reason}`;
}

/** Waits until a draft has come into the spool, or the mark is the wanted one: then the write is over. */
function untilDraft(root: string, before: number, old: bigint): void {
  const end = performance.now() + PATIENCE;
  while (drafts(root) === before && statSync(join(root, 'web'), { bigint: true }).ino === old && performance.now() < end);
}

describe('hactl that is killed', () => {
  it('at any moment leaves the old mark or the new one, and nothing that trips anybody', { timeout: 60_000 }, async () => {
    const { port, spoolRoot } = await testedDaemon();
    const words = (at: number): string[] => [at % 2 === 0 ? 'down' : 'drain', 'web', '-r', `${at} ${'x'.repeat(4000)}`, '--spool-root', spoolRoot];
    const began = performance.now();
    assert.equal((await hactl(words(0))).code, 0);
    const whole = performance.now() - began;
    let old = standing(spoolRoot);
    let before = 0;
    let after = 0;
    let within = 0;
    for (let at = 1; at <= SPREAD_KILLS + AIMED_KILLS; at += 1) {
      const litter = drafts(spoolRoot);
      const { ino } = statSync(join(spoolRoot, 'web'), { bigint: true });
      const child = startHactl(words(at));
      const ended = once(child, 'close');
      if (at <= SPREAD_KILLS) {
        await new Promise((resolve) => setTimeout(resolve, (whole * 1.1 * at) / SPREAD_KILLS));
      } else {
        untilDraft(spoolRoot, litter, ino);
        spin((at - SPREAD_KILLS) * AIM_MICROSECONDS);
      }
      child.kill('SIGKILL');
      await ended;
      const found = standing(spoolRoot);
      const wanted = `${words(at)[0] ?? ''} ${at} ${'x'.repeat(4000)}`;
      assert.ok(found === old || found === wanted, `neither old nor new after kill ${at}: ${found.slice(0, 40)}`);
      if (drafts(spoolRoot) > litter) within += 1;
      else if (found === wanted) after += 1;
      else before += 1;
      old = found;
    }
    assert.ok(within >= LEAST_IN_THE_WRITE, `${before} kills before the write, ${within} within, ${after} after`);
    await assertUnharmed(port, spoolRoot, old);
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
