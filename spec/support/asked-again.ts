// Waiting until a balancer has asked some more times: whatever its checks do has happened by then.
import { setTimeout as pause } from 'node:timers/promises';
import type { BalancerRow } from '../../lib/balancer-row.ts';
import { exchange, parseResponse } from './request.ts';

const PATIENCE = 15_000;
const PAUSE = 20;

/** Resolves when a daemon has been asked `times` more times in a way; rejects after some seconds. */
export async function isAskedAgain(port: number, via: BalancerRow['via'], times = 5, host = '127.0.0.1'): Promise<void> {
  const count = async (): Promise<number> => {
    const rows = JSON.parse(parseResponse(await exchange(port, 'GET /balancers HTTP/1.0\r\n\r\n', host)).body) as BalancerRow[];
    return rows.filter((row) => row.via === via).reduce((sum, row) => sum + row.count, 0);
  };
  const began = performance.now();
  const enough = (await count()) + times;
  while ((await count()) < enough) {
    if (performance.now() - began > PATIENCE) throw new Error(`nobody asks port ${port}`);
    await pause(PAUSE);
  }
}
