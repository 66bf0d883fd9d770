// A daemon that may have few file descriptors.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { HACTL } from '../support/hactl.ts';
import { comesTrue, runProgram } from '../support/process.ts';
import { ask, exchange } from '../support/request.ts';
import { httpService, tcpService, type Service } from '../support/service.ts';
import { balance } from './balancer.ts';
import { crowd } from './crowd.ts';
import { firedAt, type FiredAt } from './daemon.ts';

const DESCRIPTORS = 64;
const STAY = 3_000;
/** Milliseconds at most until a client who was sent away comes again: there is room for some twelve at a time, each of whom has a tenth of a second or two to speak. */
const AGAIN = 4_000;
/** The same of those who wait for an answer, and take no room from who is about to ask. Not at once: Node 18 accepts all who have come before it reads a word of them. */
const WAITING_AGAIN = 400;

function few(...words: readonly string[]): Promise<FiredAt> {
  return firedAt({ descriptors: DESCRIPTORS, words });
}

function mark(daemon: FiredAt, command: string, ...words: readonly string[]): void {
  runProgram(process.execPath, [HACTL, command, ...words, '--spool-root', daemon.spool]);
}

function upService(): Promise<Service> {
  return httpService((_request, response) => void response.end('fine'));
}

describe(`a daemon with ${DESCRIPTORS} file descriptors`, { timeout: 120_000 }, () => {
  it('says what they allow for, and how to have more', async () => {
    const { stderr } = await few();
    assert.match(stderr(), /64 file descriptors allow for \d probes and \d+ connections at once: LimitNOFILE= of systemd, or ulimit -n, allows for more\n/);
  });

  for (const [who, kind, way, again] of [
    ['say nothing', 'mute', 'http', AGAIN], ['have asked once and stay', 'idle', 'http', AGAIN], ['send a header byte by byte', 'slow', 'http', AGAIN],
    ['wait for a service that hangs', 'waiting', 'http', WAITING_AGAIN], ['say nothing to the agent', 'mute', 'agent', AGAIN],
  ] as const) {
    it(`makes room for an honest balancer while two hundred ${who}, and says so once`, async () => {
      const daemon = await few();
      const service = await upService();
      mark(daemon, 'drain', 'web', '-r', 'kernel upgrade');
      const drained = async (): Promise<void> => assert.equal((await ask(daemon.port, '/spool/web/0')).phrase, 'drained by root: kernel upgrade');
      const up = async (): Promise<void> => assert.equal((await ask(daemon.port, `/http/api/${service.port}/`)).status, 200);
      const agent = async (): Promise<void> => assert.match(await exchange(daemon.agentPort, 'web\n'), /^up 0% #drained by root: kernel upgrade\n$/);
      const mute = await tcpService(() => undefined);
      // Its verdict is known when they come: where others wait by the thousand, nobody is sure to wait for long.
      await up();
      const { leave } = await crowd(way === 'http' ? daemon.port : daemon.agentPort, way === 'http' ? 200 : 40, kind, { again, ports: [mute.port] });
      const { complaints } = await balance(STAY, drained, up, agent);
      await leave();
      assert.deepEqual(complaints, []);
      assert.equal(daemon.stderr().split('too many connections for 64 file descriptors').length, 2, daemon.stderr());
    });
  }

  it('probes what it has descriptors for, and what was up before what is new', async () => {
    const daemon = await few('--cache-time', '0.5', '--timeout', '3');
    const service = await upService();
    const mute = await tcpService(() => undefined);
    const up = async (): Promise<void> => assert.equal((await ask(daemon.port, `/http/web/${service.port}/`)).status, 200);
    await up();
    const hanging = Array.from({ length: 10 }, (_, at) => ask(daemon.port, `/http/mute/${mute.port}/${at}`));
    const { complaints } = await balance(1_500, up);
    assert.deepEqual(complaints, []);
    const phrases = (await Promise.all(hanging)).map(({ phrase }) => phrase.replace(/ waiting.*/, ''));
    assert.deepEqual(new Set(phrases), new Set(['timed out after 3 s', 'too many probes']));
  });

  it('lets go of every descriptor that it took', async () => {
    const daemon = await few();
    const open = (): number => readdirSync(`/proc/${daemon.child.pid}/fd`).length;
    await ask(daemon.port, '/spool/web/0');
    const before = open();
    const { leave } = await crowd(daemon.port, 100, 'mute');
    await leave();
    await comesTrue(() => open() <= before);
  });
});
