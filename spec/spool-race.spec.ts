// Marks that change between the look that finds them and the one that reads them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decidingMark } from '../lib/spool.ts';
import { temporaryFolder } from './support/folder.ts';

const LOOKS_IN_A_ROW = 200;
const RACE_MILLISECONDS = 600;
const PIPE_HELD_MILLISECONDS = 500;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `look` all the time while another process puts two things in turn under the name `web`, each by a rename; a program makes each as `d`. */
async function lookWhile(one: string, other: string, look: (root: string) => void): Promise<void> {
  const root = join(temporaryFolder(), 'spool');
  mkdirSync(root);
  const swapper = spawn(process.execPath, ['-e', swapping(one, other), root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(swapper, 'exit');
  let running = true;
  void ended.then(() => (running = false));
  await once(swapper.stdout, 'data');
  try {
    while (running) {
      for (let at = 0; at < LOOKS_IN_A_ROW; at += 1) look(root);
      await turn();
    }
  } finally {
    swapper.kill();
  }
  assert.deepEqual(await ended, [0, null]);
}

function swapping(one: string, other: string): string {
  return `
    const fs = require('node:fs');
    process.chdir(process.argv[1]);
    const d = '.next';
    require('node:child_process').execFileSync('mkfifo', ['pipe']);
    fs.writeFileSync('full', '{"state": "drain"}');
    const put = (make) => { make(); if (fs.lstatSync(d, { throwIfNoEntry: false })) fs.renameSync(d, 'web'); };
    put(() => { ${one} });
    process.stdout.write('ready');
    for (const end = Date.now() + ${RACE_MILLISECONDS}; Date.now() < end;) { put(() => { ${other} }); put(() => { ${one} }); }
    // Whoever waits at the pipe by now, which is a failure, is let go.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${PIPE_HELD_MILLISECONDS});
    fs.openSync('pipe', 'r+');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);`;
}

describe('between two looks of a reader, a mark', () => {
  const FILE = "fs.writeFileSync(d, 'x')";
  const RACES = [
    ['that becomes a dangling link', FILE, "fs.symlinkSync('nowhere', d)"],
    ['that becomes a link to itself', FILE, "fs.symlinkSync('web', d)"],
    ['that becomes a pipe', FILE, "fs.linkSync('pipe', d)"],
    ['that becomes a link to a folder', FILE, "fs.symlinkSync('.', d)"],
  ] as const;
  for (const [what, one, other] of RACES) {
    it(`${what} is down all the time, and holds nobody up`, { timeout: 20_000 }, async () => {
      let looks = 0;
      await lookWhile(one, other, (root) => {
        const began = performance.now();
        const mark = decidingMark(root, ['web'], () => 0);
        assert.ok(performance.now() - began < PIPE_HELD_MILLISECONDS, `look ${looks} was held up`);
        assert.ok(mark !== undefined && 'name' in mark && mark.state === 'down', `after ${looks} looks: ${JSON.stringify(mark)}`);
        looks += 1;
      });
      assert.ok(looks > 1000, String(looks));
    });
  }

  const DRAINS = [['file', "fs.writeFileSync(d, '{\"state\": \"drain\"}')"], ['link', "fs.symlinkSync('full', d)"]] as const;
  // Long enough that it does not come back in the midst of a look.
  const REMOVE = "fs.unlinkSync('web'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)";
  for (const [what, make] of DRAINS) {
    it(`that is a drain, a ${what}, and comes and goes, is never a down, which would cut sessions`, { timeout: 20_000 }, async () => {
      const seen = new Set<string>();
      await lookWhile(make, REMOVE, (root) => {
        const mark = decidingMark(root, ['web'], () => 0);
        seen.add(mark === undefined ? 'none' : 'state' in mark ? `${mark.state} ${mark.reason ?? ''}` : mark.unreadable);
      });
      assert.deepEqual([...seen].sort(), ['drain ', 'none']);
    });
  }
});
