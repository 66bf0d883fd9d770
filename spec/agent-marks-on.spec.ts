import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { testedAgent } from './support/agent.ts';
import { testedDaemon } from './support/daemon.ts';
import { ask } from './support/request.ts';
import { freePort, httpService } from './support/service.ts';

const fine = await httpService((_request, response) => void response.end('fine'));

describe('a daemon with --marks-on agent', () => {
  for (const [state, agent, status] of [['down', 'down #down by ops', 503], ['drain', 'up 0% #drained by ops', 404]] as const) {
    for (const name of ['all', 'web', `web:${fine.port}`]) {
      it(`tells the agent that ${name === `web:${fine.port}` ? 'web:PORT' : name} is ${state}, and HTTP how the service is`, async () => {
        const { port, spoolRoot, send } = await testedAgent({ marksOn: 'agent' });
        writeFileSync(join(spoolRoot, name), JSON.stringify({ state, by: 'ops' }));
        const paths = [`/http/web/${fine.port}/`, `/tcp/web/${fine.port}`];
        for (const path of paths) {
          assert.deepEqual([await send(`${path}\n`), (await ask(port, path)).status], [`${agent}\n`, 200], path);
        }
        // What looks at marks alone looks at them, whoever asks.
        assert.deepEqual([await send(`web:${fine.port}\n`), (await ask(port, `/spool/web/${fine.port}`)).status], [`${agent}\n`, status]);
      });
    }
  }

  it('tells HTTP of a failure while a mark stands, so that both can be told apart', async () => {
    const { port, spoolRoot, send } = await testedAgent({ marksOn: 'agent', agentAdmin: true, cacheTime: 0 });
    const nobody = await freePort();
    for (const protocol of ['http', 'https', 'tcp']) {
      const path = `/${protocol}/web/${nobody}/`;
      const failure = `connect ECONNREFUSED 127.0.0.1:${nobody}`;
      assert.deepEqual([await send(`${path}\n`), (await ask(port, path)).phrase], [`fail #${failure}\n`, failure]);
      writeFileSync(join(spoolRoot, 'web'), '{"state": "drain", "reason": "kernel upgrade"}');
      assert.deepEqual([await send(`${path}\n`), (await ask(port, path)).phrase], ['drain up #drained: kernel upgrade\n', failure]);
      rmSync(join(spoolRoot, 'web'));
    }
  });

  it('notes for each row what that row was told', async () => {
    const { port, spoolRoot, send, rows } = await testedAgent({ marksOn: 'agent' });
    writeFileSync(join(spoolRoot, 'web'), '');
    const path = `/http/web/${fine.port}/`;
    await send(`${path}\n`);
    await ask(port, path);
    await send('web\n');
    await ask(port, '/spool/web/0');
    assert.deepEqual((await rows()).map((row) => [row.port, row.via, row.told]), [[0, 'agent', 'down'], [0, 'http', 'down'], [fine.port, 'agent', 'down'], [fine.port, 'http', 'up']]);
  });

  it('takes a spool that cannot be read for a failure of the agent and of spool alone', async () => {
    const { port, spoolRoot, send } = await testedAgent({ marksOn: 'agent' });
    rmSync(spoolRoot, { recursive: true });
    writeFileSync(spoolRoot, '');
    const path = `/http/web/${fine.port}/`;
    assert.deepEqual([await send(`${path}\n`), (await ask(port, path)).status, (await ask(port, '/spool/web/0')).status], ['fail #spool unreadable: ENOTDIR\n', 200, 503]);
    rmSync(spoolRoot);
    mkdirSync(spoolRoot);
    assert.equal(await send(`${path}\n`), 'up 100%\n');
  });

  it('shares one verdict between both', async () => {
    const { port, send } = await testedAgent({ marksOn: 'agent' });
    const service = await httpService((_request, response) => void response.end('fine'));
    await send(`/http/web/${service.port}/\n`);
    assert.match((await ask(port, `/http/web/${service.port}/`)).headers['cache-status'] ?? '', /^hacheck; hit/);
    assert.equal(service.connections(), 1);
  });

  it('does so without an agent as well', async () => {
    const { port, spoolRoot } = await testedDaemon({ marksOn: 'agent' });
    writeFileSync(join(spoolRoot, 'web'), '');
    assert.deepEqual([(await ask(port, `/http/web/${fine.port}/`)).status, (await ask(port, '/spool/web/0')).status], [200, 503]);
  });
});

describe('a daemon without it', () => {
  it('tells both of marks', async () => {
    const { port, spoolRoot, send } = await testedAgent();
    writeFileSync(join(spoolRoot, 'web'), '{"state": "drain"}');
    const path = `/http/web/${fine.port}/`;
    assert.deepEqual([await send(`${path}\n`), (await ask(port, path)).status], ['up 0% #drained\n', 404]);
  });
});
