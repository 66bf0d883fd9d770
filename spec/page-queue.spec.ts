import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PageQueue, type PageRequest } from '../lib/page-queue.ts';
import { jsonContent, type Page } from '../lib/page.ts';
import { HandClock } from './support/daemon.ts';

/** What pages may take at once of a time in which nobody asked, in milliseconds. */
const AT_ONCE = 100;
const MAX_WAITING = 100;

/** A page that takes its time, and tells how often it was made. */
function costly(clock: HandClock, milliseconds: number): { readonly page: Page; readonly made: () => number } {
  let made = 0;
  const page: Page = () => {
    clock.advance(milliseconds / 1000);
    return jsonContent((made += 1));
  };
  return { page, made: () => made };
}

/** A request, and what it is answered. */
function asking(page: Page, url = '/', isGone = () => false): { readonly request: PageRequest; readonly answered: Promise<string> } {
  let answer: PageRequest['answer'] = () => undefined;
  const answered = new Promise<string>((resolve) => (answer = (render) => resolve(render().reply.body.toString())));
  return { request: { page, url, isGone, answer }, answered };
}

/** A queue whose pages have had their share, and will have it again after some milliseconds. */
function exhausted(clock: HandClock): PageQueue {
  const queue = new PageQueue(clock.monotonic);
  queue.take(asking(costly(clock, AT_ONCE + 15).page).request);
  return queue;
}

describe('requests for pages', () => {
  // Whoever waits has no connection here, which would keep the process alive.
  let alive: NodeJS.Timeout;
  before(() => void (alive = setInterval(() => undefined, 1_000)));
  after(() => clearInterval(alive));

  it('are answered at once, each anew, until pages have had a tenth of the last second; then they wait', () => {
    const clock = new HandClock();
    const queue = new PageQueue(clock.monotonic);
    const { page, made } = costly(clock, AT_ONCE / 20);
    const taken = Array.from({ length: 30 }, () => queue.take(asking(page).request));
    // The time that they take goes by, too: another three.
    assert.deepEqual([taken.indexOf('waits'), made()], [23, 23]);
    assert.deepEqual(new Set(taken.slice(23)), new Set(['waits']));
  });

  it('are all answered at once where pages cost little, however many come in a second', () => {
    const clock = new HandClock();
    const queue = new PageQueue(clock.monotonic);
    const { page } = costly(clock, 0.2);
    for (let second = 0; second < 5; second += 1) {
      for (let at = 0; at < 400; at += 1) assert.equal(queue.take(asking(page).request), 'answered');
      clock.advance(1);
    }
  });

  it('that wait for the same get one answer, which was made after they came', async () => {
    const clock = new HandClock();
    const queue = exhausted(clock);
    const [same, other] = [costly(clock, 1), costly(clock, 1)];
    const requests = [asking(same.page, '/a'), asking(other.page, '/b'), asking(same.page, '/a'), asking(same.page, '/a')];
    for (const { request } of requests) assert.equal(queue.take(request), 'waits');
    assert.equal(same.made(), 0);
    clock.advance(1);
    assert.deepEqual(await Promise.all(requests.map(({ answered }) => answered)), Array(4).fill('1\n'));
    assert.deepEqual([same.made(), other.made()], [1, 1]);
  });

  it('do not wait for longer than for the largest page, where the process stood still while one was made', async () => {
    const clock = new HandClock();
    const queue = new PageQueue(clock.monotonic);
    const [stopped, next] = [costly(clock, 60_000), costly(clock, 1)];
    queue.take(asking(stopped.page).request);
    clock.advance(3.1);
    assert.equal(queue.take(asking(next.page).request), 'answered');
  });

  it('do not overtake those who wait', async () => {
    const clock = new HandClock();
    const queue = exhausted(clock);
    const { page } = costly(clock, 1);
    const [first, second] = [asking(page, '/a'), asking(page, '/b')];
    queue.take(first.request);
    clock.advance(1);
    assert.equal(queue.take(second.request), 'waits');
    assert.deepEqual([await first.answered, await second.answered], ['1\n', '2\n']);
  });

  it('cost what they send, too', () => {
    const clock = new HandClock();
    const queue = new PageQueue(clock.monotonic);
    const large: Page = () => ({ type: 'text/plain', text: 'x'.repeat(AT_ONCE / 4 * 1024 * 1024) });
    const taken = Array.from({ length: 6 }, () => queue.take(asking(large).request));
    assert.equal(taken.indexOf('waits'), 5);
  });

  it('take no more than a tenth of the time, whatever they ask for', async () => {
    const queue = new PageQueue(() => performance.now());
    let cost = 0;
    const page: Page = () => {
      const began = performance.now();
      while (performance.now() < began + 5);
      cost += performance.now() - began;
      return jsonContent(null);
    };
    const began = performance.now();
    const requests = Array.from({ length: 40 }, (_, at) => asking(page, `/recent?threshold=${at}`));
    for (const { request } of requests) queue.take(request);
    await Promise.all(requests.map(({ answered }) => answered));
    const elapsed = performance.now() - began;
    // The last one is paid for afterwards.
    assert.ok(cost - AT_ONCE - cost / 40 * 4 <= elapsed / 10, `${cost} ms of ${elapsed} ms`);
  });

  it('are refused while a hundred wait, unless some of them have gone', () => {
    const clock = new HandClock();
    const queue = exhausted(clock);
    const { page } = costly(clock, 1);
    let isGone = false;
    for (let at = 0; at < MAX_WAITING; at += 1) assert.equal(queue.take(asking(page, '/', () => isGone && at > 0).request), 'waits');
    assert.equal(queue.take(asking(page).request), 'refused');
    isGone = true;
    assert.equal(queue.take(asking(page).request), 'waits');
  });

  it('are not answered when nobody waits any more', async () => {
    const clock = new HandClock();
    const queue = exhausted(clock);
    const [gone, here] = [costly(clock, 1), costly(clock, 1)];
    queue.take(asking(gone.page, '/a', () => true).request);
    const last = asking(here.page, '/b');
    queue.take(last.request);
    clock.advance(1);
    await last.answered;
    assert.equal(gone.made(), 0);
  });
});
