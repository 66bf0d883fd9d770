import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseArguments } from '../../cli/arguments.ts';
import { DAEMON_OPTIONS } from '../../cli/daemon.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl } from '../support/hactl.ts';

describe('where the daemon is', () => {
  const place = (words: readonly string[], env = {}): object => parseArguments(DAEMON_OPTIONS, words, env).values;
  it('is port 3333 of loopback', () => assert.deepEqual(place([]), { daemonPort: [3333], daemonAddress: undefined }));
  it('is what -p and -B say', () => assert.deepEqual(place(['-p', '80', '-B', '[::1]']), { daemonPort: [80], daemonAddress: '::1' }));
  it('is where HACHECK_PORT says that hactl serve listens', () => assert.deepEqual(place([], { HACHECK_PORT: '3334,3335' }), { daemonPort: [3334, 3335], daemonAddress: undefined }));
  it('is not where HACHECK_BIND_ADDRESS says', () => assert.deepEqual(place([], { HACHECK_BIND_ADDRESS: '10.0.0.1' }), { daemonPort: [3333], daemonAddress: undefined }));
});

describe('-p where no daemon is asked', { concurrency: 2 }, () => {
  for (const command of ['down', 'drain', 'up', 'status']) {
    it(`is the daemon's, says hactl ${command}: it is no port of the service`, async () => {
      const { code, stderr } = await hactl([command, 'web', '-p', '8080', '--spool-root', temporaryFolder()]);
      assert.deepEqual([code, stderr], [0, "hactl: -p is the daemon's port and changes nothing here; port 8080 of web alone is web:8080\n"]);
    });
  }

  for (const [words, env] of [[['-p', '3333'], {}], [[], { HACHECK_PORT: '8080' }]] as const) {
    it(`is no word worth, where it is ${[...words, ...Object.values(env)].join(' ')} ${words.length === 0 ? 'from the environment' : 'as ever'}`, async () => {
      const root = temporaryFolder();
      assert.deepEqual(await hactl(['down', 'web', ...words, '--spool-root', root], { env }), { code: 0, signal: null, stdout: '', stderr: '' });
      assert.deepEqual(readdirSync(root), ['web']);
    });
  }
});
