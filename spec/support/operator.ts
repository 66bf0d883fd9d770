// An operator at work: dist/hactl in a process of its own, called by the user ops with sudo.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startHactl } from './hactl.ts';

/** Gives a hactl command for a spool, such as `down web -r "kernel upgrade"` word by word; rejects unless it succeeds. */
export async function operate(spoolRoot: string, ...words: readonly string[]): Promise<void> {
  const child = startHactl([...words, '--spool-root', spoolRoot], { env: { SUDO_USER: 'ops' } });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, `hactl ${words.join(' ')}: ${Buffer.concat(said).toString()}`);
}
