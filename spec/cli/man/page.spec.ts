import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { variableOf } from '../../../cli/arguments.ts';
import { COMMANDS, OLD_NAMES } from '../../../cli/command/index.ts';
import { EXIT_CODES } from '../../../cli/exit-codes.ts';
import { manPage } from '../../../cli/man/page.ts';
import { defaultOf, type Option } from '../../../cli/option.ts';
import { VERSION } from '../../../lib/version.ts';
import { lacking } from '../../support/programs.ts';

function mandoc(page: string, ...words: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('mandoc', words, { input: page, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
  return { status, text: stdout + stderr };
}

/** The page as a terminal shows it, without bold and underline. */
function shown(page: string): string {
  return mandoc(page, '-T', 'utf8', '-O', 'width=78').text.replace(/.\u0008/g, '');
}

function flagsOf({ name, short, value, bare }: Option<unknown>): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : bare === undefined ? ` ${value}` : `[=${value}]`}`;
}

describe('the man page', { skip: lacking('mandoc') }, async () => {
  const page = await manPage();
  const text = shown(page);
  /** In a line, for comparing what is broken into lines. */
  const flat = text.replace(/\s+/g, ' ');
  const section = (title: string): string => new RegExp(`^${title}\n(.*?)^[A-Z]`, 'ms').exec(text)?.[1] ?? '';

  it('is mdoc of which mandoc finds nothing to say', () => assert.deepEqual(mandoc(page, '-T', 'lint', '-W', 'warning'), { status: 0, text: '' }));

  it('would not pass if it were broken', () => {
    for (const [good, bad] of [['.Sh NAME', '.Sh'], ['.El', ''], ['.Dd ', '.Xx '], ['.Cm up', '.Cm']] as const) {
      assert.ok(page.includes(good));
      const { status, text: found } = mandoc(page.replace(good, bad), '-T', 'lint', '-W', 'warning');
      assert.ok(status !== 0 && /WARNING|ERROR/.test(found), `${good}: ${found}`);
    }
  });

  it('has lines that mandoc does not find long', () => {
    const style = mandoc(page, '-T', 'lint', '-W', 'style').text.split('\n').filter((line) => line !== '' && !line.includes('mandoc.db'));
    assert.deepEqual(style.filter((line) => !/referenced manual not found/.test(line)), []);
  });

  it('has the sections of a manual, in their order', () => {
    const titles = [...text.matchAll(/^[A-Z][A-Z ]+$/gm)].map(([title]) => title);
    assert.deepEqual(titles, ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO', 'HISTORY']);
  });

  for (const [name, { load }] of COMMANDS) {
    it(`has ${name} with its usage, options and examples`, async () => {
      const { usage, options, about, examples } = await load();
      const line = `hactl ${name} ${usage.replaceAll('...', ' ...')}`.trim();
      assert.ok(section('SYNOPSIS').replace(/\s+/g, ' ').includes(` ${line} `), line);
      const [, described = ''] = new RegExp(`^ {3}hactl ${name}\n(.*?)(?:^ {3}[a-z]|(?![^]))`, 'ms').exec(section('COMMANDS')) ?? [];
      const words = described.replace(/\s+/g, ' ');
      assert.ok(words.includes(about.replace(/\s+/g, ' ')), words);
      for (const option of Object.values(options)) {
        const fallback = defaultOf(option);
        assert.ok(words.includes(` ${flagsOf(option)} ${option.help}${fallback === undefined ? '' : ` (${fallback})`}`), `${flagsOf(option)} in ${words}`);
        if (option.variable === true) assert.match(section('ENVIRONMENT').replace(/\s+/g, ' '), new RegExp(` ${variableOf(option)} As --${option.name} of [^.]*\\b${name}\\b`));
      }
      for (const example of examples.split('\n')) assert.ok(section('EXAMPLES').includes(`\n           ${example}\n`), example);
    });
  }

  it('has every exit code, file, old name and the version', () => {
    for (const { code, meaning, detail } of EXIT_CODES) assert.ok(section('EXIT STATUS').replace(/\s+/g, ' ').toLowerCase().includes(` ${code} ${meaning}.${detail === undefined ? '' : ` ${detail}.`}`.toLowerCase()), meaning);
    for (const word of ['/var/spool/hacheck', '/etc/default/hacheck', 'SUDO_USER', 'haproxy(1)', 'systemd.socket(5)', `version ${VERSION}.`]) assert.ok(flat.includes(word), word);
    for (const [old, command] of OLD_NAMES) assert.ok(flat.includes(`${old} is hactl ${command}`), old);
  });

  it('can be pasted into a shell: its quotes and hyphens are ASCII', () => assert.deepEqual([...new Set(text.match(/[^\x00-\x7e]/g) ?? [])], ['–']));

  it('bears the day of the release, whatever day it is', () => assert.match(page, /^\.Dd [A-Z][a-z]+ \d{1,2}, 20\d\d\n\.Dt HACTL 1\n/));
});
