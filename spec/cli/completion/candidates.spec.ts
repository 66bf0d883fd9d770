import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { candidates } from '../../../cli/completion/candidates.ts';
import { COMMANDS, GLOBAL_OPTIONS, OLD_NAMES } from '../../../cli/command/index.ts';
import { shellIn } from '../../support/around.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ask } from '../../support/request.ts';
import { freePort } from '../../support/service.ts';

describe('what may stand at the cursor', async () => {
  const spool = temporaryFolder();
  const other = temporaryFolder();
  const expired = 2_000_000_000;
  for (const name of ['all', 'web', 'web:8080']) writeFileSync(join(spool, name), '');
  writeFileSync(join(spool, 'ended'), `{"expiration":${expired}}`);
  writeFileSync(join(other, 'else'), '');
  const { port } = await testedDaemon();
  await ask(port, '/spool/seen/0');
  const nobody = await freePort();
  const env = { HACHECK_SPOOL_ROOT: spool, HACHECK_PORT: String(nobody) };

  const at = async (line: string): Promise<string | string[]> => {
    const found = await candidates(line.split(' '), shellIn(env, expired));
    return typeof found === 'string' ? found : found.map(({ word }) => word);
  };
  const offers = (line: string, expected: string | readonly string[]): void => {
    it(`${line}| is ${typeof expected === 'string' ? expected : expected.join(' ')}`, async () => assert.deepEqual(await at(line.replace('PORT', String(port)).replace('OTHER', other)), expected));
  };

  offers('hactl ', [...COMMANDS.keys()]);
  offers('/usr/bin/hactl ', [...COMMANDS.keys()]);
  offers('hactl do', [...COMMANDS.keys()]);
  offers('hactl -', [...GLOBAL_OPTIONS.keys()]);
  offers('hactl --spool-root', [...GLOBAL_OPTIONS.keys()]);
  offers('hactl --spool-root ', 'folders');
  offers('hactl --spool-root=', 'folders');
  offers('hactl --spool-root OTHER ', [...COMMANDS.keys()]);
  offers('hactl --spool-root OTHER up ', ['else']);
  offers('hactl --spool-root=OTHER up ', ['else']);
  offers('hactl up --spool-root OTHER ', ['else']);
  offers('hactl --spool-root OTHER balancers ', ['all', 'else']);
  offers('hactl balancers --spool-root=OTHER ', ['all', 'else']);
  offers('haup --reason disk ', ['all', 'web', 'web:8080']);
  offers('hactl up ', ['all', 'web', 'web:8080']);
  offers('hactl up all web ', ['web:8080']);
  offers('hactl up --wait ', ['all', 'web', 'web:8080']);
  offers('hactl up -- ', ['all', 'web', 'web:8080']);
  offers('hactl up -- -', ['all', 'web', 'web:8080']);
  offers('hactl up -P ', []);
  offers('hactl down ', ['all', 'web', 'web:8080']);
  offers('hactl down -p PORT ', ['all', 'seen', 'web', 'web:8080']);
  offers('hactl drain --port=PORT all ', ['seen', 'web', 'web:8080']);
  offers('hactl status -pPORT ', ['all', 'seen', 'web', 'web:8080']);
  offers('hactl down -p nonsense ', ['all', 'web', 'web:8080']);
  offers('hactl down --reason ', []);
  offers('hactl down --reason=', []);
  offers('hactl down --nonsense=', []);
  offers('hactl balancers ', ['all', 'web', 'web:8080']);
  offers('hactl balancers web ', []);
  offers('hactl serve --marks-on ', ['all', 'agent']);
  offers('hactl serve --marks-on=a', ['--marks-on=all', '--marks-on=agent']);
  offers('hactl serve --token-file ', 'files');
  offers('hactl serve --token-file=/etc/', 'files');
  offers('hactl serve --spool-root /', 'folders');
  offers('hactl serve --port ', []);
  offers('hactl serve -- ', []);
  offers('hactl completion ', ['bash', 'zsh', 'fish']);
  offers('hactl completion bash ', []);
  offers('hactl man --', ['--help']);
  offers('hactl help ', [...COMMANDS.keys(), 'haproxy']);
  offers('hactl balancers -', ['-p', '-B', '--json', '--port', '--bind-address', '--help']);
  offers('hactl balancers --', ['--json', '--port', '--bind-address', '--help']);
  offers('hactl balancers --json --port=1 -B :: --', ['--port', '--help']);
  offers('hactl nonsense ', []);
  offers('hactl --version ', []);
  offers('hactl --help ', []);
  offers('haup ', ['all', 'web', 'web:8080']);
  offers('/usr/bin/haup web ', ['all', 'web:8080']);

  for (const [name, { load }] of COMMANDS) {
    it(`hactl ${name} --| is every option`, async () => {
      assert.deepEqual(await at(`hactl ${name} --`), [...Object.values((await load()).options).map((option) => `--${option.name}`), '--help']);
    });
  }

  for (const [old, command] of OLD_NAMES) it(`${old} -| is what hactl ${command} -| is`, async () => assert.deepEqual(await at(`${old} -`), await at(`hactl ${command} -`)));

  it('hactl serve | is its options, as it takes nothing else', async () => assert.deepEqual(await at('hactl serve '), await at('hactl serve --')));

  it('says of each what the help says', async () => {
    const [command] = (await candidates(['hactl', ''], shellIn(env))) as { word: string; about: string }[];
    assert.deepEqual(command, { word: 'up', about: COMMANDS.get('up')?.summary });
    const [option] = (await candidates(['hactl', 'balancers', '--'], shellIn(env))) as { word: string; about: string }[];
    assert.deepEqual(option, { word: '--json', about: 'print one JSON array' });
  });
});
