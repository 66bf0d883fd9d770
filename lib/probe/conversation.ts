// A conversation with a service over one connection, for protocols that take turns. It ends in time and closes the connection,
// whatever the service does.
import type { Socket } from 'node:net';
import { codeOf } from '../errno.ts';
import { oneLine, shortened } from '../line.ts';
import { SecretError, withoutSecret } from '../secret.ts';
import { downVerdict, upVerdict, type Verdict } from '../verdict.ts';
import { dial, reasonOf } from './dial.ts';
import { credentialsFor, type Credentials, type Login } from './login.ts';
import type { Target } from './target.ts';

/** What a conversation comes to: whether the service is up, and what it said. */
export interface Outcome {
  readonly up: boolean;
  readonly said: string;
}

/** Talks to a service; what it throws of {@link Broken} is a down. */
export type Talk = (conversation: Conversation, credentials: Credentials | undefined) => Promise<Outcome>;

/** What a reader makes of the bytes that are there: a value and how many bytes it took, or undefined where more are needed. */
export type Taken<T> = { readonly value: T; readonly bytes: number } | undefined;

/** The service said what cannot be understood. */
export class Broken extends Error {
  /** What it said, where that helps. */
  readonly raw: string;

  constructor(message: string, raw = '') {
    super(message);
    this.raw = raw;
  }
}

/** Bytes that may wait to be understood. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Characters that are kept of what a service said. */
const SAID_LENGTH = 300;

/** Talks to a service; the verdict's line is what it said, its address, and how long that took. */
export async function converse(target: Target, signal: AbortSignal, talk: Talk, login?: Login): Promise<Verdict> {
  const began = performance.now();
  try {
    const credentials = login === undefined ? undefined : credentialsFor(login, target);
    const dialled = await dial(target, signal);
    if ('failure' in dialled) return downVerdict(dialled.failure);
    const { up, said } = await talkOver(new Conversation(dialled.socket, signal, credentials?.password), talk, credentials);
    return (up ? upVerdict : downVerdict)(`${shortened(oneLine(said), SAID_LENGTH)} (${dialled.address}, ${(performance.now() - began).toFixed(1)} ms)`);
  } catch (error) {
    if (error instanceof SecretError) return downVerdict(`the password file ${error.problem}`);
    throw error;
  }
}

async function talkOver(conversation: Conversation, talk: Talk, credentials: Credentials | undefined): Promise<Outcome> {
  try {
    return await talk(conversation, credentials);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    // Whatever was told the password may have put it there, in parts or in disguise.
    const said = error.raw === '' || credentials !== undefined ? error.message : `${error.message}: ${error.raw}`;
    return { up: false, said };
  } finally {
    conversation.close();
  }
}

/** One connection to a service. */
export class Conversation {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #secret: string;
  /** What has come. So many bytes from the start on wait to be understood; those before it are never written to again. */
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #length = 0;
  /** How the conversation has ended, in words for an answer that is missing, or cut short. */
  #cause: ((isCut: boolean) => string) | undefined;
  #wake: () => void = () => undefined;
  readonly #abort = (): void => this.#endWith(() => `${reasonOf(this.#signal)} waiting for an answer`);

  /** @param secret what the service may be told, and is not to be heard to say */
  constructor(socket: Socket, signal: AbortSignal, secret = '') {
    this.#socket = socket;
    this.#signal = signal;
    this.#secret = secret;
    signal.addEventListener('abort', this.#abort);
    socket.on('data', (chunk: Buffer) => {
      this.#append(chunk);
      if (this.#length > MOST_BYTES) socket.pause();
      this.#wake();
    });
    socket.on('error', (error) => this.#endWith((isCut) => `${codeOf(error)}${isCut ? ' in the middle of an answer' : ''}`));
    socket.on('close', () => this.#endWith((isCut) => `closed the connection ${isCut ? 'in the middle of' : 'without'} an answer`));
    if (signal.aborted) this.#abort();
  }

  #endWith(cause: (isCut: boolean) => string): void {
    this.#cause ??= cause;
    this.#wake();
  }

  /** Into twice the room that is needed, where there is none left: bytes may come one at a time, and each copy costs. */
  #append(chunk: Buffer): void {
    if (this.#start + this.#length + chunk.length > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(2 * (this.#length + chunk.length));
      this.#bytes.copy(wider, 0, this.#start, this.#start + this.#length);
      this.#bytes = wider;
      this.#start = 0;
    }
    chunk.copy(this.#bytes, this.#start + this.#length);
    this.#length += chunk.length;
  }

  /** Says something. */
  say(words: Buffer | string): void {
    if (this.#socket.writable) this.#socket.write(words);
  }

  /**
   * Reads until a reader can make something of what was said.
   *
   * @throws Broken where the service ends the connection before that, or the deadline passes
   */
  async hear<T>(take: (bytes: Buffer) => Taken<T>): Promise<T> {
    for (;;) {
      const taken = take(this.#bytes.subarray(this.#start, this.#start + this.#length));
      if (taken !== undefined) {
        this.#start += taken.bytes;
        this.#length -= taken.bytes;
        if (this.#length <= MOST_BYTES && this.#socket.isPaused()) this.#socket.resume();
        return taken.value;
      }
      if (this.#cause !== undefined) throw new Broken(this.#cause(this.#length > 0));
      if (this.#length > MOST_BYTES) throw new Broken('a message without an end');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** How many bytes have come that nobody has asked for yet. */
  get unheard(): number {
    return this.#length;
  }

  /** A text that the service said, fit to be repeated: without the secret. Cut it only afterwards, for a half would be left. */
  repeatable(text: string): string {
    return withoutSecret(text, this.#secret);
  }

  /** Lets go of the connection. What was said last still goes out, unless the kernel has not taken it: then the other side does not read, and nobody would ever end it. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#signal.aborted || this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }
}
