// Requests for pages, one after the other. A page can cost a thousand times what a check does, and anybody can ask for one: pages get their
// share of the daemon's time, and whoever asks beyond it waits.
import { pageReply, type Page, type PageReply } from './page.ts';

/** One request for a page. */
export interface PageRequest {
  readonly page: Page;
  /** The path with its query. */
  readonly url: string;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
  /** Takes what makes the answer, which throws where the page does; must not throw itself. */
  readonly answer: (render: () => PageReply) => void;
}

/** Pages may take one part in so many of the time. */
const SHARE = 10;
/** Milliseconds of which they may take their share at once, when it was not asked for before. */
const SAVED = 1_000;
/** Milliseconds that a page is taken to cost at most, which is more than the largest one does: where it took longer, the process stood still. */
const MOST_COST = 400;
/** Requests that wait; beyond it they are refused. */
const MAX_WAITING = 100;
/** What the kernel takes to send: a millisecond for so many bytes, most of it later than can be seen here. */
const BYTES_PER_MILLISECOND = 1024 * 1024;

/** Answers requests for pages: at once, as long as pages have not had their share of the time. A page is always as of after it was asked for. */
export class PageQueue {
  readonly #now: () => number;
  #waiting: readonly PageRequest[] = [];
  /** When pages have had no more than their share. */
  #due = -Infinity;
  #isWoken = false;

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Answers a request now, or lets it wait, or, where a hundred wait, does neither; says which. */
  take(request: PageRequest): 'answered' | 'waits' | 'refused' {
    if (this.#waiting.length === 0 && this.#due <= this.#now()) {
      this.#serve(request, [request]);
      return 'answered';
    }
    if (this.#waiting.length >= MAX_WAITING) this.#waiting = this.#waiting.filter(({ isGone }) => !isGone());
    if (this.#waiting.length >= MAX_WAITING) return 'refused';
    this.#waiting = [...this.#waiting, request];
    this.#wake();
    return 'waits';
  }

  #wake(): void {
    if (this.#isWoken || this.#waiting.length === 0) return;
    this.#isWoken = true;
    const next = (): void => {
      this.#isWoken = false;
      this.#serveNext();
      this.#wake();
    };
    // Whoever waits has a connection, which keeps the process alive.
    setTimeout(next, this.#due - this.#now()).unref();
  }

  /** The longest waiting, and all who wait for the same. */
  #serveNext(): void {
    if (this.#due > this.#now()) return;
    const here = this.#waiting.filter(({ isGone }) => !isGone());
    const [first] = here;
    this.#waiting = here.filter(({ url }) => url !== first?.url);
    if (first !== undefined) this.#serve(first, here.filter(({ url }) => url === first.url));
  }

  #serve({ page, url }: PageRequest, requests: readonly PageRequest[]): void {
    const began = this.#now();
    let reply: PageReply | undefined;
    for (const { answer } of requests) answer(() => (reply ??= pageReply(page, url)));
    const bytes = requests.length * (reply?.reply.body.length ?? 0);
    const cost = Math.min(this.#now() - began, MOST_COST) + bytes / BYTES_PER_MILLISECOND;
    this.#due = Math.max(this.#due, began - SAVED) + SHARE * cost;
  }
}
