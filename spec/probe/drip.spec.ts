// Services that say all the right things, too slowly: a byte now and then keeps no probe beyond its deadline.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DIALOGUES, probeFor, type Dialogue } from '../support/dialogue.ts';
import { closed, endedAt, probed, unburdened, unlistened } from '../support/probing.ts';
import { tcpService, type Service } from '../support/service.ts';

const DEADLINE = 1_000;
/** Milliseconds between two bytes; so no dialogue comes to its end in time. */
const PAUSE = 80;

/** Says its messages as a service that is well, a byte every some milliseconds. */
function dripper({ messages }: Dialogue): Promise<Service> {
  return tcpService((socket) => {
    socket.setNoDelay(true);
    let [received, turn, at] = [Buffer.alloc(0), 0, 0];
    const drip = setInterval(() => {
      const message = messages[turn];
      if (message === undefined || (at === 0 && !message.when(received))) return;
      socket.write(message.say.subarray(at, at + 1));
      at += 1;
      if (at === message.say.length) [turn, at] = [turn + 1, 0];
    }, PAUSE);
    socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
    socket.on('end', () => socket.end()).on('close', () => clearInterval(drip));
  });
}

for (const [protocol, dialogue] of DIALOGUES) {
  it(`${protocol}, asked of a service that says a byte every ${PAUSE} ms, is down at the deadline`, async () => {
    const left = unburdened();
    const service = await dripper(dialogue);
    const verdict = await probed(probeFor(protocol, service.port), service.port, { ...dialogue.target, deadline: DEADLINE });
    assert.match(verdict.reason, /^timed out after 1 s waiting for (an answer|the headers of )/);
    endedAt(DEADLINE, verdict);
    await closed(service);
    await unlistened(verdict.signal);
    await left();
  });
}
