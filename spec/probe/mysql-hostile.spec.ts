// What goes wrong behind the greeting, where hostile.spec.ts does not come: in each message of the longest login, and in what stands in packets.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { lengthOf, speaker, type Dialogue } from '../support/dialogue.ts';
import { errorPacket, greeting, newNonce, OK, packet } from '../support/mysql-peer.ts';
import { CACHING, loginTo, NATIVE, packetsOf, words } from '../support/mysql-wire.ts';
import { closed, endedAt, probed, unburdened, unlistened, type Probed } from '../support/probing.ts';
import { tcpService, type Service } from '../support/service.ts';

const PASSWORD = 'hunter2';
const DEADLINE = 150;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }) as string;

/** Logs in, and sees that nothing is left behind. */
async function ask(service: Service, deadline?: number): Promise<Probed> {
  const left = unburdened();
  const verdict = await probed(loginTo(service.port, PASSWORD), service.port, deadline === undefined ? {} : { deadline });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

/** One that says each of these when it has had one packet more, the first at once, and stays. */
function saying(...says: readonly Buffer[]): Promise<Service> {
  const messages = says.map((say, turn) => ({ say, when: (received: Buffer) => packetsOf(received).length >= turn }));
  return speaker({ messages, target: {}, said: '' });
}

describe('a MySQL that switches to caching_sha2_password, and wants the password in full,', () => {
  const names = ['greeting', 'switch', 'wish for the password', 'key', 'OK'];
  const says = [
    greeting(newNonce(), NATIVE), packet(2, [0xfe], `${CACHING}\0`, newNonce(), [0]), packet(4, [1, 4]), packet(6, [1], PEM), packet(8, OK),
  ];
  const dialogue: Dialogue = { messages: says.map((say, turn) => ({ say, when: (received) => packetsOf(received).length >= turn })), target: {}, said: '8.0.36' };

  for (const [what, piece] of [['is well', Infinity], ['says one byte at a time', 1], ['says three bytes at a time', 3]] as const) {
    it(`and ${what}, is up`, async () => assert.equal(words(await ask(await speaker(dialogue, { piece }))), 'up: 8.0.36'));
  }

  it('and says the next before it is its turn, is up', async () => {
    assert.equal(words(await ask(await speaker({ ...dialogue, messages: says.map((say) => ({ say, when: () => true })) }))), 'up: 8.0.36');
  });

  let before = 0;
  for (const [turn, say] of says.entries()) {
    const start = before;
    before += say.length;
    it(`and closes in its ${names[turn]}, is down`, async () => {
      for (const part of [1, 3, 4, 5, say.length >> 1, say.length - 1].filter((bytes) => bytes < say.length)) {
        const verdict = await ask(await speaker(dialogue, { most: start + part }));
        assert.equal(words(verdict), 'down: closed the connection in the middle of an answer', `${part} bytes`);
        assert.ok(verdict.took < 2000, `${verdict.took} ms`);
      }
    });

    it(`and hangs in its ${names[turn]}, is down at the deadline`, async () => {
      const cut = [...says.slice(0, turn), say.subarray(0, say.length >> 1)];
      const verdict = await ask(await saying(...cut), DEADLINE);
      assert.equal(words(verdict), `down: timed out after ${DEADLINE / 1000} s waiting for an answer`);
      endedAt(DEADLINE, verdict);
    });

    if (before < lengthOf(dialogue)) {
      it(`and closes behind its ${names[turn]}, is down`, async () => {
        assert.equal(words(await ask(await speaker(dialogue, { most: start + say.length }))), 'down: closed the connection without an answer');
      });
    }
  }

  it('and drips a byte every 20 ms, is down at the deadline', async () => {
    const service = await tcpService((socket) => {
      let at = 0;
      const dripping = setInterval(() => socket.write(says[0]?.subarray(at, (at += 1)) ?? ''), 20);
      socket.on('close', () => clearInterval(dripping)).on('end', () => socket.end()).resume();
    });
    const verdict = await ask(service, DEADLINE);
    assert.equal(words(verdict), `down: timed out after ${DEADLINE / 1000} s waiting for an answer`);
    endedAt(DEADLINE, verdict);
  });
});

describe('in place of a greeting, ', () => {
  const greetingOf = (bytes: number): Buffer => {
    const body = greeting(newNonce(), NATIVE).subarray(4, 4 + bytes);
    return packet(0, body);
  };
  const SAID: readonly (readonly [string, Buffer, string])[] = [
    ['a packet without a body', packet(0), 'no MySQL: a packet of 0 bytes'],
    ['a packet of one byte more than are read', Buffer.from([1, 0, 1, 0, 10]), 'no MySQL: a packet of 65537 bytes'],
    ['a packet of 16 MB', Buffer.from([0xff, 0xff, 0xff, 0, 10]), 'no MySQL: a packet of 16777215 bytes'],
    ['an OK', packet(0, OK), 'no MySQL: a greeting of protocol 0'],
    ['the greeting of MySQL 3.20', packet(0, [9], '3.20.3\0'), 'no MySQL: a greeting of protocol 9'],
    ['a switch', packet(0, [0xfe]), 'no MySQL: a greeting of protocol 254'],
    ['an error without a number', packet(0, [0xff]), 'no MySQL: an error cut short'],
    ['an error with half a number', packet(0, [0xff, 0x10]), 'no MySQL: an error cut short'],
    ['an error without a text', errorPacket(0, 1040, ''), '1040 '],
    ['an error with half an SQLSTATE', packet(0, [0xff, 0x10, 4], '#08'), '1040 '],
    ['an error in Chinese', errorPacket(0, 1040, '\u8fde\u63a5\u8fc7\u591a', '08004'), '1040 \u8fde\u63a5\u8fc7\u591a'],
    ['a greeting without a version', greetingOf(1), 'no MySQL: a greeting cut short'],
    ['a greeting that ends in its version', greetingOf(4), 'no MySQL: a greeting cut short'],
    ['a greeting that ends behind its version', greetingOf(8), 'no MySQL: a greeting cut short'],
    ['a greeting that ends in its nonce', greetingOf(16), 'no MySQL: a greeting cut short'],
    ['a greeting that ends before the second part of its nonce', greetingOf(1 + 7 + 4 + 9 + 18), 'no MySQL: a greeting cut short'],
  ];
  for (const [what, bytes, wanted] of SAID) it(`${what} is down`, async () => assert.equal(words(await ask(await saying(bytes), 2000)).trim(), `down: ${wanted}`.trim()));
});

describe('in a login, ', () => {
  const key = (say: string): readonly Buffer[] => [greeting(newNonce(), CACHING), packet(2, [1, 4]), packet(4, [1], say)];
  const SAID: readonly (readonly [string, readonly Buffer[], string])[] = [
    ['an error cut short', [greeting(newNonce(), NATIVE), packet(2, [0xff, 0x15])], 'no MySQL: an error cut short'],
    ['a packet without a body', [greeting(newNonce(), NATIVE), packet(2)], 'no MySQL: a packet of 0 bytes'],
    ['a packet of 16 MB', [greeting(newNonce(), NATIVE), Buffer.from([0xff, 0xff, 0xff, 2, 0])], 'no MySQL: a packet of 16777215 bytes'],
    ['another greeting', [greeting(newNonce(), NATIVE), greeting(newNonce(), NATIVE)], 'no answer to a login'],
    ['the fast path of another method', [greeting(newNonce(), NATIVE), packet(2, [1, 3])], 'no answer to a login'],
    ['the full path of another method', [greeting(newNonce(), NATIVE), packet(2, [1, 4])], 'no answer to a login'],
    ['a key for another method', [greeting(newNonce(), NATIVE), packet(2, [1], PEM)], 'no answer to a login'],
    ['a key that nobody has asked for', [greeting(newNonce(), CACHING), packet(2, [1], PEM)], 'a key that nobody has asked for'],
    ['a key that comes with the fast path', [greeting(newNonce(), CACHING), Buffer.concat([packet(2, [1, 3]), packet(3, [1], PEM)])], 'a key that nobody has asked for'],
    ['more of nothing', [greeting(newNonce(), CACHING), packet(2, [1])], 'a key that nobody has asked for'],
    ['a key without PEM', key('nonsense'), 'a public key that is none'],
    ['an empty key', key(''), 'a public key that is none'],
    ['half a key', key(PEM.slice(0, 100)), 'a public key that is none'],
    ['a key with a passphrase', key(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string), 'a public key that is none'],
    ['a wish for the password, and again', [...key('').slice(0, 2), packet(4, [1, 4])], 'a public key that is none'],
    ['one switch behind the other', [greeting(newNonce(), NATIVE), ...Array.from({ length: 20 }, (_, at) => packet(2 * at + 2, [0xfe], `${NATIVE}\0`, newNonce(), [0]))], 'a login without an end'],
    ['one key behind the other', [...key(PEM), ...Array.from({ length: 20 }, (_, at) => packet(2 * at + 6, [1], PEM))], 'a login without an end'],
    ['a switch to a method without a name', [greeting(newNonce(), NATIVE), packet(2, [0xfe, 0])], 'wants a login by , which hacheck does not speak'],
    ['a switch whose method has no end', [greeting(newNonce(), NATIVE), packet(2, [0xfe], 'x'.repeat(1000))], `wants a login by ${'x'.repeat(283)}...`],
  ];
  for (const [what, says, wanted] of SAID) {
    it(`${what} is down`, async () => assert.equal(words(await ask(await saying(...says), 2000)), `down: ${wanted}`));
  }

  it('a switch without a nonce is answered, and the server goes on', async () => {
    assert.equal(words(await ask(await saying(greeting(newNonce(), NATIVE), packet(2, [0xfe], `${CACHING}\0`), packet(4, OK)))), 'up: 8.0.36');
  });
});
