import assert from 'node:assert/strict';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { bashScript } from '../../../cli/completion/bash.ts';
import { binFolder, brokenByBash, NAMES, ran } from '../../support/completion.ts';
import { temporaryFolder } from '../../support/folder.ts';
import type { Run } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';

const bin = binFolder();

function marks(...names: readonly string[]): string {
  const spool = temporaryFolder();
  for (const name of names) writeFileSync(join(spool, name), '');
  return spool;
}

function surroundings(spool: string): Record<string, string> {
  const home = temporaryFolder();
  symlinkSync(spool, join(home, 'spool'));
  const script = join(home, 'hactl.bash');
  writeFileSync(script, bashScript(NAMES));
  return { PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: home, SCRIPT: script, HACHECK_SPOOL_ROOT: spool, TERM: 'dumb' };
}

describe('bash', { skip: lacking('bash') }, () => {
  const spool = marks('web', 'web:8080', 'web:::1:8080', 'web:10.0.0.7:8080');
  /** What the function replies where bash has these words, and knows this line or none. */
  const replies = async (words: readonly string[], line = ''): Promise<string[]> => {
    const call = '. "$SCRIPT"; COMP_LINE=$1; COMP_POINT=${#1}; [[ -n $1 ]] || unset COMP_LINE COMP_POINT; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hactl; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = await ran('bash', ['--norc', '-uc', call, 'bash', line, ...words], surroundings(spool));
    assert.equal(stderr, '');
    return stdout.split('\n').filter((word) => word !== '').sort();
  };

  it('breaks words as these specs do', () => {
    assert.deepEqual(brokenByBash('hactl up web:80'), ['hactl', 'up', 'web', ':', '80']);
    assert.deepEqual(brokenByBash('hactl --a="b c" web:::1: '), ['hactl', '--a', '=', '"b c"', 'web', ':::', '1', ':', '']);
  });

  const ROWS: readonly (readonly [string, readonly string[]])[] = [
    ['hactl up web:80', ['8080']],
    ['hactl up web:', ['10.0.0.7:8080', '8080', '::1:8080']],
    ['hactl up web::', [':1:8080']],
    ['hactl up web:::1:8', ['8080']],
    ['hactl up web:10.0.0.7:', ['8080']],
    ['hactl up web:8080 we', ['web', 'web:10.0.0.7:8080', 'web:::1:8080']],
    ['hactl serve --marks-on=ag', ['agent']],
    ['hactl serve --marks-on=', ['agent', 'all']],
    ['hactl serve --marks-on ag', ['agent']],
    ['hactl down -r "kernel upgrade: 6.1" web:80', ['8080']],
  ];
  for (const [line, expected] of ROWS) {
    it(`replies what follows the last break of ${line}|`, async () => {
      const words = brokenByBash(line);
      assert.deepEqual(await replies(words, line), expected);
      assert.deepEqual(await replies(words), expected, 'without COMP_LINE');
    });
  }

  it('takes what a blank parts for two words', async () => {
    assert.deepEqual(await replies(['hactl', 'up', 'web', ':', ''], 'hactl up web: '), ['web', 'web:10.0.0.7:8080', 'web:8080', 'web:::1:8080']);
    assert.deepEqual(await replies(['hactl', 'serve', '--port', '=', '1', '--marks-on', '=', '', ''], 'hactl serve --port=1 --marks-on=  '), await replies(['hactl', 'serve', '--port=1', '--marks-on=x', '']));
  });

  it('replies whole words where COMP_WORDBREAKS has no colon', async () => {
    assert.deepEqual(await replies(['hactl', 'up', 'web:80'], 'hactl up web:80'), ['web:8080']);
    assert.deepEqual(await replies(['hactl', 'serve', '--marks-on=ag'], 'hactl serve --marks-on=ag'), ['--marks-on=agent']);
  });

  it('takes quotes out of what is typed', async () => {
    assert.deepEqual(await replies(['hactl', 'up', "'web:80"], "hactl up 'web:80"), ['web:8080']);
    assert.deepEqual(await replies(['hactl', '--spool-root', `"${marks('api')}"`, 'up', ''], ''), ['api']);
  });
});

/** What happens when these keys are typed into an interactive bash on a terminal, each line behind the one before. */
function typed(spool: string, ...lines: readonly string[]): Promise<Run> {
  return ran('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], surroundings(spool), `. "$SCRIPT"\n${lines.map((line) => `${line}\n`).join('')}exit\n`);
}

describe('readline', { skip: lacking('bash', 'script') }, () => {
  for (const [line, gone] of [['hactl up web:80\t', 'web:8080'], ['haup web:80\t', 'web:8080'], ['hactl up ap\t', 'api'], ['true; X=1 hactl up web:80\t', 'web:8080'], ['hactl --spool-root ~/spool up web:8080 ap\t', 'api']] as const) {
    it(`puts the rest behind ${line.trim()}`, async () => {
      const spool = marks('api', 'web:8080', 'web:9090');
      await typed(spool, line);
      assert.ok(!existsSync(join(spool, gone)));
      assert.ok(existsSync(join(spool, 'web:9090')));
    });
  }

  it('goes on behind a slash without a blank', async () => {
    const { stdout } = await typed(marks('web'), 'hactl check sp\tw\t0');
    assert.match(stdout, /Service web in down state/);
  });
});
