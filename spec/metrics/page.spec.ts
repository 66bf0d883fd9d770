// The page /metrics, from a daemon that works, read by Prometheus' own tool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../lib/version.ts';
import { testedAgent } from '../support/agent.ts';
import { askFrom } from '../support/balancing.ts';
import { HandClock, testedDaemon } from '../support/daemon.ts';
import { lacking } from '../support/programs.ts';
import { ask } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';

/** The samples of a page, name and labels by value. */
async function scrape(port: number): Promise<Map<string, number>> {
  const { status, headers, body } = await ask(port, '/metrics');
  assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

function named(samples: ReadonlyMap<string, number>, start: string): Record<string, number> {
  return Object.fromEntries([...samples].filter(([name]) => name.startsWith(start)));
}

describe('/metrics', () => {
  it('pleases promtool, and has what a dashboard wants', { skip: lacking('promtool') }, async () => {
    const { port, send, spoolRoot } = await testedAgent();
    const service = await httpService((_request, response) => response.end('fine'));
    for (const path of [`/http/web/${service.port}/`, `/http/web/${service.port}/`, `/tcp/db/${await freePort()}`, '/spool/web/0']) await ask(port, path);
    await send('web\n');
    writeFileSync(join(spoolRoot, 'api'), '{"creation": 1, "expiration": 4000000000}');
    await ask(port, '/spool/api/0');
    await ask(port, '/metrics');
    await new Promise((resolve) => setTimeout(resolve, 250));
    const { body } = await ask(port, '/metrics');
    assert.deepEqual([spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' })].map(({ status, stderr }) => [status, stderr]), [[0, '']]);
    const families = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual(families.filter((name) => name?.startsWith('hacheck_')), [
      'hacheck_build_info', 'hacheck_checks_total', 'hacheck_probes_total', 'hacheck_probe_duration_seconds', 'hacheck_probes_in_flight',
      'hacheck_cache_entries', 'hacheck_cache_bytes', 'hacheck_cache_evictions_total', 'hacheck_cache_expirations_total',
      'hacheck_spool_readable', 'hacheck_marks', 'hacheck_mark_creation_timestamp_seconds', 'hacheck_mark_expiration_timestamp_seconds', 'hacheck_marked_service_up',
      'hacheck_balancers', 'hacheck_connections', 'hacheck_connections_closed_for_room_total', 'hacheck_bugs_total', 'hacheck_log_lines_left_out_total',
    ]);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) assert.ok(families.includes(name), name);
  });

  it('counts checks by protocol, verdict and cache outcome, over HTTP and through the agent', async () => {
    const { port, send } = await testedAgent();
    const service = await httpService((_request, response) => response.end('fine'));
    const closed = await freePort();
    for (const path of [`/http/web/${service.port}/`, `/http/web/${service.port}/`, `/http/other/${service.port}/`, `/tcp/db/${closed}`, '/spool/web/0']) await ask(port, path);
    await ask(port, `/http/web/${service.port}/`, { headers: ['Cache-Control: no-cache'] });
    await send('web\n');
    const samples = await scrape(port);
    assert.deepEqual(named(samples, 'hacheck_checks_total'), {
      'hacheck_checks_total{protocol="spool",verdict="up",cache="none"}': 2,
      'hacheck_checks_total{protocol="http",verdict="up",cache="hit"}': 2,
      'hacheck_checks_total{protocol="http",verdict="up",cache="miss"}': 1,
      'hacheck_checks_total{protocol="http",verdict="up",cache="request"}': 1,
      'hacheck_checks_total{protocol="tcp",verdict="down",cache="miss"}': 1,
    });
    assert.deepEqual(named(samples, 'hacheck_probes_total'), {
      'hacheck_probes_total{protocol="http",verdict="up"}': 2, 'hacheck_probes_total{protocol="http",verdict="down"}': 0,
      'hacheck_probes_total{protocol="tcp",verdict="up"}': 0, 'hacheck_probes_total{protocol="tcp",verdict="down"}': 1,
    });
    assert.equal(samples.get('hacheck_probe_duration_seconds_count{protocol="http"}'), 2);
    assert.ok((samples.get('hacheck_cache_bytes') ?? 0) > 0);
    assert.deepEqual(named(samples, 'hacheck_balancers'), { 'hacheck_balancers{via="http"}': 1, 'hacheck_balancers{via="agent"}': 1 });
    assert.deepEqual([samples.get('hacheck_cache_entries'), samples.get(`hacheck_build_info{version="${VERSION}"}`)], [2, 1]);
  });

  it('counts probes that found no room', async () => {
    const { port } = await testedDaemon({ maxProbes: 1, timeout: 1 });
    const { port: mute } = await httpService(() => undefined);
    const asked = [`/http/web/${mute}/a`, `/http/web/${mute}/b`].map((path) => ask(port, path));
    assert.equal((await asked[1])?.phrase, 'too many probes');
    assert.equal((await scrape(port)).get('hacheck_probes_in_flight'), 1);
    await asked[0];
    assert.equal((await scrape(port)).get('hacheck_checks_total{protocol="http",verdict="down",cache="refused"}'), 1);
  });

  it('forgets balancers that have not asked for a minute', async () => {
    const clock = new HandClock();
    const { port } = await testedDaemon({}, clock);
    await ask(port, '/spool/web/0');
    await askFrom('127.0.0.2', port, '/spool/web/0', { 'user-agent': 'curl/8' });
    clock.advance(60);
    assert.equal((await scrape(port)).get('hacheck_balancers{via="http"}'), 1);
    clock.advance(1);
    assert.equal((await scrape(port)).get('hacheck_balancers{via="http"}'), 0);
  });
});

describe('what /metrics says of marks', () => {
  it('is how many stand, since when and until when, and whether what they name is up', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({ cacheTime: 0 }, clock);
    const closed = await freePort();
    const time = clock.time();
    writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ creation: time, expiration: time + 60 }));
    writeFileSync(join(spoolRoot, 'api:8080'), JSON.stringify({ state: 'drain', creation: time }));
    writeFileSync(join(spoolRoot, 'db'), '');
    for (const path of [`/tcp/web/${closed}`, '/spool/api/8080', '/spool/other/0']) await ask(port, path);
    const marked = named(await scrape(port), 'hacheck_mark');
    assert.deepEqual(marked, {
      'hacheck_marks{state="down"}': 2, 'hacheck_marks{state="drain"}': 1,
      'hacheck_mark_creation_timestamp_seconds{mark="api:8080"}': time, 'hacheck_mark_creation_timestamp_seconds{mark="web"}': time,
      'hacheck_mark_expiration_timestamp_seconds{mark="web"}': time + 60,
      'hacheck_marked_service_up{mark="api:8080"}': 0, 'hacheck_marked_service_up{mark="web"}': 0,
    });
  });

  it('goes on behind the end of a mark: the service may still be down', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({ cacheTime: 0 }, clock);
    const [service, closed] = [await httpService((_request, response) => response.end('fine')), await freePort()];
    for (const name of ['web', 'api']) writeFileSync(join(spoolRoot, name), JSON.stringify({ expiration: clock.time() + 60 }));
    for (const seconds of [1, 60]) {
      clock.advance(seconds);
      await ask(port, `/tcp/web/${closed}`);
      await ask(port, `/http/api/${service.port}/`);
    }
    const samples = named(await scrape(port), 'hacheck_mark');
    assert.deepEqual([samples['hacheck_marks{state="down"}'], samples['hacheck_marked_service_up{mark="web"}'], samples['hacheck_marked_service_up{mark="api"}']], [0, 0, 1]);
    clock.advance(61);
    assert.deepEqual(named(await scrape(port), 'hacheck_marked_service_up'), {});
    rmSync(join(spoolRoot, 'web'));
    assert.deepEqual(named(await scrape(port), 'hacheck_mark_expiration'), { 'hacheck_mark_expiration_timestamp_seconds{mark="api"}': clock.time() - 62 });
  });

  it('is up only where every check that a mark applies to was told so, through the agent, too', async () => {
    const clock = new HandClock();
    const { port, send, spoolRoot } = await testedAgent({ cacheTime: 0, marksOn: 'agent' }, clock);
    const [service, closed] = [await httpService((_request, response) => response.end('fine')), await freePort()];
    for (const name of ['web', 'api', 'db']) writeFileSync(join(spoolRoot, name), JSON.stringify({ expiration: clock.time() + 60 }));
    writeFileSync(join(spoolRoot, 'cache'), '');
    for (const seconds of [0, 61]) {
      clock.advance(seconds);
      for (const path of [`/tcp/web/${closed}`, `/http/web/${service.port}/`, `/http/api/${service.port}/`, `/tcp/api/${closed}`, `/http/db/${service.port}/`]) await ask(port, path);
      await send('cache\n');
      assert.deepEqual(named(await scrape(port), 'hacheck_marked_service_up'), {
        'hacheck_marked_service_up{mark="web"}': 0, 'hacheck_marked_service_up{mark="api"}': 0, 'hacheck_marked_service_up{mark="db"}': 1, 'hacheck_marked_service_up{mark="cache"}': 0,
      });
    }
  });

  it('is nothing to a mark that has ended where it went down since, or is asked for since', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({ cacheTime: 0 }, clock);
    const [services, closed] = [[200, 503].map((status) => ({ status, path: '' })), await freePort()];
    for (const each of services) {
      const service = await httpService((_request, response) => response.writeHead(each.status).end());
      each.path = `/http/web/${service.port}/`;
    }
    const up = async (...more: readonly string[]): Promise<Record<string, number>> => {
      clock.advance(30);
      for (const path of [...services.map(({ path }) => path), ...more]) await ask(port, path);
      return named(await scrape(port), 'hacheck_marked_service_up');
    };
    writeFileSync(join(spoolRoot, 'all'), JSON.stringify({ expiration: clock.time() + 60, state: 'drain' }));
    assert.deepEqual(await up(), { 'hacheck_marked_service_up{mark="all"}': 0 });
    assert.deepEqual(await up(), { 'hacheck_marked_service_up{mark="all"}': 0 });
    for (const status of [200, 503, 404]) {
      for (const each of services) each.status = status;
      assert.deepEqual(await up(`/tcp/made-up/${closed}`), status === 200 ? { 'hacheck_marked_service_up{mark="all"}': 1 } : {}, String(status));
    }
    writeFileSync(join(spoolRoot, 'all'), JSON.stringify({ expiration: clock.time() + 60 }));
    assert.deepEqual(await up(), { 'hacheck_marked_service_up{mark="all"}': 0 });
  });

  it('is nothing where a first answer is still to come, and goes on as long as somebody asks', async () => {
    const clock = new HandClock();
    const { port, spoolRoot } = await testedDaemon({ timeout: 1 }, clock);
    let probed: () => void = () => undefined;
    const probing = new Promise<void>((resolve) => (probed = resolve));
    const mute = await httpService(() => probed());
    for (const name of ['web', 'db']) writeFileSync(join(spoolRoot, name), '{"expiration": 1}');
    const asked = ask(port, `/http/web/${mute.port}/`);
    await probing;
    assert.deepEqual(named(await scrape(port), 'hacheck_marked_service_up'), {});
    for (let times = 0; times < 3; times += 1) {
      clock.advance(50);
      await ask(port, '/spool/db/0');
    }
    assert.deepEqual(named(await scrape(port), 'hacheck_marked_service_up'), { 'hacheck_marked_service_up{mark="db"}': 1 });
    await asked;
  });

  it('is that the spool cannot be read, where it cannot', async () => {
    const { port, spoolRoot } = await testedDaemon();
    assert.equal((await scrape(port)).get('hacheck_spool_readable'), 1);
    rmSync(spoolRoot, { recursive: true });
    writeFileSync(spoolRoot, '');
    chmodSync(spoolRoot, 0o600);
    const samples = await scrape(port);
    assert.deepEqual([samples.get('hacheck_spool_readable'), named(samples, 'hacheck_mark')], [0, {}]);
  });
});

