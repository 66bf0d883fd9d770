import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { OpenConnections } from '../lib/open-connections.ts';

/** So many, in the order in which they came. */
function opened(count: number): { readonly open: OpenConnections<number>; readonly sockets: readonly Socket[] } {
  const open = new OpenConnections<number>();
  const sockets = Array.from({ length: count }, () => new Socket());
  for (const [at, socket] of sockets.entries()) open.add(socket, at);
  return { open, sockets };
}

/** The numbers of those at some places, in the order in which they would be closed. */
function inOrder(open: OpenConnections<number>): (number | undefined)[] {
  const order = [];
  for (let next = open.longestSilent; next !== undefined; next = open.longestSilent) {
    order.push(open.get(next));
    open.delete(next);
  }
  return order;
}

describe('the open connections', () => {
  it('are closed in the order in which they were heard of last', () => {
    const { open, sockets: [, second = assert.fail()] } = opened(4);
    open.touch(second);
    assert.deepEqual([open.size, [...open].map(([, number]) => number)], [4, [0, 2, 3, 1]]);
    assert.deepEqual(inOrder(open), [0, 2, 3, 1]);
  });

  it('leave those alone that wait for an answer, while no more of them do than do not', () => {
    const { open, sockets } = opened(4);
    for (const socket of sockets.slice(0, 2)) open.wait(socket);
    // Two wait and two do not; then two and one.
    assert.equal(open.get(open.longestSilent ?? assert.fail()), 2);
    open.delete(open.longestSilent ?? assert.fail());
    assert.equal(open.get(open.longestSilent ?? assert.fail()), 0);
  });

  it('leave those alone that are about to ask, while more of them wait for an answer', () => {
    const { open, sockets } = opened(6);
    for (const socket of sockets.slice(1, 5)) open.wait(socket);
    assert.deepEqual(inOrder(open).slice(0, 2), [1, 2]);
  });

  it('are as if just heard of when their answer is there', () => {
    const { open, sockets: [first = assert.fail()] } = opened(3);
    open.wait(first);
    open.rest(first);
    assert.deepEqual(inOrder(open), [1, 2, 0]);
  });

  it('do not come back once they are gone', () => {
    const { open, sockets: [first = assert.fail(), second = assert.fail()] } = opened(2);
    open.wait(first);
    for (const socket of [first, second]) open.delete(socket);
    for (const socket of [first, second]) {
      open.rest(socket);
      open.wait(socket);
      open.touch(socket);
    }
    assert.deepEqual([open.size, open.get(first), [...open]], [0, undefined, []]);
  });
});
