// What a peer of the smtp probe may greet with, to the byte (RFC 5321 sections 4.2 and 4.5.3.1.5).
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { probeSmtp } from '../../lib/probe/smtp.ts';
import { closed, endedAt, probed, type Probed, unburdened, unlistened, words } from '../support/probing.ts';
import { tcpService, type Service } from '../support/service.ts';

const DEADLINE = 250;

/** Greets at once, and answers what it hears. */
function greeting(first: string, bye: string, heard: string[] = []): Promise<Service> {
  return tcpService((socket: Socket) => {
    socket.write(first, 'latin1');
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString('latin1'));
      if (bye !== '') socket.write(bye, 'latin1');
    });
    socket.on('end', () => socket.end());
  });
}

async function ask(service: Service): Promise<Probed> {
  const left = unburdened();
  const verdict = await probed(probeSmtp, service.port, { deadline: DEADLINE });
  await closed(service);
  await unlistened(verdict.signal);
  await left();
  return verdict;
}

describe('smtp, greeted', () => {
  const BYE = '221 bye\r\n';
  const GREETINGS: readonly (readonly [string, string, string, string])[] = [
    ['by several lines and a bare code', '220-a\r\n220-\r\n220\r\n', BYE, 'up: 220 a'],
    ['with several words of farewell', '220 a\r\n', '221-so\r\n221 long\r\n', 'up: 220 a'],
    ['by lines of several codes', '220-a\r\n421 b\r\n', BYE, 'down: no SMTP: a reply of several codes'],
    ['with another success for QUIT', '220 a\r\n', '220 b\r\n', 'down: 220 b, for QUIT'],
    ['with a refusal of QUIT in several lines', '220 a\r\n', '451-b\r\n451 c\r\n', 'down: 451 b c, for QUIT'],
    ['with the farewell already', '220 a\r\n221 b\r\n', '', 'down: no SMTP: more than a greeting'],
    ['with an early farewell, and another one', '220 a\r\n221 b\r\n', BYE, 'down: no SMTP: more than a greeting'],
    ['by 221', '221 a\r\n', BYE, 'down: 221 a'],
    ['by a challenge', '334 a\r\n', BYE, 'down: 334 a'],
    ['by four digits', '2200 a\r\n', BYE, 'down: no SMTP: 2200 a'],
    ['by a tab', '220\ta\r\n', BYE, 'down: no SMTP: 220 a'],
    ['by a space first', ' 220 a\r\n', BYE, 'down: no SMTP:  220 a'],
    ['by an empty line first', '\r\n220 a\r\n', BYE, 'down: no SMTP:  220 a'],
    ['by a zero byte behind the code', '220\0a\r\n', BYE, 'down: no SMTP: 220 a'],
    ['by what is no SMTP in its second line', '220-a\r\n220+b\r\n', BYE, 'down: no SMTP: 220+b'],
    ['by words for a terminal', '220 a\x1b[2Jb\x07\r\n', BYE, 'up: 220 a [2Jb'],
    ['by bytes that are no UTF-8', '220 \xe4\r\n', BYE, 'up: 220 \ufffd'],
    ['by a CR without its LF', '220 a\r', BYE, 'down: timed out after 0.25 s waiting for an answer'],
    ['by its first line alone', '220-a\r\n', BYE, 'down: timed out after 0.25 s waiting for an answer'],
    ['without a farewell', '220 a\r\n', '', 'down: timed out after 0.25 s waiting for an answer'],
    ['with the first line of a farewell', '220 a\r\n', '221-b\r\n', 'down: timed out after 0.25 s waiting for an answer'],
  ];
  for (const [how, first, bye, wanted] of GREETINGS) {
    it(`${how}, is ${wanted}`, async () => {
      const verdict = await ask(await greeting(first, bye));
      assert.equal(words(verdict).replace(/ {2,3}$/, ''), wanted);
      if (wanted.includes('timed out')) endedAt(DEADLINE, verdict);
    });
  }

  it('at length, shows no more than some of it', async () => {
    const lines = Array.from({ length: 20 }, () => `220-${'x'.repeat(300)}\r\n`).join('');
    const { state, body } = await ask(await greeting(`${lines}220 ready\r\n`, BYE));
    assert.equal(state, 'up');
    assert.match(body, /^220 x{200}[^\n]{0,140}\n$/);
  });

  it('at length and in pieces, waits for the end', async () => {
    const service = await tcpService((socket) => {
      socket.setNoDelay(true);
      socket.on('data', () => socket.write(BYE)).on('end', () => socket.end());
      socket.write(`220-${'x'.repeat(4_000)}`);
      setTimeout(() => socket.write('\r\n220 ready\r\n'), 50);
    });
    assert.equal((await ask(service)).state, 'up');
  });

  it('by more than 8 KiB without an end, waits no longer', async () => {
    for (const endless of [`220-${'x'.repeat(9_000)}`, `220-${'x'.repeat(100)}\r\n`.repeat(90)]) {
      const verdict = await ask(await greeting(endless, BYE));
      assert.equal(words(verdict), 'down: no SMTP: a reply without an end');
      assert.ok(verdict.took < DEADLINE, `${verdict.took} ms`);
    }
  });

  it('says nothing but QUIT, once, in whatever pieces the greeting comes', async () => {
    const heard: string[] = [];
    const service = await greeting('220-a\r\n220-b\r\n220 c\r\n', BYE, heard);
    assert.equal(words(await ask(service)), 'up: 220 a b c');
    assert.equal(heard.join(''), 'QUIT\r\n');
  });
});
