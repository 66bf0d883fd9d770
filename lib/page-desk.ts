// Who may have a page, and when. Anybody can ask for one, and make it large before.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PageQueue } from './page-queue.ts';
import type { Page, PageReply } from './page.ts';
import { UnsentPages } from './unsent-pages.ts';

/** The pages of a daemon, which take a bounded share of its time and memory. */
export class PageDesk {
  /** By their paths. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly #queue: PageQueue;
  readonly #unsent = new UnsentPages();
  /** Connections on which a page was asked for that is not out yet. */
  readonly #served = new WeakSet<Socket>();

  /** @param now milliseconds on a clock that never jumps */
  constructor(pages: ReadonlyMap<string, Page>, now: () => number) {
    this.pages = pages;
    this.#queue = new PageQueue(now);
  }

  /**
   * Has a page sent, now or when pages may take time again; says which, or why it is not: a hundred wait, or one on this connection does,
   * which is a flood (only programs that mean ill ask for a page before they have the last one).
   *
   * @param send is given what makes the answer, which throws where the page does; must not throw itself
   */
  take(page: Page, { url = '', socket }: IncomingMessage, response: ServerResponse, send: (render: () => PageReply) => void): 'answered' | 'waits' | 'refused' | 'flood' {
    if (this.#served.has(socket)) return 'flood';
    const answer = (render: () => PageReply): void => send(() => {
      const made = render();
      this.#unsent.add(made.reply.body, socket, response);
      return made;
    });
    const taken = this.#queue.take({ page, url, isGone: () => socket.destroyed, answer });
    if (taken === 'refused') return taken;
    this.#served.add(socket);
    response.once('close', () => this.#served.delete(socket));
    return taken;
  }
}
