import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../lib/version.ts';
import { COMMANDS } from '../../cli/command/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl } from '../support/hactl.ts';

const HELP = /^hacheck \d+\.\d+\.\d+: [^\n]+\n\nusage: hactl COMMAND/;

describe('hactl', () => {
  it('alone prints the help on stderr and exits 2', async () => {
    const { code, stdout, stderr } = await hactl([]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, HELP);
  });

  for (const words of [['x\ny'], ['down', '--x\ny'], ['down', 'web', '-\x1b[2J'], ['help', 'x\ny'], ['serve', 'x\u2028y'], ['man', 'x\ny'], ['list', '\x1b[2J'], ['unit', 'x\ry'], ['check', 'x\ny'], ['status', '--spool-root', '/x\ny/z', 'web'], ['down', 'web', '--spool-root', '/proc/x\ny']]) {
    it(`says what is wrong in one line that a terminal does not obey: ${JSON.stringify(words)}`, async () => {
      const { stderr, stdout } = await hactl(words);
      assert.match(stdout + stderr, /^(?:UP\tweb\t{4}\n|hactl: [^\p{Cc}\u2028]+\n)$/u);
    });
  }

  for (const words of [['--version'], ['--version', 'web']]) {
    it(`${words.join(' ')} prints the version`, async () => {
      assert.deepEqual(await hactl(words), { code: 0, signal: null, stdout: `hacheck ${VERSION}\n`, stderr: '' });
    });
  }

  for (const words of [['--help'], ['-h'], ['help']]) {
    it(`${words.join(' ')} prints the help on stdout and exits 0`, async () => {
      const { code, stdout, stderr } = await hactl(words);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, HELP);
    });
  }

  const ASKING = [['down', '--help'], ['down', '-h'], ['down', 'web', '--for', '5', '--help'], ['--spool-root', '/nowhere', 'down', 'web', '-h'], ['down', '--nonsense', '-h']];
  for (const words of ASKING) {
    it(`${words.join(' ')} explains the command and does nothing`, async () => {
      const { code, stdout, stderr } = await hactl(words);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^usage: hactl down SERVICE/);
    });
  }
});

describe('a wrong command line is exit 2 and one line on stderr that says what', { concurrency: 2 }, () => {
  const root = join(temporaryFolder(), 'spool');
  const ROWS: readonly (readonly [readonly string[], string])[] = [
    [['stauts'], "no command 'stauts': did you mean 'status'?"],
    [['dwon', 'web'], "no command 'dwon': did you mean 'down'?"],
    [['stat'], "no command 'stat': did you mean 'status'?"],
    [['xyzzy'], "no command 'xyzzy'"],
    [['constructor'], "no command 'constructor'"],
    [['xyzzy', '--help'], "no command 'xyzzy'"],
    [[''], "no command ''"],
    [['help', 'stauts'], "no command 'stauts': did you mean 'status'?"],
    [['down'], 'name a service, or all'],
    [['drain', '--reason', 'x'], 'name a service, or all'],
    [['up'], 'name a service, or all'],
    [['up', '--'], 'name a service, or all'],
    [['down', 'web', '--resaon', 'x'], "unknown option --resaon: did you mean '--reason'?"],
    [['up', 'web', '--spoolroot', '/x'], "unknown option --spoolroot: did you mean '--spool-root'?"],
    [['status', '--jsno'], "unknown option --jsno: did you mean '--json'?"],
    [['check', 'spool/web/0', '--timout=1'], "unknown option --timout: did you mean '--timeout'?"],
    [['serve', '--cach-time', '3'], "unknown option --cach-time: did you mean '--cache-time'?"],
    [['down', 'web', '--reason'], '--reason needs a value'],
    [['down', 'web', '-r'], '-r needs a value'],
    [['down', 'web', '--spool-root='], '--spool-root: an empty path: name a folder'],
    [['down', '-web'], 'unknown option -web'],
    [['down', '--', '-web'], 'bad service "-web": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['down', 'web', ''], 'bad service "": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['down', 'wü'], 'bad service "wü": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'],
    [['down', 'web:08'], 'bad port "08": 1 to 65535 without leading zeros'],
    [['down', 'web:127.1:80'], 'bad address "127.1": a plain IPv4 or IPv6 address, as in web:10.0.0.7:8080'],
    [['status', 'web', '-H', 'localhost', '-P', '80'], '--service-address: bad address "localhost": a plain IPv4 or IPv6 address, no name'],
    [['status', 'web', '-P', '0'], '--service-port: bad port "0": 1 to 65535 without leading zeros'],
    [['up', 'web', '-H', '10.0.0.7'], '-H needs -P: an address alone is no place of a service'],
    [['down', 'web:8080', '-P', '80'], 'web:8080 with -P 80: which port is it?'],
    [['serve', 'web'], 'serve takes options alone, and web is none'],
  ];
  for (const [words, message] of ROWS) {
    it(words.join(' '), async () => {
      const command = COMMANDS.has(words[0] ?? '') && words[0] !== 'help' ? ` ${words[0]}` : '';
      const stderr = `hactl: ${message} (see hactl help${command})\n`;
      assert.deepEqual(await hactl(words, { env: { HACHECK_SPOOL_ROOT: root } }), { code: 2, signal: null, stdout: '', stderr });
      assert.ok(!existsSync(root));
    });
  }

  for (const [word, meant] of [['--verison', '--version'], ['--hlep', '--help']]) {
    it(`${word} is asked whether it means ${meant}`, async () => {
      const { code, stderr } = await hactl([word ?? '']);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`^hactl: [^\\n]*${word}[^\\n]*did you mean '${meant}'[^\\n]*\\n$`));
    });
  }

  for (const words of [['--spool-root'], ['--spool-root='], ['--spool-root', '/nowhere'], ['--spool-root=/nowhere']]) {
    it(`${words.join(' ')} without a command says that a command is missing`, async () => {
      const { code, stderr } = await hactl(words);
      assert.equal(code, 2);
      assert.doesNotMatch(stderr, /no command '/);
    });
  }
});

