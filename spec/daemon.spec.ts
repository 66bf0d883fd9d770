import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../lib/clock.ts';
import { startDaemon } from '../lib/daemon.ts';
import { Log } from '../lib/log.ts';
import { DEFAULTS, HandClock, testedDaemon } from './support/daemon.ts';
import { temporaryFolder } from './support/folder.ts';
import { ask, exchange } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';

const silent = new Log(2, systemClock);

describe('a daemon', () => {
  it('listens on IPv6 and IPv4 where no address is named', async () => {
    const { port } = await testedDaemon({ bindAddress: undefined });
    const hosts = networkInterfaces()['lo']?.some(({ address }) => address === '::1') === true ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
    for (const host of hosts) assert.match(await exchange(port, 'GET /spool/web/0 HTTP/1.0\r\n\r\n', host), /^HTTP\/1\.1 200 OK\r\n/);
  });

  it('listens on every port that it is given, once', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const { daemon } = await testedDaemon({ ports: [one, two, one] });
    assert.deepEqual(daemon.addresses.map(({ port }) => port), [one, two]);
    for (const port of [one, two]) assert.equal((await ask(port, '/spool/web/0')).status, 200);
  });

  it('does not start where one of its ports is taken, and leaves the others free', async () => {
    const taken = (await testedDaemon()).port;
    const free = await freePort();
    const spoolRoot = join(temporaryFolder(), 'spool');
    await assert.rejects(startDaemon({ ...DEFAULTS, spoolRoot, ports: [free, taken] }, silent, systemClock), { code: 'EADDRINUSE', port: taken });
    await assert.rejects(exchange(free, ''), { code: 'ECONNREFUSED' });
  });

  it('says what changes though a scanner makes up names faster than the log takes them', async () => {
    const { port, spoolRoot, log } = await testedDaemon({}, new HandClock());
    await ask(port, '/spool/web/0');
    writeFileSync(join(spoolRoot, 'all'), '');
    for (let number = 0; number < 150; number += 1) await ask(port, `/spool/made-up-${number}/0`);
    await ask(port, '/spool/web/0');
    const lines = (await log()).split('\n');
    assert.equal(lines.filter((line) => line.includes('spool/made-up-')).length, 80);
    assert.ok(lines.some((line) => line.includes('spool/web/0 up -> down after 0 s: down')), lines.at(-3));
  });

  it('makes a missing spool', async () => {
    const spoolRoot = join(temporaryFolder(), 'a', 'spool');
    await testedDaemon({ spoolRoot });
    assert.equal(statSync(spoolRoot).mode & 0o777, 0o755);
  });

  it('does not start with a file for a spool', async () => {
    const spoolRoot = join(temporaryFolder(), 'spool');
    writeFileSync(spoolRoot, '');
    await assert.rejects(startDaemon({ ...DEFAULTS, spoolRoot }, silent, systemClock), { code: 'EEXIST' });
  });

  it('goes on while its spool is removed, replaced by a file, and made again', async () => {
    const { port, spoolRoot } = await testedDaemon();
    const phraseNow = async (): Promise<string> => (await ask(port, '/spool/web/0')).phrase;
    writeFileSync(join(spoolRoot, 'web'), 'disk');
    assert.equal(await phraseNow(), 'down: disk');
    rmSync(spoolRoot, { recursive: true });
    assert.equal(await phraseNow(), 'OK');
    writeFileSync(spoolRoot, '');
    assert.equal(await phraseNow(), 'spool unreadable: ENOTDIR');
    rmSync(spoolRoot);
    mkdirSync(spoolRoot);
    writeFileSync(join(spoolRoot, 'all'), 'again');
    assert.equal(await phraseNow(), 'down: again');
  });

  it('keeps a verdict although the balancer that asked has hung up', { timeout: 10_000 }, async () => {
    let answer = (): void => assert.fail('not asked');
    let asked = (): void => undefined;
    const whenAsked = new Promise<void>((resolve) => (asked = resolve));
    const service = await httpService((_request, response) => {
      answer = () => void response.end('fine');
      asked();
    });
    const { port, log } = await testedDaemon();
    const balancer = connect(port, '127.0.0.1', () => balancer.write(`GET /http/web/${service.port}/ HTTP/1.0\r\n\r\n`));
    await whenAsked;
    balancer.resetAndDestroy();
    answer();
    await service.idle();
    assert.match((await ask(port, `/http/web/${service.port}/`)).headers['cache-status'] ?? '', /^hacheck; hit; ttl=\d$/);
    assert.equal(await log(), '');
  });

  it('makes one probe for a thousand checks at once', { timeout: 20_000 }, async () => {
    const service = await httpService((_request, response) => void setTimeout(() => response.end('fine'), 300));
    const { port } = await testedDaemon();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(port, `/http/web/${service.port}/`)));
    assert.equal(service.connections(), 1);
    assert.ok(answers.every(({ status, body }) => status === 200 && body === 'fine'));
  });
});
