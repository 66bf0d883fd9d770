import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Broken, Conversation, converse, type Talk, type Taken } from '../../lib/probe/conversation.ts';
import { dial } from '../../lib/probe/dial.ts';
import type { Probe } from '../../lib/probe/target.ts';
import { closed, endedAt, probed, type Probed, unburdened, unlistened, words } from '../support/probing.ts';
import { secretFile } from '../support/secret-file.ts';
import { freePort, tcpService } from '../support/service.ts';

/** Takes a line. */
function takeLine(bytes: Buffer): Taken<string> {
  const end = bytes.indexOf(10);
  return end < 0 ? undefined : { value: bytes.toString('utf8', 0, end), bytes: end + 1 };
}

const probeWith = (talk: Talk, login?: Parameters<typeof converse>[3]): Probe => (target, signal) => converse(target, signal, talk, login);

/** Asks a service that says this at once, and perhaps stays. */
async function ask(says: readonly (string | Buffer)[], talk: Talk, { stays = true, deadline = 2_000 } = {}): Promise<Probed> {
  const service = await tcpService((socket) => {
    for (const bytes of says) socket.write(bytes);
    socket.on('end', () => socket.end()).resume();
    if (!stays) socket.end();
  });
  const left = unburdened();
  const verdict = await probed(probeWith(talk), service.port, { deadline });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

const hearLine = async (service: Conversation): Promise<{ up: boolean; said: string }> => ({ up: true, said: await service.hear(takeLine) });

describe('a conversation', () => {
  it('lets go of a service that does not take what was said last', { timeout: 10_000 }, async () => {
    // Nothing of it is read, and it does not end.
    const { port } = await tcpService((socket) => socket.pause());
    const { signal } = new AbortController();
    const dialled = await dial({ address: undefined, port }, signal);
    assert.ok('socket' in dialled);
    const conversation = new Conversation(dialled.socket, signal);
    conversation.say(Buffer.alloc(32 * 1024 * 1024));
    conversation.close();
    await once(dialled.socket, 'close');
  });

  it('ends in a verdict with what was said, where, and how long it took', async () => {
    const { reason, took } = await ask(['fine\n'], hearLine);
    const [, milliseconds] = /^fine \(127\.0\.0\.1:\d+, (\d+\.\d) ms\)$/.exec(reason) ?? [];
    assert.ok(Number(milliseconds) > 0 && Number(milliseconds) <= took, `${reason} of ${took}`);
  });

  it('keeps what has come for the next turn', async () => {
    const verdict = await ask(['one\ntwo\nthr', 'ee\n'], async (service) => ({ up: false, said: `${await service.hear(takeLine)} ${await service.hear(takeLine)} ${await service.hear(takeLine)}` }));
    assert.equal(words(verdict), 'down: one two three');
  });

  it('hands out bytes that later ones do not overwrite', async () => {
    const takeFour = (bytes: Buffer): Taken<Buffer> => (bytes.length < 4 ? undefined : { value: bytes.subarray(0, 4), bytes: 4 });
    const verdict = await ask([Buffer.from('aaaa'.repeat(10_000)), Buffer.from('bbbb'.repeat(10_000))], async (service) => {
      const first = await service.hear(takeFour);
      for (let turns = 1; turns < 20_000; turns += 1) await service.hear(takeFour);
      return { up: true, said: first.toString() };
    });
    assert.equal(words(verdict), 'up: aaaa');
  });

  const ENDS: readonly (readonly [string, readonly string[], string])[] = [
    ['before it has said anything', [], 'down: closed the connection without an answer'],
    ['in the middle of what it says', ['fi'], 'down: closed the connection in the middle of an answer'],
    ['behind its answer', ['fine\n'], 'up: fine'],
  ];
  for (const [when, says, wanted] of ENDS) it(`with one that hangs up ${when} is ${wanted}`, async () => assert.equal(words(await ask(says, hearLine, { stays: false })), wanted));

  it('with one that resets is down', async () => {
    const service = await tcpService((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const talk: Talk = async (conversation) => {
      conversation.say('hello\n');
      return hearLine(conversation);
    };
    assert.match(words(await probed(probeWith(talk), service.port)), /^down: ECONNRESET$/);
  });

  it('with one that is mute ends at the deadline', async () => {
    const verdict = await ask(['fi'], hearLine, { deadline: 200 });
    assert.equal(words(verdict), 'down: timed out after 0.2 s waiting for an answer');
    endedAt(200, verdict);
  });

  it('with one whose message has no end is down, and reads no more of it', async () => {
    const verdict = await ask([Buffer.alloc(16 * 1024 * 1024, 'x')], hearLine);
    assert.equal(words(verdict), 'down: a message without an end');
  });

  it('that is not listened to for a while holds some of what is said, and hears the rest of it later', async () => {
    const [lines, line] = [20_000, 'x'.repeat(1_000)];
    const verdict = await ask([`${line}\n`.repeat(lines)], async (service) => {
      let held = 0;
      for (let quiet = 0; quiet < 100; quiet = service.unheard > held ? 0 : quiet + 1) {
        held = service.unheard;
        await new Promise((resolve) => setImmediate(resolve));
      }
      let heard = 0;
      while (heard < lines && (await service.hear(takeLine)) === line) heard += 1;
      return { up: held < 4 * 1024 * 1024, said: `${heard} lines` };
    }, { deadline: 10_000 });
    assert.equal(words(verdict), `up: ${lines} lines`);
  });

  it('that breaks is a down; one that throws anything else is a bug', async () => {
    assert.equal(words(await ask(['x\n'], async () => { throw new Broken('no sense'); })), 'down: no sense');
    const service = await tcpService((socket) => socket.on('end', () => socket.end()).resume());
    await assert.rejects(probed(probeWith(async () => { throw new TypeError('a bug'); }), service.port), /a bug/);
    await closed(service);
  });

  it('with nobody is a down in the words of the system', async () => {
    const port = await freePort();
    assert.equal(words(await probed(probeWith(hearLine), port)), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('is one line, and a short one, whatever was said', async () => {
    assert.equal(words(await ask(['a\r\x07b\x1b[31m\n'], hearLine)), 'up: a b [31m');
    assert.equal(words(await ask([`${'x'.repeat(1000)}\n`], hearLine)), `up: ${'x'.repeat(300)}...`);
  });

  it('lets what was said last go out before it closes', async () => {
    let heard = '';
    const service = await tcpService((socket) => {
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.on('end', () => socket.end());
      socket.write('fine\n');
    });
    await probed(probeWith(async (conversation) => {
      const said = await conversation.hear(takeLine);
      conversation.say('bye\n');
      return { up: true, said };
    }), service.port);
    await closed(service);
    assert.equal(heard, 'bye\n');
  });
});

describe('a conversation with credentials', () => {
  const talkOf = (said: string): Talk => async (conversation, credentials) => ({ up: true, said: `${credentials?.user} ${conversation.repeatable(said)}` });
  const service = tcpService((socket) => socket.on('end', () => socket.end()).resume());

  const ECHOES: readonly (readonly [string, string, string])[] = [
    ['hunter2', 'hunter2 and hunter2', '*** and ***'], ['hunter2', `${'x'.repeat(290)}hunter2`, `${'x'.repeat(290)}***`], ['$&', 'a$&b', 'a***b'], ['p\u00e4ss', 'p\u00e4ss', '***'], ['a b', 'a b', '***'],
  ];
  for (const [password, echo, wanted] of ECHOES) {
    it(`keeps ${JSON.stringify(password)} out of the verdict, though the service repeats it`, async () => {
      const { port } = await service;
      const verdict = await probed(probeWith(talkOf(echo), { user: 'hc', passwordFile: secretFile(password), ports: [{ first: port, last: port }] }), port);
      assert.equal(words(verdict).replace('...', ''), `up: hc ${wanted}`.slice(0, 4 + 300));
      for (const text of [verdict.phrase, verdict.reason, Buffer.from(verdict.body, 'latin1').toString()]) assert.ok(!text.includes(password), text);
    });
  }

  it('repeats nothing raw of a service that may know the password, and all of one that does not', async () => {
    const { port } = await service;
    const broken: Talk = async () => { throw new Broken('no sense', 'hunter-in-disguise'); };
    const login = { user: 'hc', passwordFile: secretFile('hunter2'), ports: [{ first: port, last: port }] };
    assert.equal(words(await probed(probeWith(broken, login), port)), 'down: no sense');
    assert.equal(words(await probed(probeWith(broken, { ...login, ports: [] }), port)), 'down: no sense: hunter-in-disguise');
  });

  it('whose file is empty is down, calls nobody, and names no path', async () => {
    const listener = await tcpService((socket) => socket.destroy());
    const verdict = await probed(probeWith(talkOf(''), { user: 'hc', passwordFile: secretFile('\n'), ports: [{ first: listener.port, last: listener.port }] }), listener.port);
    assert.deepEqual([verdict.state, verdict.body], ['down', 'the password file is empty: write the secret into it, on one line\n']);
    assert.equal(listener.connections(), 0);
  });

  it('has none for a port that is not named', async () => {
    const { port } = await service;
    assert.equal(words(await probed(probeWith(talkOf('x'), { user: 'hc', passwordFile: secretFile('y'), ports: [] }), port)), 'up: undefined x');
  });
});
