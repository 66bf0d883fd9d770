import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../lib/route.ts';
import { ANYWHERE, outcome, refusal, state } from './support/targeting.ts';

describe('Targeting: what is forbidden', () => {
  const NETWORK = { targetFromHeader: true, targetNetworks: [{ address: '10.0.0.0', prefix: 8 }] };

  for (const address of ['127.0.0.1', '127.0.0.2', '127.255.255.255', '::1', '10.0.0.7', '::ffff:10.0.0.7', '::ffff:127.0.0.2']) {
    it(`is not ${address}`, () => assert.equal(isRefusal(outcome(NETWORK, '/tcp/web/8080', state(address))), false));
  }

  for (const address of ['11.0.0.7', '::ffff:11.0.0.7', '2001:db8::1', '0.0.0.0', '::', '::ffff:0.0.0.0', '::ffff:0:0', '0:0:0:0:0:0:0:0', '169.254.169.254']) {
    it(`is ${address}, outside the networks, for every protocol`, () => {
      for (const path of ['/http/web/8080/', '/tcp/web/8080', '/spool/web/8080', '/spool/web/0']) {
        for (const headers of [state(address), ['X-Nerve-Check-IP', address]]) {
          const [status, why] = refusal(NETWORK, path, headers);
          assert.equal(status, 403);
          assert.match(why, /^address [\d.:a-f]+ is (in none of the networks of --target-network|no address of a service)$/);
        }
      }
    });
  }

  for (const address of ['0.0.0.0', '::', '::ffff:0.0.0.0', '::ffff:0:0', '::0.0.0.0']) {
    it(`is ${address}, also where every network is allowed`, () => assert.equal(refusal(ANYWHERE, '/tcp/web/8080', state(address))[0], 403));
  }

  const PORTS = { probePorts: [{ first: 8000, last: 8999 }, { first: 80, last: 80 }] };
  const ROWS = [
    ['/http/web/8000/', [], undefined],
    ['/tcp/web/80', [], undefined],
    ['/http/web/7999/', [], 7999],
    ['/redis/web/9000', [], 9000],
    ['/spool/web/9000', [], undefined],
    ['/spool/web/0', [], undefined],
    ['/http/web/9000/', state('', '8080'), undefined],
    ['/http/web/8080/', state('', '9000'), 9000],
    ['/http/web/8080/', state('127.0.0.2', '0'), undefined],
    ['/spool/web/8080', state('', '9000'), undefined],
  ] as const;
  for (const [path, headers, port] of ROWS) {
    it(`is ${port === undefined ? 'nothing' : `port ${port}`} of ${path} ${headers.join(' ')}`, () => {
      const found = outcome({ ...PORTS, targetFromHeader: true }, path, headers);
      assert.deepEqual(isRefusal(found) ? [found.status, found.refused] : [], port === undefined ? [] : [403, `port ${port} is none of those of --probe-port`]);
    });
  }

  it('is said in the order 400, network, port', () => {
    const options = { ...PORTS, ...NETWORK };
    assert.equal(refusal(options, '/ftp/web/9000/', state('11.0.0.7'))[0], undefined);
    assert.equal(refusal(options, '/http/web/0/', state('11.0.0.7'))[0], undefined);
    assert.equal(refusal(options, '/http/web/9000/', state('web.example'))[0], undefined);
    assert.match(refusal(options, '/http/web/9000/', state('11.0.0.7'))[1], /--target-network/);
    assert.match(refusal(options, '/http/web/9000/', state('10.0.0.7'))[1], /--probe-port/);
  });
});
