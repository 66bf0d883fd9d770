import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { defaultFile } from '../../../cli/unit/default.ts';
import { serviceUnit } from '../../../cli/unit/service.ts';
import { AGENT_SOCKET, SOCKET } from '../../../cli/unit/sockets.ts';
import { TMPFILES } from '../../../cli/unit/tmpfiles.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HACTL, hactl } from '../../support/hactl.ts';

const NODE = realpathSync(process.execPath);
const started = (unit: string): string | undefined => /^ExecStart=(.*)$/m.exec(unit)?.[1];

describe('hactl unit', () => {
  it('prints the unit of the daemon, with the paths that it is given', async () => {
    const paths = { program: '/opt/hacheck-1.0/bin/hactl', node: '/usr/bin/node' };
    const { code, stdout, stderr } = await hactl(['unit', '--program', paths.program, '--node', paths.node]);
    assert.deepEqual([code, stdout, stderr], [0, serviceUnit(paths), '']);
  });

  it('names the file that was called, behind all links, and the Node that runs it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    copyFileSync(HACTL, join(folder, 'hactl-1.0'));
    symlinkSync('../hactl-1.0', join(folder, 'bin', 'hactl'));
    const { code, stdout } = await hactl(['unit'], { program: join(folder, 'bin', 'hactl') });
    assert.deepEqual([code, stdout], [0, serviceUnit({ program: join(realpathSync(folder), 'hactl-1.0'), node: NODE })]);
  });

  const FILES = [['--socket', SOCKET], ['--agent-socket', AGENT_SOCKET], ['--tmpfiles', TMPFILES], ['--default', defaultFile()]] as const;
  for (const [flag, text] of FILES) {
    it(`${flag} prints that file alone`, async () => assert.deepEqual(await hactl(['unit', flag]), { code: 0, signal: null, stdout: text, stderr: '' }));
  }

  for (const path of ['/home/ops/hactl', '/root/.nvm/hactl', '/tmp/hactl', '/var/tmp/hactl', '/run/user/0/hactl']) {
    it(`warns of ${path}, which the unit cannot see`, async () => {
      const { code, stdout, stderr } = await hactl(['unit', '--program', path, '--node', '/usr/bin/node']);
      assert.deepEqual([code, started(stdout)?.includes(path)], [0, true]);
      assert.equal(stderr, `hactl: ${path} is out of the unit's sight: it sees no homes, and a /tmp of its own; put it into /usr/local\n`);
    });
  }

  it('warns of a Node that the unit cannot see', async () => {
    assert.match((await hactl(['unit', '--program', '/usr/bin/hactl', '--node', '/root/node'])).stderr, /^hactl: \/root\/node is out of .*\n$/);
  });

  const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
    ...['hactl', './hactl', '', '/', '/opt/hactl/', '/a b/hactl', '/a%b', '/a$b', '/a"b', "/a'b", '/a\\b', '/a;b', '/a\tb', '/a\nb', '//hactl', '/ä'].flatMap((path) => [
      [['--program', path], /^hactl: --program: bad path .*: an absolute one, without blanks, quotes, %, \$ and the like \(see hactl help unit\)\n$/] as const,
      [['--node', path], /^hactl: --node: bad path .*\n$/] as const,
    ]),
    [['--socket', '--agent-socket'], /^hactl: unit prints one file at a time .*\n$/],
    [['--tmpfiles', '--default'], /^hactl: unit prints one file at a time .*\n$/],
    [['--socket', '--program', '/usr/bin/hactl'], /^hactl: --program and --node are what hacheck\.service starts: .*\n$/],
    [['--default', '--node', '/usr/bin/node'], /^hactl: --program and --node are what hacheck\.service starts: .*\n$/],
    [['socket'], /^hactl: unit takes options alone, and socket is none .*\n$/],
  ];
  for (const [words, message] of WRONG) {
    it(`exits 2 and prints no unit for ${JSON.stringify(words)}`, async () => {
      const { code, stdout, stderr } = await hactl(['unit', ...words]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }

  it('names --program where its own path is none for a unit', async () => {
    const folder = join(temporaryFolder(), 'a b');
    mkdirSync(folder);
    copyFileSync(HACTL, join(folder, 'hactl'));
    const { code, stderr } = await hactl(['unit'], { program: join(folder, 'hactl') });
    assert.equal(code, 2);
    assert.match(stderr, /^hactl: bad path .*; name another with --program \(see hactl help unit\)\n$/);
    assert.equal((await hactl(['unit', '--program', '/usr/bin/hactl'], { program: join(folder, 'hactl') })).code, 0);
  });
});
