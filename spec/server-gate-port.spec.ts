import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PATH_ALONE } from '../lib/targeting.ts';
import { testedAgent } from './support/agent.ts';
import { assertOwnAnswer } from './support/answer.ts';
import { testedDaemon } from './support/daemon.ts';
import { exchangeFrom } from './support/from.ts';
import { AUTHORIZED, FORM, post, spoolDaemon } from './support/form.ts';
import { checkIp, servicesAt, stateOf } from './support/places.ts';
import { recordingService } from './support/recording.ts';
import { ask, parseResponse } from './support/request.ts';
import { freePort } from './support/service.ts';

const { port: open } = await servicesAt('127.0.0.1', '127.0.0.2');
const shut = await recordingService();
const probePorts = [{ first: open, last: open }];
const PROTOCOLS = ['http', 'https', 'tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy'];
const refusal = (port: number): string => `port ${port} is none of those of --probe-port`;

describe('--probe-port', async () => {
  const agent = await testedAgent({ targets: { ...PATH_ALONE, probePorts } });

  it('lets a port that it names be probed', async () => assert.equal((await ask(agent.port, `/http/web/${open}/`)).status, 200));

  for (const protocol of PROTOCOLS) {
    it(`answers 403 for any other, and probes nothing, over ${protocol}`, async () => {
      assertOwnAnswer(await ask(agent.port, `/${protocol}/web/${shut.port}/`), { status: 403, phrase: refusal(shut.port), body: `${refusal(shut.port)}\n` });
      assert.equal(await agent.send(`/${protocol}/web/${shut.port}/\n`), `#${refusal(shut.port)}\n`);
      assert.equal(shut.connections(), 0);
    });
  }

  it('leaves spool checks alone', async () => {
    for (const path of [`/spool/web/${shut.port}`, '/spool/web/0']) assert.equal((await ask(agent.port, path)).status, 200);
    for (const line of ['web', `web:${shut.port}`]) assert.equal(await agent.send(`${line}\n`), 'up 100%\n');
  });

  it('takes ranges, both ends included', async () => {
    const named = await recordingService();
    const targets = { ...PATH_ALONE, probePorts: [{ first: named.port, last: named.port }, { first: 1, last: 2 }] };
    const daemon = await testedDaemon({ targets });
    for (const [port, status] of [[named.port, 200], [1, 503], [2, 503], [3, 403], [open, 403]] as const) {
      assert.equal((await ask(daemon.port, `/http/web/${port}/`)).status, status, String(port));
    }
  });

  it('says each port that the agent refuses once in the log, and keeps no row', async () => {
    const port = await freePort();
    for (let times = 0; times < 3; times += 1) await agent.send(`/tcp/refused/${port}\n`);
    assert.equal((await agent.log()).split(refusal(port)).length - 1, 1);
    await ask(agent.port, `/tcp/refused/${port}`);
    assert.deepEqual((await agent.rows()).filter(({ service }) => service === 'refused'), []);
  });
});

describe('--probe-port, where headers choose the port', async () => {
  const daemon = await testedDaemon({ targets: { ...PATH_ALONE, targetFromHeader: true, probePorts } });
  const ROWS = [
    ['the one that is dialled is named', `/http/web/${shut.port}/`, [stateOf('127.0.0.2', open)], 200],
    ['the one that is dialled is named, on localhost', `/http/web/${shut.port}/`, [stateOf('unix', open)], 200],
    ['the path\'s one alone is named', `/http/web/${open}/`, [stateOf('127.0.0.1', shut.port)], 403],
    ['no port stands in the header', `/http/web/${open}/`, [stateOf('127.0.0.2', 0)], 200],
    ['no port stands in the header, nor is the path\'s named', `/http/web/${shut.port}/`, [stateOf('127.0.0.1', 0)], 403],
    ['the address comes from elsewhere', `/http/web/${open}/`, [stateOf('', shut.port), checkIp('127.0.0.2')], 403],
    ['it is a spool check', `/spool/web/${open}`, [stateOf('127.0.0.1', shut.port)], 200],
  ] as const;
  for (const [what, path, headers, status] of ROWS) {
    it(`answers ${status} where ${what}`, async () => {
      const response = await ask(daemon.port, path, { headers });
      assert.equal(response.status, status);
      if (status === 403) assert.equal(response.phrase, refusal(shut.port));
      assert.equal(shut.connections(), 0);
    });
  }
});

