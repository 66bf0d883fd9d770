// Services that answer with what was right before it was mutilated. Each is asked over a real connection.
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { healthStatus } from '../../lib/probe/grpc-health.ts';
import { FieldTable, writeFields } from '../../lib/probe/hpack.ts';
import { Broken } from '../../lib/probe/conversation.ts';
import type { Probe, Target } from '../../lib/probe/target.ts';
import type { Verdict } from '../../lib/verdict.ts';
import { DIALOGUES, probeFor, type Dialogue } from '../support/dialogue.ts';
import { started } from '../support/service.ts';
import { HTTP, NEEDED, OTHERWISE } from './answers.ts';
import { assertFit } from './fit.ts';
import { CASES, holds, isLinear, mutated, type Chance } from './fuzz.ts';

/** Connections at once, and milliseconds that a probe may take. */
const AT_ONCE = 100;
const DEADLINE = 1_000;
/** Turns of so many milliseconds after which a service goes that waits for what does not come: on a busy machine a turn takes longer than that. */
const PATIENCE = { turns: 5, turn: 5 };
/** The same until a probe that is over its deadline is late. */
const LATE = { turns: 10, turn: 20 };

const TOKENS = ['\0', '\xff', '\xff\xff\xff\xff', '\x00\x00\x00\x00', '\r\n', '\n', '\r', ' ', '-', '+', '$', ':', '*', '$-1\r\n', '%1\r\n', '220 ', '221-', 'R', 'E', 'N', '"', ',', '# ', 'BACKEND', 'HTTP/1.1 ', '999', '204', '404', '503', '101 ', 'Content-Length: ', 'Transfer-Encoding: chunked\r\n', '\x80', '\x08\x01', '\xfb', '\xfe'];

/** What one connection gets to hear, and how it ends. */
interface Part {
  readonly messages: Dialogue['messages'];
  readonly ending: 'end' | 'reset' | 'silence';
}

function partOf(chance: Chance, { messages }: Dialogue, otherwise: readonly Buffer[]): Part {
  const text = (whole: Buffer): string => (chance.below(4) === 0 ? chance.one(otherwise) : whole).toString('latin1');
  const say = (whole: Buffer): Buffer => Buffer.from(mutated(chance, text(whole), TOKENS), 'latin1');
  const die = chance.below(5_000);
  return { messages: messages.map((message) => ({ when: message.when, say: say(message.say) })), ending: die === 0 ? 'silence' : die < 250 ? 'reset' : 'end' };
}

/** Each part of a batch has an address of its own, so that it is known who was asked. */
const addressOf = (at: number): string => `127.1.0.${at + 1}`;

/** One character a byte. */
function saidBy(part: Part | undefined): string {
  return Buffer.concat(part?.messages.map(({ say }) => say) ?? []).toString('latin1');
}

/** Says its part, message by message, each when it is its turn. */
function play(socket: Socket, { messages, ending }: Part): void {
  let received = Buffer.alloc(0);
  let turn = 0;
  const leave = (): void => {
    if (ending === 'end') socket.end();
    // Behind an end it would leave Node 20 with a handle that it waits for at its exit, for ever.
    if (ending === 'reset' && !socket.writableEnded) socket.resetAndDestroy();
  };
  let turns = 0;
  const bored = setInterval(() => ((turns += 1) === PATIENCE.turns ? leave() : undefined), PATIENCE.turn);
  const speak = (): void => {
    turns = 0;
    for (let message = messages[turn]; message?.when(received) === true; message = messages[turn]) {
      turn += 1;
      socket.write(message.say);
    }
    if (turn === messages.length) leave();
  };
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    speak();
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => clearInterval(bored));
  speak();
}

/** A probe's verdict; fails where there is none soon after the deadline. What counts is this process' own turns: it may have to stand still for seconds. */
async function ask(probe: Probe, target: Pick<Target, 'address' | 'port'>): Promise<Verdict> {
  const deadline = new AbortController();
  const settled = new AbortController();
  const late = wait(DEADLINE, undefined, settled).then(async () => {
    deadline.abort(new Error('timed out'));
    for (let turn = 0; turn < LATE.turns; turn += 1) await wait(LATE.turn, undefined, settled);
    throw new Error(`no verdict ${LATE.turns * LATE.turn} ms after the deadline`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([probe({ protocol: 'any', query: '', service: undefined, headers: [], ...target }, deadline.signal), late]);
  } finally {
    settled.abort();
  }
}

const spoken = await Promise.all([...DIALOGUES, ['http', HTTP] as const].map(async ([protocol, dialogue]) => {
  const parts = new Map<string, Part>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    const part = parts.get(socket.localAddress ?? '');
    // None where it was reset already.
    if (part === undefined) socket.destroy();
    else play(socket, part);
  });
  const service = await started(server, '0.0.0.0');
  return { protocol, dialogue, parts, service, probe: probeFor(protocol, service.port) };
}));

