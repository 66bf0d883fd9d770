import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertOwnAnswer } from './support/answer.ts';
import { HandClock, testedDaemon } from './support/daemon.ts';
import { ask } from './support/request.ts';
import { httpService } from './support/service.ts';

// It stands at 2026-11-22T10:00:00Z.
const clock = new HandClock();
const NOW = clock.time();

const PARTS = {
  since: { key: { creation: NOW }, text: ' since 2026-11-22T10:00:00Z', short: '' },
  until: { key: { expiration: NOW + 3600 }, text: ' until 2026-11-22T11:00:00Z', short: '' },
  by: { key: { by: 'ops' }, text: ' by ops', short: ' by ops' },
  reason: { key: { reason: 'kernel upgrade' }, text: ': kernel upgrade', short: ': kernel upgrade' },
} as const;
const NAMES = ['since', 'until', 'by', 'reason'] as const;

describe('the answer while a mark stands', async () => {
  const { port, spoolRoot } = await testedDaemon({}, clock);
  const mark = (contents: string | Buffer): void => writeFileSync(join(spoolRoot, 'web'), contents);

  for (let bits = 0; bits < 16; bits += 1) {
    const known = NAMES.filter((_name, at) => (bits & (1 << at)) !== 0);
    it(`says what is known: ${known.length === 0 ? 'nothing' : known.join(', ')}`, async () => {
      const keys = Object.assign({}, ...known.map((name) => PARTS[name].key)) as object;
      const text = known.map((name) => PARTS[name].text).join('');
      const short = known.map((name) => PARTS[name].short).join('');
      mark(JSON.stringify({ ...keys, state: 'down' }));
      assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 503, phrase: `down${short}`, body: `Service web in down state${text}\n` });
      mark(JSON.stringify({ ...keys, state: 'drain' }));
      assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 404, phrase: `drained${short}`, body: `Service web in drain state${text}\n` });
    });
  }

  it('is the one of the contract, to the letter', async () => {
    mark(`{"reason": "kernel upgrade", "creation": ${NOW}.0, "expiration": ${NOW + 3600}.0, "state": "down", "by": "ops"}`);
    const response = await ask(port, '/spool/web/0');
    assert.equal(response.text.split('\r\n')[0], 'HTTP/1.1 503 down by ops: kernel upgrade');
    assert.equal(response.body, 'Service web in down state since 2026-11-22T10:00:00Z until 2026-11-22T11:00:00Z by ops: kernel upgrade\n');
    assert.equal(response.headers['x-hacheck-reason'], 'down by ops: kernel upgrade');
  });

  const CONTENTS = [
    ['an empty mark', '', 'down', ''],
    ['plain text', 'kernel upgrade\n', 'down: kernel upgrade', ': kernel upgrade'],
    ['a number', '12345', 'down: 12345', ': 12345'],
    ['an object without keys', '{}', 'down', ''],
    ['an unknown state', '{"state": "sideways"}', 'down', ''],
  ] as const;
  for (const [name, contents, phrase, text] of CONTENTS) {
    it(`is a down for ${name}`, async () => {
      mark(contents);
      assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 503, phrase, body: `Service web in down state${text}\n` });
    });
  }

  it('keeps its phrase to ASCII, and its body in UTF-8', async () => {
    const reason = 'Wartung läuft – 夜 ☕ 🛠 (Müller)';
    mark(JSON.stringify({ reason, by: 'Jörg' }));
    const response = await ask(port, '/spool/web/0');
    assertOwnAnswer(response, { status: 503, body: `Service web in down state by Jörg: ${reason}\n` });
    assert.ok(response.phrase.startsWith('down by J'), response.phrase);
  });

  it('is made of one line, whatever the reason holds', async () => {
    const reason = 'a\r\nX-Evil: 1\r\n\r\n<b>\0\x1b[31m\x7f\x85\u2028b\u202ec';
    mark(JSON.stringify({ reason, by: 'x\r\ny' }));
    const response = await ask(port, '/spool/web/0');
    assertOwnAnswer(response, { status: 503 });
    assert.equal(response.headers['x-evil'], undefined);
    assert.doesNotMatch(Buffer.from(response.body, 'latin1').toString('utf8').trimEnd(), /[\p{Cc}\u2028\u202e]/u);
  });

  it('cuts its phrase to 100 characters, and says the whole of a reason of 4 KiB in the body', async () => {
    mark(JSON.stringify({ reason: 'x'.repeat(4096) }));
    const response = await ask(port, '/spool/web/0');
    assertOwnAnswer(response, { status: 503, body: `Service web in down state: ${'x'.repeat(4096)}\n` });
    assert.ok(response.phrase.length === 100 && response.phrase.startsWith('down: xxx'), response.phrase);
  });

  it('leaves out what is beyond 4 KiB of a reason, between two characters', async () => {
    mark('ü'.repeat(3000));
    assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 503, body: `Service web in down state: ${'ü'.repeat(2048)}\n` });
  });

  it('leaves a phrase of exactly 100 characters whole', async () => {
    mark('x'.repeat(94));
    assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 503, phrase: `down: ${'x'.repeat(94)}` });
  });

  it('is an up from the second on at which the mark expires', async () => {
    mark(JSON.stringify({ expiration: NOW + 60 }));
    clock.advance(59.9);
    assert.equal((await ask(port, '/spool/web/0')).status, 503);
    clock.advance(0.1);
    assertOwnAnswer(await ask(port, '/spool/web/0'), { status: 200, phrase: 'OK' });
  });
});

