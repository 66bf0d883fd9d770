// Services that behave badly, the same ways for every protocol that takes turns. Those of HTTP stand in http-failure and http-body.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIALOGUES, lengthOf, probeFor, speaker } from '../support/dialogue.ts';
import { closed, endedAt, pouring, probed, type Probed, unburdened, unlistened, words } from '../support/probing.ts';
import { freePort, tcpService, type Service } from '../support/service.ts';

const DEADLINE = 250;
/** How services of other protocols begin, or answer what they do not understand. */
const STRANGERS: Readonly<Record<string, Buffer>> = {
  HTTP: Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  mysql: Buffer.from('J\0\0\0\n5.5.5-10.11.19-MariaDB\0\x01\0\0\0abcdefgh\0', 'latin1'),
  smtp: Buffer.from('554 SMTP synchronization error\r\n'),
  redis: Buffer.from("-ERR unknown command 'x'\r\n"),
  postgres: Buffer.from('E\0\0\0\x1eSFATAL\0C0A000\0Mno\0\0', 'latin1'),
  TLS: Buffer.from([0x15, 3, 1, 0, 2, 2, 70]),
  'HTTP/2': Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
  'nothing but zero bytes': Buffer.alloc(64),
  nonsense: Buffer.from('nonsense\r\n'),
};
/** Strangers that a protocol understands, and takes for a service that is not well. */
const UNDERSTOOD = ['HTTP/haproxy', 'smtp/smtp', 'redis/redis', 'HTTP/2/grpc'];

/** A service that says this to whoever comes, and stays. */
function saying(bytes: Buffer): Promise<Service> {
  return tcpService((socket) => {
    socket.write(bytes);
    socket.on('end', () => socket.end()).resume();
  });
}

for (const [protocol, dialogue] of DIALOGUES) {
  describe(`${protocol}, asked of a service that`, () => {
    const ask = async (service: Service, deadline?: number): Promise<Probed> => {
      const left = unburdened();
      const verdict = await probed(probeFor(protocol, service.port), service.port, { ...dialogue.target, ...(deadline === undefined ? {} : { deadline }) });
      await closed(service);
      await unlistened(verdict.signal);
      await left();
      return verdict;
    };

    it('is well, is up', async () => assert.equal(words(await ask(await speaker(dialogue))), `up: ${dialogue.said}`));

    it('says one byte at a time, is up', async () => assert.equal(words(await ask(await speaker(dialogue, { piece: 1 }))), `up: ${dialogue.said}`));

    it('closes after any number of bytes before the last, is down', async () => {
      for (let most = 1; most < lengthOf(dialogue); most += 1) {
        const { state, reason, took } = await ask(await speaker(dialogue, { most }));
        assert.equal(state, 'down', `after ${most} bytes: ${reason}`);
        assert.match(reason, /closed the (connection|call)|cut its answer short|ECONNRESET|EPIPE|no HTTP|ended without grpc-status/, `after ${most} bytes`);
        assert.ok(took < 2000, `after ${most} bytes: ${took} ms`);
      }
    });

    it('closes at once, is down', async () => {
      const { state, reason } = await ask(await tcpService((socket) => socket.resume().end()));
      assert.equal(state, 'down');
      assert.match(reason, /closed the (connection|call)|ECONNRESET|EPIPE/);
    });

    it('resets, is down', async () => {
      const { state, reason } = await ask(await tcpService((socket) => socket.resetAndDestroy()));
      assert.equal(state, 'down');
      assert.match(reason, /ECONNRESET|EPIPE|closed the (connection|call)/);
    });

    it('says nothing, is down at the deadline', async () => {
      const verdict = await ask(await saying(Buffer.alloc(0)), DEADLINE);
      assert.match(words(verdict), /^down: timed out after 0\.25 s waiting for (an answer|the headers)/);
      endedAt(DEADLINE, verdict);
    });

    it('says half of each message, and no more, is down at the deadline', async () => {
      let before = 0;
      for (const { say } of dialogue.messages) {
        const most = before + Math.ceil(say.length / 2);
        const quiet = { ...dialogue, messages: halved(dialogue.messages, most) };
        const verdict = await ask(await speaker(quiet), DEADLINE);
        assert.match(words(verdict), /^down: timed out after 0\.25 s waiting for (an answer|the (headers|body))/, `after ${most} bytes`);
        endedAt(DEADLINE, verdict);
        before += say.length;
      }
    });

    for (const [stranger, bytes] of Object.entries(STRANGERS)) {
      if (stranger === protocol && protocol === 'postgres') continue;
      it(`speaks ${stranger}, is down`, async () => {
        const verdict = await ask(await saying(bytes), DEADLINE);
        assert.equal(verdict.state, 'down', verdict.reason);
        if (UNDERSTOOD.includes(`${stranger}/${protocol}`) || stranger === protocol) return;
        assert.match(verdict.reason, /^no |timed out|no answer|cut short/);
      });
    }

    it('pours bytes without an end, is down by the deadline, and is not read for ever', async () => {
      for (const bytes of [Buffer.alloc(65_536, 'x'), Buffer.alloc(65_536), Buffer.alloc(65_536, '2')]) {
        let poured = (): number => 0;
        const service = await tcpService((socket) => {
          poured = pouring(socket, bytes);
          socket.on('end', () => socket.end()).resume();
        });
        const verdict = await ask(service, DEADLINE);
        assert.equal(verdict.state, 'down', verdict.reason);
        assert.ok(verdict.took < DEADLINE + 500 && poured() < 64 * 1024 * 1024, `${verdict.took} ms, ${poured()} bytes`);
        assert.ok(verdict.body.length < 1000, `${verdict.body.length} bytes`);
      }
    });

    if (dialogue.huge !== undefined) {
      const { huge } = dialogue;
      it('promises 4 GB, or the most that a length can say, is down', async () => {
        const verdict = await ask(await tcpService((socket) => {
          socket.once('data', () => socket.write(huge));
          if (protocol === 'mysql') socket.write(huge);
          socket.on('end', () => socket.end());
        }), DEADLINE);
        assert.equal(verdict.state, 'down', verdict.reason);
        if (protocol !== 'haproxy') assert.match(verdict.reason, /^no /);
      });
    }

    it('is not there, is down', async () => {
      const port = await freePort();
      const verdict = await probed(probeFor(protocol, port), port, dialogue.target);
      assert.equal(words(verdict), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
    });
  });
}

/** The messages up to so many bytes, and nothing behind them. */
function halved<M extends { readonly say: Buffer }>(messages: readonly M[], most: number): M[] {
  const said: M[] = [];
  for (let [left, at] = [most, 0]; left > 0 && at < messages.length; at += 1) {
    const message = messages[at];
    if (message === undefined) break;
    said.push({ ...message, say: message.say.subarray(0, left) });
    left -= message.say.length;
  }
  return said;
}