describe('--spool-root', () => {
  const folder = temporaryFolder();
  const SPELLINGS = [['--spool-root', folder, 'down', 'web'], [`--spool-root=${folder}`, 'down', 'web'], ['down', '--spool-root', folder, 'web'], ['down', 'web', `--spool-root=${folder}`]];
  for (const words of SPELLINGS) {
    it(`names the spool in hactl ${words.join(' ').replace(folder, 'DIR')}`, async () => {
      assert.equal((await hactl(words)).code, 0);
      assert.deepEqual(readdirSync(folder), ['web']);
      assert.equal((await hactl(['up', 'web', '--spool-root', folder])).code, 0);
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  it('wins over HACHECK_SPOOL_ROOT, which wins over the default', async () => {
    writeFileSync(join(folder, 'api'), '');
    const elsewhere = { env: { HACHECK_SPOOL_ROOT: temporaryFolder() } };
    assert.equal((await hactl(['status', 'api', '--spool-root', folder], elsewhere)).code, 1);
    assert.equal((await hactl(['status', 'api'], elsewhere)).code, 0);
    assert.equal((await hactl(['status', 'api'], { env: { HACHECK_SPOOL_ROOT: folder } })).code, 1);
  });
});

describe('a bug', () => {
  const folder = temporaryFolder();

  it('is one line without a stack, and exit 3', async () => {
    writeFileSync(join(folder, 'broken.cjs'), "require('node:fs').unlinkSync = () => { throw new TypeError('boom'); };");
    const run = await hactl(['up', 'web', '--spool-root', folder], { env: { NODE_OPTIONS: `--require ${folder}/broken.cjs` } });
    assert.deepEqual(run, { code: 3, signal: null, stdout: '', stderr: 'hactl: web: a bug in hactl, please report it: TypeError: boom\n' });
  });

  it('is one line before the command has begun, too', async () => {
    writeFileSync(join(folder, 'rotten.cjs'), "require('node:fs').readdirSync = () => { throw new RangeError('boom'); };");
    const run = await hactl(['status', '--spool-root', folder], { env: { NODE_OPTIONS: `--require ${folder}/rotten.cjs` } });
    assert.deepEqual(run, { code: 3, signal: null, stdout: '', stderr: 'hactl: a bug in hactl, please report it: RangeError: boom\n' });
  });
});
