// A signal that ends a wait instead of the process.
import { constants } from 'node:os';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Listens for signals until it is told to ignore them. */
export class Interruption {
  /** 128 and the signal's number, as a shell has it; undefined before there is one. */
  code: number | undefined;
  #wake: () => void = () => undefined;
  /** A second signal ends the process at once. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const code = 128 + constants.signals[signal];
    if (this.code !== undefined) process.exit(code);
    this.code = code;
    this.#wake();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Resolves after so many milliseconds, or at a signal. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.code === undefined ? milliseconds : 0);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** From now on signals do what they do without it. */
  ignore(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
