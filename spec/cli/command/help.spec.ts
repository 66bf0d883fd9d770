import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overview } from '../../../cli/command/help.ts';
import { COMMANDS } from '../../../cli/command/index.ts';
import { variableOf } from '../../../cli/arguments.ts';
import { HandClock, testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';
import { shell } from '../../support/shell.ts';

/** Lines that a terminal of 80 columns would break. */
function tooLong(lines: readonly string[]): string[] {
  return lines.filter((line) => [...line].length > 80);
}

/** The lines about each option, as one: the flags, and what is said of them. */
function optionLines(page: string): string[] {
  const [, options = ''] = /\noptions\n(.*?)\n\n/s.exec(page) ?? [];
  return options.split(/\n(?= {2}-| {6}--)/).map((lines) => lines.trim().replace(/\s+/g, ' '));
}

describe('hactl help', () => {
  const lines = overview().split('\n');

  it('fits 40 lines of 80 columns', () => {
    assert.ok(lines.length <= 41, `${lines.length} lines`);
    assert.deepEqual(tooLong(lines), []);
  });

  it('has a line for every command, the exit codes, the spool and an example', () => {
    for (const [name, { summary }] of COMMANDS) assert.ok(lines.some((line) => line.startsWith(`  ${name} `) && line.endsWith(` ${summary}`)), name);
    for (const word of ['exit codes: 0 ', '--spool-root', 'HACHECK_SPOOL_ROOT', '/var/spool/hacheck', 'hactl help COMMAND', 'haup (up)', '5 refused: the last server']) assert.ok(overview().includes(word), word);
  });

  it('is what --help prints', async () => assert.equal((await hactl(['--help'])).stdout, overview()));
});

for (const [name, listed] of COMMANDS) {
  describe(`hactl help ${name}`, () => {
    it('says usage, options with their defaults and an example, in lines of at most 80 columns', async () => {
      const { code, stdout, stderr } = await hactl(['help', name]);
      const { options, examples, usage, about } = await listed.load();
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.split('\n\n')[0]?.replace(/\s+/g, ' '), `usage: hactl ${name} ${usage}`.trim());
      assert.ok(stdout.replace(/\s+/g, ' ').includes(about.replace(/\s+/g, ' ')));
      for (const option of Object.values(options)) {
        const value = option.value === undefined ? '' : option.bare === undefined ? ` ${option.value}` : `[=${option.value}]`;
        const flags = `${option.short === undefined ? '' : `-${option.short}, `}--${option.name}${value}`;
        const fallback = option.fallback === true ? 'on' : option.fallback;
        const words = fallback !== undefined && fallback !== false && String(fallback) !== '' ? ` (${String(fallback)})` : '';
        assert.ok(optionLines(stdout).includes(`${flags} ${option.help}${words}`), `no line for ${flags}`);
      }
      assert.ok(examples.split('\n').length > 0 && stdout.endsWith(`\nexamples\n${examples.replaceAll(/^/gm, '  ')}\n`), stdout);
      assert.deepEqual(tooLong(stdout.split('\n')), []);
      if (name !== 'serve') assert.ok(stdout.split('\n').length <= 41, `${stdout.split('\n').length} lines`);
    });

    it('is what --help prints', async () => assert.equal((await hactl([name, '--help'])).stdout, (await hactl(['help', name])).stdout));
  });
}

describe('the examples of the help', () => {
  // A check of a service exits 1 where none is; the daemon of serve would not end.
  const CODES: Readonly<Record<string, number>> = { 'hactl check http/web/8080/health': -1 };
  const pasted = async (line: string): Promise<number | null> => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({}, clock);
    clock.advance(10);
    const { code, stderr } = await shell(line, { cwd: temporaryFolder(), env: { HACHECK_SPOOL_ROOT: spoolRoot, HACHECK_PORT: String(port) } });
    // Of a daemon that nobody asks, they say that.
    assert.match(stderr, /^(?:HTTP\/1.1 .*\n|hactl: no balancer has asked .*\n|hactl: no balancer says .*\n)*$/);
    return code;
  };

  for (const [name, { load }] of COMMANDS) {
    if (name === 'serve') continue;
    it(`of ${name} work when they are pasted`, async () => {
      for (const line of (await load()).examples.split('\n')) {
        const code = await pasted(line);
        if (CODES[line] === undefined) assert.equal(code, 0, line);
        else assert.ok(code === 0 || code === 1, line);
      }
    });
  }

  it('of the overview work when they are pasted, one after the other', async () => {
    const lines = overview().split('\n').filter((line) => line.startsWith('  hactl '));
    assert.equal(lines.length, 3);
    const { code, stdout } = await shell(lines.join(' && '), { env: { HACHECK_SPOOL_ROOT: temporaryFolder(), SUDO_USER: 'ops' } });
    assert.equal(code, 0);
    assert.match(stdout, /^DOWN\tweb\tkernel upgrade\tops\t[^\t]+\t[^\t]+\n$/);
  });

  it('of serve name options and variables that there are', async () => {
    const serve = await COMMANDS.get('serve')?.load();
    assert.ok(serve !== undefined);
    const known = Object.values(serve.options);
    for (const [word] of serve.examples.matchAll(/--[a-z-]+|HACHECK_[A-Z_]+/g)) {
      assert.ok(known.some((option) => `--${option.name}` === word || variableOf(option) === word), word);
    }
  });
});
