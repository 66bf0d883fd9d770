// What happens on the host meanwhile: services go down and come back, operators make marks and remove them.
import { removeMark, writeMark } from '../../lib/marking.ts';
import type { Soaked } from './services.ts';

/** Milliseconds between two changes of a service, and between two of a mark. */
const TURN = 400, MARK = 300;

/** Changes one thing after the other until it is told to stop. Every fifth service that is well is left alone, so that its probes can be counted. */
export function startOperators(spool: string, services: readonly Soaked[]): { readonly stop: () => void } {
  const turning = services.filter(({ kind }, at) => (kind === 'well' || kind === 'slow') && !isLeftAlone(at));
  const marked = services.filter((_, at) => !isLeftAlone(at));
  let turn = 0;
  const timers = [
    setInterval(() => void turning[(turn += 7) % turning.length]?.turn(), TURN),
    setInterval(() => changeMark(spool, marked[Math.floor(Math.random() * marked.length)] as Soaked), MARK),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}

/** Whether the service at a place in their list is never touched. */
export function isLeftAlone(at: number): boolean {
  return at % 5 === 0;
}

function changeMark(spool: string, { name, mark }: Soaked): void {
  const next = mark.state !== 'none' ? 'none' : Math.random() < 0.5 ? 'down' : 'drain';
  const from = performance.now();
  if (next === 'none') removeMark(spool, name);
  else writeMark(spool, name, { state: next, reason: 'a soak', by: 'soak', expiration: undefined }, Date.now() / 1_000);
  mark.change(from, performance.now(), next);
}