describe('an answer of a service that was mutilated', { concurrency: true }, () => {
  for (const { protocol, dialogue, parts, service, probe } of spoken) {
    describe(protocol, { concurrency: 1 }, () => {
      const seen = { up: 0, down: 0, drain: 0 };
      const batch = (chance: Chance): Part[] => Array.from({ length: AT_ONCE }, () => partOf(chance, dialogue, OTHERWISE[protocol] ?? []));
      holds('is a verdict, never an exception, soon after the deadline at the latest; and none is up that lacks what makes one', batch, async (drawn) => {
        for (const [at, part] of drawn.entries()) parts.set(addressOf(at), part);
        const asked = await Promise.all(drawn.map((_, at) => ask(probe, { ...dialogue.target, address: addressOf(at), port: service.port })));
        for (const [at, verdict] of asked.entries()) {
          seen[verdict.state] += 1;
          if (verdict.state === 'up') assert.match(saidBy(drawn[at]), NEEDED[protocol] ?? /^/, `${verdict.reason}: ${JSON.stringify(saidBy(drawn[at]))}`);
          assertFit(verdict, protocol !== 'http');
        }
        for (const socket of service.open) socket.destroy();
      }, Math.ceil(CASES / AT_ONCE));

      // Where all were down, nobody may have heard a word.
      it(`over ${protocol} is up where nothing that matters was touched, and else down`, () => assert.ok(seen.up > 0 && seen.down > 0 && seen.drain === 0, JSON.stringify(seen)));
    });
  }
});

describe("gRPC's health message", () => {
  const MESSAGES = ['\0\0\0\0\x02\x08\x01', '\0\0\0\0\0', '\0\0\0\0\x05\x0a\x03web', '\0\0\0\0\x07\x08\x01\x12\x03web'];
  const anyMessage = (chance: Chance): string => mutated(chance, chance.one(MESSAGES), ['\x08\x01', '\x08\x02', '\x80', '\x0a', '\0', '\xff\xff\xff\xff']);
  holds('is a status or none; whole, and with nothing else, where it says SERVING', anyMessage, (text) => {
    const status = healthStatus(Buffer.from(text, 'latin1'));
    if (status === 'SERVING') assert.ok(text.length === 5 + Buffer.from(text, 'latin1').readUInt32BE(1) && NEEDED['grpc']?.test(text), status);
    assert.match(status ?? '', /^(?:[A-Z_]*|status \d+)$/);
  });
  isLinear('reading one', ['\x08\x01', '\x0a\x00', '\x80', '\xff'], (text) => {
    const body = Buffer.concat([Buffer.alloc(5), Buffer.from(text, 'latin1')]);
    body.writeUInt32BE(text.length, 1);
    return healthStatus(body);
  });
});

describe("HTTP/2's fields", () => {
  const BLOCKS = [
    writeFields([[':status', '200'], ['grpc-status', '0']]).toString('latin1'), '\x88\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf\xbe', '\x20\x3f\xe1\x1f\x82',
  ];
  const FIELD_TOKENS = ['\x20', '\x3f\xe1\x1f', '\x7f\xff', '\x80', '\xbe', '\xff\xff\xff\xff', '\x00\x01', '\x40', '\x10\x83', '\x88'];
  const blocks = (chance: Chance): string[] => Array.from({ length: 3 }, () => mutated(chance, chance.one(BLOCKS), FIELD_TOKENS));
  holds('are texts, or broken', blocks, (drawn) => {
    const table = new FieldTable();
    try {
      for (const block of drawn) for (const [name, value] of table.read(Buffer.from(block, 'latin1'))) assert.match(name + value, /^[\0-\xff]*$/);
    } catch (error) {
      assert.ok(error instanceof Broken, String(error));
    }
  });
  isLinear('reading them', ['\x88', '\x40\x00\x00', '\x00\x03abc\x00', '\x00\x00\x82\xf1\xe3', '\x3f\xe1\x1f'], (text) => {
    try {
      return new FieldTable().read(Buffer.from(text, 'latin1'));
    } catch (error) {
      return error;
    }
  });
  // One half is a field that is kept, the other names it again and again, a byte each time.
  isLinear('reading what is kept and repeated', ['\xbe'], (text) => {
    const half = Math.ceil(text.length / 2);
    const kept = Buffer.from([0x40, 0, 0x7f, ((half - 127) & 0x7f) | 0x80, (half - 127) >> 7]);
    try {
      return new FieldTable().read(Buffer.concat([kept, Buffer.alloc(half, 'x'), Buffer.from(text.slice(half), 'latin1')])).join('');
    } catch (error) {
      return error;
    }
  }, { length: 1_000 });
});
