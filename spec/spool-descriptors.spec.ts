// What a mark says while no file can be opened, for want of a descriptor.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { temporaryFolder } from './support/folder.ts';

/** Reads marks, takes every descriptor that there is, and reads them again; prints what each said. */
const PROGRAM = `
  const { openSync, rmSync, writeFileSync } = require('node:fs');
  const root = process.argv[1];
  Promise.all([import('./lib/spool.ts'), import('./lib/known-marks.ts')]).then(([{ decidingMark }, { KnownMarks }]) => {
    const known = new KnownMarks();
    let time = 1000;
    const look = (name) => { const mark = decidingMark(root, [name], () => time, known); return mark === undefined ? 'up' : mark.state + ': ' + mark.reason; };
    writeFileSync(root + '/drained', '{"state": "drain", "reason": "kept"}');
    writeFileSync(root + '/gone', '{"state": "drain", "reason": "gone"}');
    writeFileSync(root + '/prolonged', '{"state": "down", "expiration": 1100}');
    writeFileSync(root + '/.prolonged', '{"state": "down", "expiration": 9999}');
    writeFileSync(root + '/worse', '{"state": "drain"}');
    writeFileSync(root + '/.worse', '{"state": "down"}');
    ['drained', 'gone', 'prolonged', 'worse'].forEach(look);
    const said = {};
    const drafts = ['gone', 'new', 'removed'].map((name) => [name, openSync(root + '/.' + name, 'w')]);
    try { for (;;) openSync('/dev/null', 'r'); } catch (error) { said.error = error.code; }
    said.drained = look('drained');
    rmSync(root + '/gone');
    said.gone = look('gone');
    require('node:fs').renameSync(root + '/.gone', root + '/gone');
    said.again = look('gone');
    require('node:fs').renameSync(root + '/.new', root + '/new');
    said.new = look('new');
    said.unmarked = look('removed');
    for (const name of ['prolonged', 'worse']) require('node:fs').renameSync(root + '/.' + name, root + '/' + name);
    time = 1200;
    said.prolonged = look('prolonged');
    said.worse = look('worse');
    console.log(JSON.stringify(said));
  });
`;

describe('a mark that cannot be opened for want of a descriptor', () => {
  it('says what it said when it was read last; one that is new, or was made anew or replaced, is a down; none is none', () => {
    const said = execFileSync('sh', ['-c', 'ulimit -n 64; exec "$0" --import tsx -e "$1" "$2"', process.execPath, PROGRAM, temporaryFolder()], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(said), {
      error: 'EMFILE',
      drained: 'drain: kept',
      gone: 'up',
      again: 'down: the mark cannot be read: EMFILE',
      new: 'down: the mark cannot be read: EMFILE',
      unmarked: 'up',
      prolonged: 'down: the mark cannot be read: EMFILE',
      worse: 'down: the mark cannot be read: EMFILE',
    });
  });
});
