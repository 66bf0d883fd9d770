// tcp: up when the connection opens.
import { downVerdict, upVerdict } from '../verdict.ts';
import { dial } from './dial.ts';
import type { Probe } from './target.ts';

/** Up when the service's port takes a connection, which is closed at once. */
export const probeTcp: Probe = async (target, signal) => {
  const began = performance.now();
  const dialled = await dial(target, signal);
  if ('failure' in dialled) return downVerdict(dialled.failure);
  dialled.socket.destroy();
  return upVerdict(`connected to ${dialled.address} in ${(performance.now() - began).toFixed(1)} ms`);
};