describe('which mark decides', async () => {
  const { port, spoolRoot } = await testedDaemon();
  const ROWS = [
    [{ all: 'down', web: 'down', 'web:8080': 'down' }, 'all', 503],
    [{ web: 'down', 'web:8080': 'down' }, 'web', 503],
    [{ 'web:8080': 'down' }, 'web:8080', 503],
    [{ all: 'drain', web: 'drain', 'web:8080': 'drain' }, 'all', 404],
    [{ web: 'drain', 'web:8080': 'drain' }, 'web', 404],
    [{ 'web:8080': 'drain' }, 'web:8080', 404],
    [{ all: 'drain', web: 'down' }, 'web', 503],
    [{ all: 'drain', web: 'drain', 'web:8080': 'down' }, 'web:8080', 503],
    [{ all: 'down', web: 'drain' }, 'all', 503],
    [{ all: 'expired', web: 'drain' }, 'web', 404],
    [{ all: 'expired', web: 'expired', 'web:8080': 'expired' }, undefined, 200],
    [{ 'web:8081': 'down', web2: 'down', we: 'down', WEB: 'down', '.web': 'down', '8080': 'down' }, undefined, 200],
  ] as const;
  for (const [marks, name, status] of ROWS) {
    it(`is ${name ?? 'none'} of ${JSON.stringify(marks)}`, async () => {
      for (const [file, state] of Object.entries(marks)) {
        writeFileSync(join(spoolRoot, file), JSON.stringify(state === 'expired' ? { expiration: 1 } : { state }));
      }
      const response = await ask(port, '/spool/web/8080');
      for (const file of Object.keys(marks)) rmSync(join(spoolRoot, file));
      assert.equal(response.status, status);
      if (name !== undefined) assert.equal(response.body, `Service ${name} in ${status === 404 ? 'drain' : 'down'} state\n`);
    });
  }

  it('is none of a port\'s where no port is asked for', async () => {
    writeFileSync(join(spoolRoot, 'web:8080'), '');
    assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.equal((await ask(port, '/spool/web/8081')).status, 200);
    rmSync(join(spoolRoot, 'web:8080'));
  });
});

describe('a mark', async () => {
  const { port, spoolRoot } = await testedDaemon();
  const service = await httpService((_request, response) => void response.end('fine'));
  const path = `/http/web/${service.port}/`;
  const file = join(spoolRoot, 'web');

  it('is seen by the very next check, and so is its going', async () => {
    for (let round = 0; round < 20; round += 1) {
      assert.equal((await ask(port, path)).status, 200);
      writeFileSync(file, '');
      const response = await ask(port, path);
      assert.equal(response.status, 503);
      assert.equal(response.headers['cache-status'], undefined);
      rmSync(file);
    }
    assert.match((await ask(port, path)).headers['cache-status'] ?? '', /^hacheck; hit; ttl=\d+$/);
    assert.equal(service.connections(), 1);
  });

  it('keeps every protocol from probing', async () => {
    const before = service.connections();
    writeFileSync(file, '');
    for (const protocol of ['http', 'https', 'tcp']) {
      const response = await ask(port, `/${protocol}/web/${service.port}/unasked`, { headers: ['Pragma: no-cache'] });
      assert.deepEqual([response.status, response.phrase], [503, 'down']);
    }
    rmSync(file);
    assert.equal(service.connections(), before);
  });

  it('counts for its own daemon and no other in the process', async () => {
    const other = await testedDaemon();
    writeFileSync(file, '');
    assert.equal((await ask(port, '/spool/web/0')).status, 503);
    assert.equal((await ask(other.port, '/spool/web/0')).status, 200);
    rmSync(file);
    assert.equal((await ask(other.port, path)).headers['cache-status'], 'hacheck; fwd=miss; stored');
  });
});