describe('a client that makes up names', () => {
  it('makes no label, and the page no longer', async () => {
    const { port } = await testedDaemon({ cacheEntries: 10 });
    await ask(port, '/tcp/web/1');
    await ask(port, '/spool/web/0');
    const before = [...(await scrape(port)).keys()].filter((name) => name.startsWith('hacheck_'));
    for (let number = 0; number < 300; number += 1) await ask(port, `/${number % 2 === 0 ? 'spool' : 'tcp'}/made-up-${number}/1`, { headers: [`X-Haproxy-Server-State: UP; node=n${number}`, `User-Agent: agent-${number}`] });
    for (const path of ['/ftp/x/1', '/x', '/http/-/1']) await ask(port, path);
    assert.deepEqual([...(await scrape(port)).keys()].filter((name) => name.startsWith('hacheck_') && !before.includes(name)).map((name) => name.replace(/\{.*cache/, '{cache')), ['hacheck_checks_total{cache="hit"}']);
  });

  it('makes at most a thousand marks known by name, where it has the token', async () => {
    const { port, spoolRoot } = await testedDaemon();
    for (let number = 0; number < 1100; number += 1) writeFileSync(join(spoolRoot, `made-up-${number}`), '{"creation": 1}');
    const samples = await scrape(port);
    assert.deepEqual([Object.keys(named(samples, 'hacheck_mark_creation')).length, samples.get('hacheck_marks{state="down"}')], [1000, 1100]);
  });
});
