import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dial, type Dialled } from '../../lib/probe/dial.ts';
import { servicesAt } from '../support/places.ts';
import { freePort } from '../support/service.ts';

const dialled = (address: string | undefined, port: number, signal = new AbortController().signal): Promise<Dialled> => dial({ address, port }, signal);

/** Where a socket came out, which is ended. */
function cameTo(at: Dialled): readonly (string | undefined)[] {
  if ('failure' in at) return [at.failure];
  const { remoteAddress } = at.socket;
  at.socket.destroy();
  return [remoteAddress, at.address];
}

describe('dial, where an address is named', () => {
  it('goes there', async () => {
    const { port, services } = await servicesAt('127.0.0.1', '127.0.0.2', '::1');
    for (const [at, [address, text]] of ([['127.0.0.1', `127.0.0.1:${port}`], ['127.0.0.2', `127.0.0.2:${port}`], ['::1', `[::1]:${port}`]] as const).entries()) {
      assert.deepEqual(cameTo(await dialled(address, port)), [address, text]);
      await services[at]?.idle();
      assert.deepEqual(services.map((service) => service.connections()), services.map((_service, other) => (other <= at ? 1 : 0)));
    }
  });

  it('goes nowhere else where that refuses, and names it', async () => {
    const { port, services } = await servicesAt('127.0.0.1', '::1');
    assert.deepEqual(cameTo(await dialled('127.0.0.2', port)), [`connect ECONNREFUSED 127.0.0.2:${port}`]);
    assert.deepEqual(services.map((service) => service.connections()), [0, 0]);
    const free = await freePort();
    for (const address of ['127.0.0.1', '::1']) assert.deepEqual(cameTo(await dialled(address, free)), [`connect ECONNREFUSED ${address}:${free}`]);
  });

  it('goes to ::1 where 127.0.0.1 refuses only if no address is named', async () => {
    const { port } = await servicesAt('::1');
    assert.deepEqual(cameTo(await dialled(undefined, port)), ['::1', `[::1]:${port}`]);
    assert.deepEqual(cameTo(await dialled('127.0.0.1', port)), [`connect ECONNREFUSED 127.0.0.1:${port}`]);
  });

  it('does not connect where the deadline has passed, and names the place', async () => {
    const passed = new AbortController();
    passed.abort(new Error('timed out after 1 s'));
    const { port, services } = await servicesAt('127.0.0.2', '::1');
    assert.deepEqual(cameTo(await dialled('127.0.0.2', port, passed.signal)), [`timed out after 1 s connecting to 127.0.0.2:${port}`]);
    assert.deepEqual(cameTo(await dialled('::1', port, passed.signal)), [`timed out after 1 s connecting to [::1]:${port}`]);
    assert.deepEqual(services.map((service) => service.open.size), [0, 0]);
  });
});
