// The README is true to the letter: its transcripts are run, and its tables are those of the code.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS, GLOBAL_OPTIONS } from '../cli/command/index.ts';
import { SERVE_OPTIONS } from '../cli/serving.ts';
import { VERSION } from '../lib/version.ts';
import { temporaryFolder } from './support/folder.ts';
import { lacking } from './support/programs.ts';
import { blocks, newHost, README } from './support/readme.ts';

/** The commands of the transcripts, each with what it prints. */
function steps(): { command: string; output: string }[] {
  const parts = blocks('console').flatMap((block) => block.split(/^\$ /m).slice(1));
  return parts.map((part) => ({ command: part.slice(0, part.indexOf('\n')), output: part.slice(part.indexOf('\n') + 1) }));
}

/** Times differ from run to run, and header lines end in CR LF. */
function timeless(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>').replace(/^Date: .*$/gm, 'Date: <date>').replaceAll('\r', '');
}

describe('the README', () => {
  it('shows what its commands print', { skip: lacking('curl') }, async () => {
    const { here, run } = await newHost();
    assert.equal(steps().length, 7);
    for (const { command, output } of steps()) {
      const { stdout } = await run(command.replace('curl -i', 'curl -si'));
      assert.equal(timeless(stdout), timeless(here(output)), command);
    }
  });

  it('changes a mark over HTTP with its command', { skip: lacking('curl') }, async () => {
    const tokenFile = join(temporaryFolder(), 'token');
    writeFileSync(tokenFile, 'secret\n');
    const { run } = await newHost({ tokenFile });
    const command = blocks('sh').find((block) => block.startsWith('curl ')) ?? '';
    assert.equal((await run(`TOKEN=wrong; ${command.replace('curl', 'curl -s')}`)).stdout, 'not the right token\n');
    assert.equal((await run(`TOKEN=secret; ${command.replace('curl', 'curl -s')}`)).stdout, 'web is down: kernel upgrade\n');
    assert.match((await run('hactl status')).stdout, /^DOWN\tweb\tkernel upgrade\t127\.0\.0\.1\t/);
  });

  it('names no command of hactl that there is not, and the package of this version', () => {
    const named = [...README.matchAll(/\bhactl ((?:[a-z]|--)[a-z-]*)/g)].map(([, word = '']) => word);
    assert.ok(named.length > 30);
    for (const word of named) assert.ok(COMMANDS.has(word) || GLOBAL_OPTIONS.has(word), `hactl ${word}`);
    assert.ok(README.includes(`hacheck_${VERSION}_all.deb`));
  });

  it('has every option of hactl serve in its table, with its default', () => {
    for (const { name, short, fallback } of Object.values(SERVE_OPTIONS)) {
      const row = new RegExp(`^\\| ${short === undefined ? '' : `\`-${short}\`, `}\`--${name}\` \\| (.*?) \\|`, 'm').exec(README);
      assert.ok(row !== null, name);
      if (typeof fallback === 'number' || typeof fallback === 'string' || (Array.isArray(fallback) && fallback.length > 0)) assert.equal(row[1]?.replaceAll('`', ''), String(fallback), name);
    }
  });
});
