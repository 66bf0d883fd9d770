// What this process holds, once nothing is kept that nobody needs.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Node collects garbage on request only with a flag, which can be set late.
setFlagsFromString('--expose-gc');
/** Collects garbage, now and wholly. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap, and of the buffers beside it. */
export interface HeldBytes {
  readonly heap: number;
  readonly all: number;
}

/** Collects garbage, and says what is left. */
export function heldBytes(): HeldBytes {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, all: heapUsed + arrayBuffers };
}
