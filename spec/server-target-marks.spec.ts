import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { checkIp, servicesAt, stateOf } from './support/places.ts';
import { ask } from './support/request.ts';
import { freePort } from './support/service.ts';

const { port: probed, services } = await servicesAt('127.0.0.1', '127.0.0.2', '127.0.0.3', '::1');
const PATH_PORT = await freePort();
const THERE = stateOf('127.0.0.2', probed);

describe('marks, where headers name the place', async () => {
  const { port, spoolRoot } = await testedDaemon({ targets: { ...PATH_ALONE, targetFromHeader: true }, cacheTime: 0 });
  const statusWith = async (mark: string, path: string, headers: readonly string[]): Promise<number> => {
    writeFileSync(join(spoolRoot, mark), '');
    const { status } = await ask(port, path, { headers });
    rmSync(join(spoolRoot, mark));
    return status;
  };

  const ROWS: readonly (readonly [mark: string, what: string, counts: boolean, headers: readonly string[]])[] = [
    ['all', 'everything', true, [THERE]],
    ['web', 'the service', true, [THERE]],
    [`web:${PATH_PORT}`, 'the path\'s port', true, [THERE]],
    [`web:${probed}`, 'the probed port', true, [THERE]],
    [`web:${probed}`, 'the probed port, where no address is named', true, [stateOf('unix', probed)]],
    [`web:127.0.0.2:${probed}`, 'the place that is probed', true, [THERE]],
    [`web:127.0.0.2:${probed}`, 'the place that is probed, named otherwise', true, [stateOf('::ffff:127.0.0.2', probed)]],
    [`web:127.0.0.3:${probed}`, 'the place that X-Nerve-Check-IP names', true, [THERE, checkIp('127.0.0.3')]],
    [`web:::1:${probed}`, 'the place that is probed, in IPv6', true, [stateOf('0:0::1', probed)]],
    [`web:127.0.0.1:${probed}`, 'localhost, where no address is named', true, [stateOf('', probed)]],
    [`web:127.0.0.2:${probed}`, 'the place that loses against X-Nerve-Check-IP', false, [THERE, checkIp('127.0.0.3')]],
    [`web:127.0.0.2:${PATH_PORT}`, 'the address with the path\'s port', false, [THERE]],
    [`web:127.0.0.1:${probed}`, 'the probed port of localhost', false, [THERE]],
    [`web:127.0.0.3:${probed}`, 'another address', false, [THERE]],
    [`web:127.0.0.20:${probed}`, 'an address that begins alike', false, [THERE]],
    [`web:[::1]:${probed}`, 'an address in another form, which is no mark\'s name', false, [stateOf('::1', probed)]],
    [`api:127.0.0.2:${probed}`, 'another service there', false, [THERE]],
    ['web:1', 'another port', false, [THERE]],
  ];
  for (const [mark, what, counts, headers] of ROWS) {
    it(`${counts ? 'count' : 'do not count'}: ${what}`, async () => {
      for (const protocol of ['http', 'tcp', 'spool']) assert.equal(await statusWith(mark, `/${protocol}/web/${PATH_PORT}`, headers), counts ? 503 : 200, protocol);
    });
  }

  it('count for a spool check without a port, too', async () => {
    for (const [mark, status] of [[`web:${probed}`, 503], [`web:127.0.0.2:${probed}`, 503], [`web:127.0.0.3:${probed}`, 200]] as const) {
      assert.equal(await statusWith(mark, '/spool/web/0', [THERE]), status, mark);
    }
    assert.equal(await statusWith(`web:${probed}`, '/spool/web/0', [stateOf('127.0.0.2', 0)]), 200);
  });

  it('count for localhost where there is no header', async () => {
    assert.equal(await statusWith(`web:127.0.0.1:${probed}`, `/http/web/${probed}/`, []), 503);
    assert.equal(await statusWith(`web:127.0.0.2:${probed}`, `/http/web/${probed}/`, []), 200);
  });

  it('keep the place from being probed, and are named in the answer', async () => {
    const before = services[1]?.connections();
    const mark = `web:127.0.0.2:${probed}`;
    writeFileSync(join(spoolRoot, mark), JSON.stringify({ state: 'drain', reason: 'kernel upgrade', by: 'ops' }));
    const response = await ask(port, `/http/web/${PATH_PORT}/`, { headers: [THERE] });
    rmSync(join(spoolRoot, mark));
    assertOwnAnswer(response, { status: 404, phrase: 'drained by ops: kernel upgrade', body: `Service ${mark} in drain state by ops: kernel upgrade\n` });
    assert.equal(services[1]?.connections(), before);
  });

  it('decide in their order: a down beats a drain, then the wider one', async () => {
    const marks = ['web', `web:${PATH_PORT}`, `web:${probed}`, `web:127.0.0.2:${probed}`];
    for (const [at, mark] of marks.entries()) {
      for (const each of marks) writeFileSync(join(spoolRoot, each), JSON.stringify({ state: each === mark ? 'down' : 'drain' }));
      assert.match((await ask(port, `/tcp/web/${PATH_PORT}`, { headers: [THERE] })).body, new RegExp(`^Service ${mark} in down state`));
      for (const each of marks.slice(at)) writeFileSync(join(spoolRoot, each), JSON.stringify({ state: 'drain' }));
      for (const each of marks.slice(0, at)) rmSync(join(spoolRoot, each));
      assert.match((await ask(port, `/tcp/web/${PATH_PORT}`, { headers: [THERE] })).body, new RegExp(`^Service ${mark} in drain state`));
    }
    rmSync(join(spoolRoot, marks.at(-1) ?? ''));
  });
});

describe('marks with an address, where headers name no place', async () => {
  const { port, spoolRoot } = await testedDaemon();
  it('count for nobody', async () => {
    for (const mark of [`web:127.0.0.1:${probed}`, `web:127.0.0.2:${probed}`, `web:::1:${probed}`]) writeFileSync(join(spoolRoot, mark), '');
    for (const headers of [[], [THERE], [checkIp('127.0.0.2')]]) {
      for (const protocol of ['http', 'spool']) assert.equal((await ask(port, `/${protocol}/web/${probed}`, { headers })).status, 200);
    }
  });
});