describe('--probe-port and --remote-spool', async () => {
  it('lets any port be marked', async () => {
    const { post: postForm } = await spoolDaemon({ targets: { ...PATH_ALONE, probePorts } });
    assert.equal((await postForm(`/spool/web/${shut.port}`, 'status=down')).status, 200);
  });
});

describe('the gates come in this order:', async () => {
  const daemon = await spoolDaemon({
    allowClients: [{ address: '127.0.0.1', prefix: 32 }],
    targets: { ...PATH_ALONE, targetFromHeader: true, probePorts },
  });
  const [BAD, OUTSIDE] = [stateOf('localhost'), stateOf('192.0.2.1')];
  writeFileSync(join(daemon.spoolRoot, 'all'), 'marked');
  const said = async (path: string, headers: readonly string[]): Promise<string> => (await ask(daemon.port, path, { headers })).phrase;

  it('client, before all', async () => {
    const lines = (path: string): string => [`GET ${path} HTTP/1.1`, 'Connection: close', BAD, '', ''].join('\r\n');
    for (const path of ['/ftp/web/1/', `/http/web/${shut.port}/`]) {
      assert.match(parseResponse(await exchangeFrom('127.0.0.2', daemon.port, lines(path))).phrase, /--allow-client$/);
    }
    assert.match((await exchangeFrom('127.0.0.2', daemon.port, 'garbage\r\n\r\n')), /^HTTP\/1\.1 403 client 127\.0\.0\.2 /);
  });

  it('bad request, before the networks', async () => {
    assert.match(await said('/ftp/web/1/', [OUTSIDE]), /^unknown protocol/);
    assert.match(await said(`/http/web/${shut.port}/`, [BAD]), /^bad address/);
    assert.match(await said(`/grpc/web/${shut.port}/%zz`, [OUTSIDE]), /%zz/);
  });

  it('network, before the port', async () => assert.match(await said(`/http/web/${shut.port}/`, [OUTSIDE]), /--target-network$/));

  it('port, before the marks', async () => {
    assert.equal(await said(`/http/web/${shut.port}/`, []), refusal(shut.port));
    assert.equal(await said(`/http/web/${open}/`, []), 'down: marked');
    assert.equal(await said(`/spool/web/${shut.port}`, []), 'down: marked');
  });

  it('network, before the marks', async () => {
    assert.match(await said('/spool/web/0', [OUTSIDE]), /--target-network$/);
    assert.match(await said(`/http/web/${open}/`, [OUTSIDE]), /--target-network$/);
  });

  it('for forms: the token before the path, the path before the network, the network before the form', async () => {
    const posted = async (path: string, form: string, headers: readonly string[]): Promise<string> => {
      const { status, phrase } = await post(daemon.port, path, form, headers);
      return `${status} ${phrase}`;
    };
    assert.match(await posted('/spool/.web/x', 'nonsense', [OUTSIDE]), /^401 no token/);
    assert.match(await posted('/spool/.web/x', 'nonsense', [AUTHORIZED, OUTSIDE]), /^400 bad service/);
    assert.match(await posted('/spool/web/0', 'nonsense', [AUTHORIZED, BAD]), /^400 bad address/);
    assert.match(await posted('/spool/web/0', 'nonsense', [AUTHORIZED, OUTSIDE]), /^403 .*--target-network$/);
    assert.match(await posted('/spool/web/0', 'nonsense', [AUTHORIZED]), /^400 the form is sent as/);
    assert.match(await posted('/spool/web/0', 'nonsense', [AUTHORIZED, FORM]), /^400 bad field/);
    rmSync(join(daemon.spoolRoot, 'all'));
  });
});
