import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOOPBACK, Networks, type Network } from '../lib/networks.ts';

const IN: readonly (readonly [network: Network, inside: readonly string[], outside: readonly string[]])[] = [
  [{ address: '10.0.0.0', prefix: 8 }, ['10.0.0.0', '10.0.0.1', '10.255.255.255'], ['9.255.255.255', '11.0.0.0', '127.0.0.1']],
  [{ address: '10.0.0.7', prefix: 8 }, ['10.0.0.0', '10.200.0.1'], ['11.0.0.7']],
  [{ address: '10.0.0.0', prefix: 9 }, ['10.127.255.255'], ['10.128.0.0']],
  [{ address: '10.0.0.7', prefix: 32 }, ['10.0.0.7'], ['10.0.0.6', '10.0.0.8', '10.0.0.70']],
  [{ address: '10.0.0.6', prefix: 31 }, ['10.0.0.6', '10.0.0.7'], ['10.0.0.5', '10.0.0.8']],
  [{ address: '0.0.0.0', prefix: 0 }, ['0.0.0.0', '1.2.3.4', '255.255.255.255'], ['::1', '2001:db8::1']],
  [{ address: '2001:db8::', prefix: 32 }, ['2001:db8::', '2001:db8::1', '2001:0DB8:ffff::1'], ['2001:db9::', '2001:db7:ffff::', '10.0.0.1']],
  [{ address: '2001:db8:8000::', prefix: 33 }, ['2001:db8:ffff::1'], ['2001:db8:7fff::1']],
  [{ address: '2001:db8::7', prefix: 128 }, ['2001:db8::7', '2001:db8:0::7'], ['2001:db8::6', '2001:db8::8']],
  [{ address: '::', prefix: 0 }, ['::1', '2001:db8::1', 'ffff::'], []],
];
const NO_ADDRESSES = ['', 'localhost', '127.1', '127.0.0.01', '127.0.0.1:80', '127.0.0.1/8', ' 127.0.0.1', '[::1]', '10.0.0.1.', '0x7f000001', '2130706433'];

describe('Networks', () => {
  for (const [network, inside, outside] of IN) {
    const name = `${network.address}/${network.prefix}`;
    for (const address of inside) it(`has ${address} in ${name}`, () => assert.equal(new Networks([network]).has(address), true));
    for (const address of outside) it(`has no ${address} in ${name}`, () => assert.equal(new Networks([network]).has(address), false));
  }

  for (const address of ['1.2.3.4', '127.0.0.1']) {
    it(`has no ${address} in ::/0, which is all of IPv6 and nothing of IPv4`, () => assert.equal(new Networks([{ address: '::', prefix: 0 }]).has(address), false));
  }

  for (const text of NO_ADDRESSES) {
    it(`has no ${JSON.stringify(text)}, which is no address, in any`, () => {
      assert.equal(new Networks([...LOOPBACK, { address: '0.0.0.0', prefix: 0 }, { address: '::', prefix: 0 }]).has(text), false);
    });
  }

  it('has nothing where there are none', () => {
    for (const address of ['127.0.0.1', '::1', '10.0.0.1']) assert.equal(new Networks([]).has(address), false);
  });

  it('has what is in any of several', () => {
    const networks = new Networks([{ address: '10.0.0.0', prefix: 8 }, { address: '192.168.0.0', prefix: 16 }, { address: '2001:db8::', prefix: 32 }]);
    for (const address of ['10.1.1.1', '192.168.3.4', '2001:db8::1']) assert.equal(networks.has(address), true, address);
    for (const address of ['11.1.1.1', '192.169.3.4', '2001:db9::1']) assert.equal(networks.has(address), false, address);
  });
});

describe('LOOPBACK', () => {
  const loopback = new Networks(LOOPBACK);
  for (const address of ['127.0.0.0', '127.0.0.1', '127.0.0.2', '127.255.255.255', '::1']) it(`has ${address}`, () => assert.equal(loopback.has(address), true));
  for (const address of ['126.255.255.255', '128.0.0.0', '0.0.0.0', '::', '::2', '10.0.0.1', 'fe80::1', '::7f00:1', '64:ff9b::7f00:1']) {
    it(`has no ${address}`, () => assert.equal(loopback.has(address), false));
  }
});
