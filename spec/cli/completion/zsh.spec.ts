import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { zshScript } from '../../../cli/completion/zsh.ts';
import { binFolder, NAMES, ran } from '../../support/completion.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { lacking } from '../../support/programs.ts';

/** Types a line, with its tabs, into an interactive zsh, which has the script sourced, or in its fpath. */
const TYPE = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; fpath=($FOLDER \\$fpath); autoload -Uz compinit; compinit -D -u; $SOURCE"
zpty -w z "$1; print -n ran-\\$((6 * 7))"
zpty -r z shown '*ran-42*'
zpty -d z
print -r -- "$shown"
`;

describe('zsh', { skip: lacking('zsh') }, () => {
  const bin = binFolder();
  for (const [way, source] of [['is sourced', '. $FOLDER/_hactl'], ['lies in fpath', ':']] as const) {
    it(`puts the rest behind a line where the script ${way}`, async () => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, '_hactl'), zshScript(NAMES));
      for (const name of ['web:8080', 'web:9090', 'api', 'db']) writeFileSync(join(folder, name), '');
      const env = { PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'xterm', FOLDER: folder, SOURCE: source, HACHECK_SPOOL_ROOT: folder };
      const { stdout } = await ran('zsh', ['-fc', TYPE, 'zsh', 'hactl up web:80\t; haup a\t; hactl check sp\td\t0'], env);
      assert.deepEqual(['web:8080', 'web:9090', 'api'].map((name) => existsSync(join(folder, name))), [false, true, false]);
      assert.match(stdout, /Service db in down state/);
    });
  }

  it('is silent without compinit', async () => {
    const script = join(temporaryFolder(), '_hactl');
    writeFileSync(script, zshScript(NAMES));
    assert.deepEqual(await ran('zsh', ['-fc', '. $1', 'zsh', script], { PATH: process.env['PATH'] ?? '' }), { code: 0, signal: null, stdout: '', stderr: '' });
  });
});
