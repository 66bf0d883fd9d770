// Many hands at one mark: whoever reads it meanwhile finds it, and finds it whole.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readMark } from '../lib/spool.ts';
import { testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { hactl } from './support/hactl.ts';
import { ask } from './support/request.ts';

const WRITERS = 100;
const READS_IN_A_ROW = 200;
const LOOKS_PER_CHECK = 10;

function reasonOf(writer: number): string {
  return `${writer} ${String.fromCharCode(97 + (writer % 26)).repeat(4000 - 35 * writer)}`;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a hundred writers at once on one mark', () => {
  it('all succeed; every reader finds one of their marks, whole, and the last one stands', { timeout: 30_000 }, async () => {
    const { port, spoolRoot } = await testedDaemon();
    writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ state: 'down', reason: reasonOf(0) }));
    let writing = true;
    const runs = Promise.all(
      Array.from({ length: WRITERS }, (_, at) => hactl([at % 2 === 0 ? 'drain' : 'down', 'web', '-r', reasonOf(at + 1), '--spool-root', spoolRoot])),
    ).finally(() => (writing = false));
    const written = Array.from({ length: WRITERS }, (_, at) => `${at % 2 === 0 ? 'drain' : 'down'} ${reasonOf(at + 1)}`);
    const whole = new Set([`down ${reasonOf(0)}`, ...written]);
    const seen = new Set<string>();
    try {
      for (let looks = 0; writing; looks += 1) {
        for (let reads = 0; reads < READS_IN_A_ROW; reads += 1) {
          const mark = readMark(spoolRoot, 'web');
          assert.ok(mark !== undefined && 'name' in mark, `absent or unreadable: ${JSON.stringify(mark)}`);
          seen.add(`${mark.state} ${mark.reason ?? ''}`);
        }
        if (looks % LOOKS_PER_CHECK === 0) assert.notEqual((await ask(port, '/spool/web/0')).status, 200);
        await turn();
      }
    } finally {
      await runs;
    }
    assert.deepEqual([...seen].filter((found) => !whole.has(found)), []);
    assert.ok(seen.size >= 3, `only ${seen.size} different marks were seen`);
    for (const run of await runs) assert.deepEqual(run, { code: 0, signal: null, stdout: '', stderr: '' });
    const last = JSON.parse(readFileSync(join(spoolRoot, 'web'), 'utf8')) as { state: string; reason: string };
    assert.ok(whole.has(`${last.state} ${last.reason}`));
    assert.deepEqual(readdirSync(spoolRoot), ['web']);
  });

  it('on a hundred marks of a spool that is missing, all succeed', { timeout: 30_000 }, async () => {
    const spool = join(temporaryFolder(), 'a', 'spool');
    const runs = await Promise.all(Array.from({ length: WRITERS }, (_, at) => hactl(['down', `web${at}`, '--spool-root', spool])));
    for (const run of runs) assert.deepEqual(run, { code: 0, signal: null, stdout: '', stderr: '' });
    assert.equal(readdirSync(spool).length, WRITERS);
  });
});
