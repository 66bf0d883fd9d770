import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { agedDaemon, environmentOf } from '../../support/balancing.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { hactl } from '../../support/hactl.ts';
import { freePort } from '../../support/service.ts';

describe('a wait that is asked for in the wrong words is exit 2, and takes out nothing', { concurrency: 2 }, () => {
  const root = join(temporaryFolder(), 'spool');
  const DURATION = 'like 90s, 30m, 2h, 1d or 1h30m, and more than nothing';
  const ROWS: readonly (readonly [readonly string[], string])[] = [
    [['down', 'web', '--wait', '60s'], '--wait takes its value behind an equals sign: --wait=60s'],
    [['drain', '--wait', '1h30m', 'web'], '--wait takes its value behind an equals sign: --wait=1h30m'],
    [['up', 'web', '--wait', '60s'], '--wait takes its value behind an equals sign: --wait=60s'],
    [['down', 'web', '--wait='], `--wait: bad duration "": ${DURATION}`],
    [['down', 'web', '--wait=0s'], `--wait: bad duration "0s": ${DURATION}`],
    [['down', 'web', '--wait=60'], `--wait: bad duration "60" (60s, 60m or 60h?): ${DURATION}`],
    [['down', 'web', '--wait=-1s'], `--wait: bad duration "-1s": ${DURATION}`],
    [['down', 'web', '--fall', '2'], '--fall goes with --wait'],
    [['drain', 'web', '--fall=3'], '--fall goes with --wait'],
    [['up', 'web', '--rise', '2'], '--rise goes with --wait'],
    [['down', 'web', '--strict'], '--strict goes with --wait'],
    [['down', 'web', '--json'], '--json goes with --wait'],
    [['up', 'web', '--json'], '--json goes with --wait'],
    [['down', 'web', '--wait-for', '10.0.0.2'], '--wait-for goes with --wait'],
    [['up', 'web', '--wait-for', '10.0.0.2'], '--wait-for goes with --wait'],
    [['down', 'web', '--wait', '--wait-for', 'lb1'], '--wait-for: bad address "lb1": a plain IPv4 or IPv6 address, no name'],
    [['down', 'web', '--wait', '--wait-for'], '--wait-for needs a value'],
    [['down', 'web', '--wait', '--fall', '0'], '--fall: bad number "0": a whole one, 1 to 1000'],
    [['up', 'web', '--wait', '--rise', '1001'], '--rise: bad number "1001": a whole one, 1 to 1000'],
    [['down', 'web', '--wait', '--rise', '2'], 'unknown option --rise'],
    [['up', 'web', '--wait', '--fall', '2'], "unknown option --fall"],
    [['up', 'web', '--wait', '--strict'], 'unknown option --strict'],
    [['up', 'web', '--unless-last'], 'unknown option --unless-last'],
    [['down', 'web', '--wiat'], "unknown option --wiat: did you mean '--wait'?"],
    [['down', 'web', '--wait', '-e', '1'], '-e in the past leaves the service up: there is nothing to wait for'],
    [['down', 'web', '--wait', '-p', '0'], '--port: bad port "0": 1 to 65535 without leading zeros'],
    [['down', 'web', '--wait', '-B', 'localhost'], '--bind-address: bad address "localhost": a plain IPv4 or IPv6 address, no name'],
  ];
  for (const [words, message] of ROWS) {
    it(words.join(' '), async () => {
      const run = await hactl(words, { env: { HACHECK_SPOOL_ROOT: root } });
      assert.deepEqual(run, { code: 2, signal: null, stdout: '', stderr: `hactl: ${message} (see hactl help ${words[0]})\n` });
      assert.ok(!existsSync(root));
    });
  }

  it('names a bad HACHECK_PORT', async () => {
    const { code, stderr } = await hactl(['down', 'web', '--wait'], { env: { HACHECK_SPOOL_ROOT: root, HACHECK_PORT: '3333,x' } });
    assert.deepEqual([code, stderr], [2, 'hactl: HACHECK_PORT: bad port "x": 1 to 65535 without leading zeros (see hactl help down)\n']);
    assert.ok(!existsSync(root));
  });
});

describe('a wait asks the daemon', { concurrency: true }, () => {
  const NOBODY = 'hactl: no balancer has asked about web in the last minute: nobody to wait for\n';

  it('at the port that -p names, before HACHECK_PORT', async () => {
    const { port, spoolRoot } = await agedDaemon();
    const env = { HACHECK_SPOOL_ROOT: spoolRoot, HACHECK_PORT: String(await freePort()) };
    for (const words of [['-p', String(port)], [`--port=${port}`], [`-p${port}`, '-p', env.HACHECK_PORT]]) {
      const { code, stderr } = await hactl(['down', 'web', '--wait', ...words], { env });
      assert.deepEqual([code, stderr], [0, NOBODY]);
    }
  });

  it('at the first port of a list in HACHECK_PORT', async () => {
    const daemon = await agedDaemon();
    const env = { ...environmentOf(daemon), HACHECK_PORT: `${daemon.port},${await freePort()}` };
    assert.equal((await hactl(['down', 'web', '--wait'], { env })).stderr, NOBODY);
  });

  it('at the address that -B names', async () => {
    const daemon = await agedDaemon(10, { bindAddress: '127.0.0.7' });
    const env = environmentOf(daemon);
    assert.equal((await hactl(['down', 'web', '--wait', '-B', '127.0.0.7'], { env })).stderr, NOBODY);
    const { code, stderr } = await hactl(['down', 'web', '--wait'], { env });
    assert.equal(code, 3);
    assert.match(stderr, /no daemon answers on 127\.0\.0\.1 port \d+ \(ECONNREFUSED\)/);
    assert.deepEqual(readdirSync(daemon.spoolRoot), ['web']);
  });

  it('on ::1, too, where it listens there alone', async () => {
    const daemon = await agedDaemon(10, { bindAddress: '::1' });
    assert.equal((await hactl(['down', 'web', '--wait'], { env: environmentOf(daemon) })).stderr, NOBODY);
  });
});
