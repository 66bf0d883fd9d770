import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BalancerRow } from '../../../lib/balancer-row.ts';
import { agedDaemon, askFrom, environmentOf, type AgedDaemon } from '../../support/balancing.ts';
import { testedDaemon } from '../../support/daemon.ts';
import { hactl } from '../../support/hactl.ts';
import { lacking } from '../../support/programs.ts';
import { freePort } from '../../support/service.ts';
import { terminal } from '../../support/shell.ts';

const STATE = 'NOLB 2/3; address=10.0.0.1; port=8080; name=web/web1; node=lb1; weight=10/20; scur=3/7; qcur=2';

/** A daemon that HAProxy, a balancer without send-state and curl have asked. */
async function askedDaemon(): Promise<AgedDaemon> {
  const daemon = await agedDaemon();
  await askFrom('127.0.0.2', daemon.port, '/spool/web/8080', { 'x-haproxy-server-state': STATE });
  await askFrom('127.0.0.3', daemon.port, '/spool/web/0');
  await askFrom('127.0.0.3', daemon.port, '/spool/web/0');
  await askFrom('127.0.0.4', daemon.port, '/spool/api/80', { 'user-agent': 'curl/7.88.1' });
  return daemon;
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
const LINES = [
  `127.0.0.2\tweb\t8080\thttp\tlb1\tweb/web1\tNOLB 2/3\t10\t20\t3\t2\tup\tTIME\tTIME`,
  `127.0.0.3\tweb\t0\thttp\t\t\t\t\t\t\t\tup\tTIME\tTIME`,
  `127.0.0.4\tapi\t80\thttp\t\t\t\t\t\t\t\tup\tTIME\tTIME`,
];

describe('hactl balancers', { concurrency: 4 }, () => {
  const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['every one', [], LINES], ['every one of all', ['all'], LINES], ['those of a service', ['web'], LINES.slice(0, 2)],
    ['those of a port', ['web:8080'], LINES.slice(0, 1)], ['nobody for what nobody asked about', ['db'], []],
  ];
  for (const [what, words, lines] of CASES) {
    it(`prints tab-separated lines: ${what}`, async () => {
      const { code, stdout, stderr } = await hactl(['balancers', ...words], { env: environmentOf(await askedDaemon()) });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.replaceAll(new RegExp(TIME, 'g'), 'TIME'), lines.map((line) => `${line}\n`).join(''));
      for (const line of stdout.trimEnd().split('\n').filter((each) => each !== '')) assert.equal(line.split('\t').length, 14);
    });
  }

  it('prints one array of the daemon\'s own rows with --json', async () => {
    const daemon = await askedDaemon();
    const rows = JSON.parse((await hactl(['balancers', 'web', '--json'], { env: environmentOf(daemon) })).stdout) as BalancerRow[];
    assert.deepEqual(Object.keys(rows[0] ?? {}).sort(), [
      'address', 'count', 'interval', 'last', 'name', 'node', 'port', 'probed_address', 'probed_port', 'queue', 'running', 'service', 'sessions', 'since', 'state', 'target', 'told', 'total', 'user_agent', 'via', 'weight',
    ]);
    assert.deepEqual(rows.map(({ address, node, target, running, count }) => [address, node, target, running, count]), [['127.0.0.2', 'lb1', 8080, 1, 1], ['127.0.0.3', null, null, 2, 2]]);
    assert.equal((await hactl(['balancers', 'db', '--json'], { env: environmentOf(daemon) })).stdout, '[]\n');
  });

  it('prints an aligned table on a terminal, of that width at most where it can', { skip: lacking('script') }, async () => {
    const { code, stdout } = await terminal('hactl balancers', 120, { env: environmentOf(await askedDaemon()) });
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(lines.map((line) => line.replaceAll(/\d+(?:\.\d)? s/g, 'N s').replaceAll(/  +/g, '|')), [
      'ADDRESS|SERVICE|VIA|BALANCER|STATE|WEIGHT|SESSIONS|TOLD|ASKED',
      '127.0.0.2|web:8080|http|lb1 web/web1|NOLB 2/3|10 of 20|3, 2 queued|up since N s|N s ago',
      '127.0.0.3|web|http|up since N s|N s ago, every N s',
      '127.0.0.4|api:80|http|curl/7.88.1|up since N s|N s ago',
    ]);
    const columns = ['VIA', 'TOLD', 'ASKED'].map((heading) => lines[0]?.indexOf(heading) ?? -1);
    for (const line of lines.slice(1)) for (const column of columns) assert.match(line.slice(column - 2, column + 1), /^ {2}\S$/);
  });

  it('says that nobody has asked: on a terminal in words, piped with no line, as an empty array with --json', { skip: lacking('script') }, async () => {
    const env = environmentOf(await testedDaemon());
    const runs = [await terminal('hactl balancers', 80, { env }), await hactl(['balancers'], { env }), await hactl(['balancers', '--json'], { env })];
    assert.deepEqual(runs.map(({ code, stdout }) => [code, stdout]), [[0, 'nobody has asked\n'], [0, ''], [0, '[]\n']]);
  });

  it('is not held up by a daemon that has just started', async () => {
    const { code, stderr } = await hactl(['balancers'], { env: environmentOf(await testedDaemon()) });
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('is exit 3 without a daemon', async () => {
    const port = await freePort();
    const stderr = `hactl: no daemon answers on 127.0.0.1 port ${port} (ECONNREFUSED); see that it runs (hactl help serve), or say where it is with -p and -B\n`;
    assert.deepEqual(await hactl(['balancers', '-p', String(port)]), { code: 3, signal: null, stdout: '', stderr });
  });

  it('is exit 2 for two services, and for a bad one', async () => {
    const [two, bad] = [await hactl(['balancers', 'web', 'api']), await hactl(['balancers', '../x'])];
    assert.deepEqual([two.code, two.stderr], [2, 'hactl: name one service, or none for all (see hactl help balancers)\n']);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /^hactl: bad service "\.\.\/x"/);
  });
});
