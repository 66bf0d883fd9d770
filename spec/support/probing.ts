// Probes called as the pipeline calls them, and what they leave behind.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Probe, Target } from '../../lib/probe/target.ts';
import type { Verdict } from '../../lib/verdict.ts';
import { tcpService, type Service } from './service.ts';

/** A verdict with its body as latin1 text, and how the probe behaved. */
export interface Probed extends Omit<Verdict, 'body'> {
  readonly body: string;
  /** Milliseconds from the call to the verdict. */
  readonly took: number;
  /** Turns of this process from the deadline to the verdict, each of so many milliseconds as it should be: on a busy machine a turn takes longer. */
  readonly turnsLate: number;
  readonly signal: AbortSignal;
}

const PATIENCE = 5_000;
const CLOSING_PATIENCE = 2_000;
/** Milliseconds of a turn, and how many may be taken from a deadline to the verdict. */
const TURN = 25, LATE = 10;

/** Calls a probe with one deadline, in milliseconds. A probe that has no verdict long after it fails the spec. */
export async function probed(probe: Probe, port: number, options: Partial<Target> & { deadline?: number } = {}): Promise<Probed> {
  const { deadline = PATIENCE, ...given } = options;
  const controller = new AbortController();
  let turnsLate = 0;
  let timer = setTimeout(() => {
    timer = setInterval(() => (turnsLate += 1), TURN);
    controller.abort(new Error(`timed out after ${deadline / 1000} s`));
  }, deadline);
  const began = performance.now();
  try {
    const { body, ...verdict } = await within(deadline + PATIENCE, 'the probe has no verdict', probe({ ...targetAt(port), ...given }, controller.signal));
    return { ...verdict, body: body.toString('latin1'), took: performance.now() - began, turnsLate, signal: controller.signal };
  } finally {
    clearTimeout(timer);
  }
}

/** A verdict as one line, without the address and the time at its end. */
export function words({ state, body }: Probed): string {
  const line = Buffer.from(body, 'latin1').toString('utf8').trimEnd();
  return `${state}: ${line.replace(/ \(127\.0\.0\.1:\d+, \d+\.\d ms\)$/, '')}`;
}

/** What a probe gets that is told no more than a port of loopback. */
export function targetAt(port: number): Target {
  return { protocol: 'any', address: undefined, port, query: '', service: undefined, headers: [] };
}

/** What a verdict says, without how it came about: for a comparison as a whole. */
export function said({ state, status, phrase, reason, body }: Probed): Omit<Verdict, 'body'> & { readonly body: string } {
  return { state, status, phrase, reason, body };
}

/** The verdict of hacheck's own for a cause. */
export function failed(cause: string): ReturnType<typeof said> {
  return { state: 'down', status: 503, phrase: cause, reason: cause, body: `${cause}\n` };
}

/** Asserts that a probe ended at its deadline: not before, and not later than 250 ms after it, but for those in which this process stood still. */
export function endedAt(deadline: number, { took, turnsLate }: Probed): void {
  assert.ok(took >= deadline - 5 && turnsLate <= LATE, `took ${took} ms of ${deadline} ms, ${turnsLate} turns late`);
}

/** Resolves when the service has no socket open any more. */
export function closed(service: Service): Promise<void> {
  return within(CLOSING_PATIENCE, 'a socket is still open', service.idle());
}

/** Resolves when no listener is left on a probe's signal. */
export async function unlistened(signal: AbortSignal): Promise<void> {
  await soon(() => getEventListeners(signal, 'abort').length === 0);
  assert.equal(getEventListeners(signal, 'abort').length, 0, 'listeners on the signal');
}

/** Notes the sockets and timers that keep this process busy; the returned function resolves when there are no more of them than there were. */
export function unburdened(): () => Promise<void> {
  const before = busy();
  const more = (): string[] => [...busy()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
  return async () => {
    await soon(() => more().length === 0);
    assert.deepEqual(more(), [], 'left behind');
  };
}

function busy(): Map<string, number> {
  const counts = new Map<string, number>();
  // Its type came to @types/node after Node 18's.
  const { getActiveResourcesInfo } = process as NodeJS.Process & { readonly getActiveResourcesInfo: () => string[] };
  for (const kind of getActiveResourcesInfo()) if (/Timeout|TCP|TLS/.test(kind) && !/Server/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Resolves when something has come true, or half a second later: sockets close in their own time, and tell nobody of it. */
async function soon(isTrue: () => boolean): Promise<void> {
  const until = performance.now() + 500;
  while (!isTrue() && performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
}

/** Fails with the message where a promise takes longer than so many milliseconds. */
export function within<T>(milliseconds: number, message: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), milliseconds);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** A service that reads what comes, answers the first bytes with `answer`, and then closes its side or `stays`. */
export function answering(answer: string | Buffer, stays = false): Promise<Service> {
  return reacting((socket) => (stays ? socket.write(answer, 'latin1') : socket.end(answer, 'latin1')));
}

/** A service that does something when the first bytes have come; it closes its side when the probe has. */
export function reacting(react: (socket: Socket, first: Buffer) => void): Promise<Service> {
  return tcpService((socket) => {
    socket.once('data', (first: Buffer) => react(socket, first));
    socket.on('end', () => socket.end());
  });
}

/** Writes the same bytes over and over, as fast as they are taken; returns how many bytes were handed over so far. */
export function pouring(socket: Socket, bytes: Buffer): () => number {
  let poured = 0;
  const pour = (): void => {
    let taken = true;
    while (taken && !socket.destroyed) {
      taken = socket.write(bytes);
      poured += bytes.length;
    }
  };
  socket.on('drain', pour);
  pour();
  return () => poured;
}
