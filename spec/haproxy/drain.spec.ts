import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { becomes } from '../support/becomes.ts';
import { PATIENT, recipe } from '../support/checked.ts';
import { testedDaemon } from '../support/daemon.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { operate } from '../support/operator.ts';
import { lacking } from '../support/programs.ts';
import { ask, type RawResponse } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';

const BODY = 'x'.repeat(100_000);

/** An HAProxy in front of two services, web1 of which has a daemon; each answers with its name. */
interface Pair {
  readonly haproxy: Haproxy;
  /** Gives a hactl command on web1's host. */
  readonly operate: (...words: readonly string[]) => Promise<void>;
  /** The name of the service that answers a request. */
  readonly served: (...headers: readonly string[]) => Promise<string>;
  /** Sends a request to web1, which holds it; resolves when it runs. */
  readonly hold: () => Promise<{ readonly answer: Promise<RawResponse>; readonly finish: () => void }>;
}

/** @param checks the lines of web1's checks; `server` stands behind its address */
async function pair(checks: (path: string) => string, server = ''): Promise<Pair> {
  let take: ((response: ServerResponse) => void) | undefined;
  const web1 = await httpService((request, response) => (request.url === '/held' ? take?.(response) : response.end('web1')));
  const web2 = await httpService((_request, response) => response.end('web2'));
  const { port, spoolRoot } = await testedDaemon();
  const front = await freePort();
  const haproxy = await startHaproxy(`
frontend front
  bind 127.0.0.1:${front}
  default_backend web
backend web
  balance roundrobin
  cookie SERVER insert indirect
  option redispatch${checks(`/http/web/${web1.port}/`)}
  server web1 127.0.0.1:${web1.port} cookie web1 check port ${port} ${server}
  server web2 127.0.0.1:${web2.port} cookie web2`, { defaults: PATIENT });
  await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK' });
  const hold = async (): ReturnType<Pair['hold']> => {
    const taken = new Promise<ServerResponse>((resolve) => (take = resolve));
    const answer = ask(front, '/held', { headers: ['Host: web', 'Cookie: SERVER=web1'] });
    const response = await Promise.race([taken, answer.then(({ text }) => assert.fail(`answered without web1: ${text}`))]);
    return { answer, finish: () => void response.end(BODY) };
  };
  const served: Pair['served'] = async (...headers) => (await ask(front, '/', { headers: ['Host: web', ...headers] })).body;
  return { haproxy, operate: (...words) => operate(spoolRoot, ...words), served, hold };
}

const plain = (path: string): string => `\n  option httpchk GET ${path}`;
const disableOn404 = (path: string): string => `${plain(path)}\n  http-check disable-on-404`;

/** Who serves several new clients that follow each other. */
async function newClients({ served }: Pair): Promise<string[]> {
  const names: string[] = [];
  for (let client = 0; client < 6; client += 1) names.push(await served());
  return [...new Set(names)].sort();
}

describe('a drain in HAProxy', { skip: lacking('haproxy'), concurrency: true }, () => {
  for (const [kind, checks] of Object.entries({ 'disable-on-404': disableOn404, 'the recipe': recipe })) {
    it(`cuts no request that runs, and sends new ones elsewhere, with ${kind}`, async () => {
      const web = await pair(checks);
      assert.deepEqual(await newClients(web), ['web1', 'web2']);
      const { answer, finish } = await web.hold();
      await web.operate('drain', 'web', '-r', 'kernel upgrade');
      await becomes(web.haproxy, 'web/web1', { status: 'NOLB', check_code: '404', scur: '1' });
      assert.deepEqual(await newClients(web), ['web2']);
      finish();
      const { status, body } = await answer;
      assert.deepEqual([status, body], [200, BODY]);
      await becomes(web.haproxy, 'web/web1', { status: 'NOLB', scur: '0' });
      await web.operate('up', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'UP' });
      assert.deepEqual(await newClients(web), ['web1', 'web2']);
    });

    it(`still lets a sticky client through, and a down does not, with ${kind}`, async () => {
      const web = await pair(checks);
      await web.operate('drain', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'NOLB' });
      assert.equal(await web.served('Cookie: SERVER=web1'), 'web1');
      assert.deepEqual(await newClients(web), ['web2']);
      await web.operate('down', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'DOWN' });
      assert.equal(await web.served('Cookie: SERVER=web1'), 'web2');
    });

    it(`cuts nothing where on-marked-down shutdown-sessions makes a down cut, with ${kind}`, async () => {
      const web = await pair(checks, 'on-marked-down shutdown-sessions');
      const spared = await web.hold();
      await web.operate('drain', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'NOLB' });
      spared.finish();
      assert.equal((await spared.answer).body, BODY);
      const cut = await web.hold();
      await web.operate('down', 'web');
      await becomes(web.haproxy, 'web/web1', { status: 'DOWN' });
      assert.equal((await cut.answer).status, 502);
    });
  }

  it('is a down where nothing makes more of a 404', async () => {
    const web = await pair(plain);
    await web.operate('drain', 'web');
    await becomes(web.haproxy, 'web/web1', { status: 'DOWN', check_status: 'L7STS', check_code: '404' });
    assert.equal(await web.served('Cookie: SERVER=web1'), 'web2');
    assert.deepEqual(await newClients(web), ['web2']);
  });
});
