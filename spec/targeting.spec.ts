import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Asking } from '../lib/check.ts';
import { NO_WISH } from '../lib/probe/target.ts';
import { isRefusal, type Refusal } from '../lib/route.ts';
import { chosenPlace, PATH_ALONE, Targeting, type TargetOptions } from '../lib/targeting.ts';

const ANYWHERE = { targetFromHeader: true, targetNetworks: [{ address: '0.0.0.0', prefix: 0 }, { address: '::', prefix: 0 }] } as const;
const state = (address: string, port = ''): string[] => ['X-Haproxy-Server-State', `UP; address=${address}; port=${port}`];

/** What comes of a path and headers. */
function outcome(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): Asking | Refusal {
  const targeting = new Targeting({ ...PATH_ALONE, ...options });
  const wish = targeting.wishOf(headers);
  return isRefusal(wish) ? wish : targeting.read(path, wish);
}

function asking(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): Asking {
  const found = outcome(options, path, headers);
  assert.ok(!isRefusal(found), JSON.stringify(found));
  return found;
}

function refusal(options: Partial<TargetOptions>, path: string, headers: readonly string[] = []): readonly [number | undefined, string] {
  const found = outcome(options, path, headers);
  assert.ok(isRefusal(found), JSON.stringify(found));
  return [found.status, found.refused];
}

describe('Targeting: what a request wishes', () => {
  const EVERYTHING = ['Host', 'a', ...state('127.0.0.2', '8081'), 'X-Nerve-Check-IP', '127.0.0.3'];

  it('is nothing where no option lets it', () => {
    for (const options of [{}, { targetNetworks: ANYWHERE.targetNetworks }, { serviceNameHeader: 'X-Service' }]) {
      assert.equal(new Targeting({ ...PATH_ALONE, ...options }).wishOf([...EVERYTHING, ...EVERYTHING]), NO_WISH);
    }
  });

  it('is nothing where it says nothing of what it may say', () => {
    const targeting = new Targeting({ ...PATH_ALONE, ...ANYWHERE, forwardHeaders: ['X-A'] });
    for (const headers of [[], ['Host', 'a'], state('unix', '0')]) assert.equal(targeting.wishOf(headers), NO_WISH);
  });

  it('is the headers that are named, by the names of the options and in their order, each as often as it came', () => {
    const targeting = new Targeting({ ...PATH_ALONE, forwardHeaders: ['X-B', 'X-A'] });
    const wish = targeting.wishOf(['x-a', '1', 'X-B', '', 'X-A', '\xe4 ', 'X-C', '3', ...state('10.0.0.7', '1')]);
    assert.deepEqual(wish, { address: undefined, port: undefined, headers: [['X-B', ''], ['X-A', '1'], ['X-A', '\xe4 ']] });
  });

  it('is the first Host alone', () => {
    for (const name of ['Host', 'host']) {
      const wish = new Targeting({ ...PATH_ALONE, forwardHeaders: [name] }).wishOf(['HOST', 'a', 'Host', 'b']);
      assert.deepEqual(wish, { address: undefined, port: undefined, headers: [[name, 'a']] });
    }
  });

  it('is a place and headers, where both may be', () => {
    const wish = new Targeting({ ...PATH_ALONE, targetFromHeader: true, forwardHeaders: ['Host'] }).wishOf(EVERYTHING);
    assert.deepEqual(wish, { address: '127.0.0.3', port: 8081, headers: [['Host', 'a']] });
  });
});

describe('Targeting: the service\'s name', () => {
  const headersOf = (options: Partial<TargetOptions>, path: string, headers?: readonly string[]): unknown => asking(options, path, headers).target.headers;

  it('goes along for http and https, and for no other protocol', () => {
    for (const protocol of ['http', 'https']) assert.deepEqual(headersOf({ serviceNameHeader: 'X-Service' }, `/${protocol}/web/8080/`), [['X-Service', 'web']]);
    for (const protocol of ['tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy']) assert.deepEqual(headersOf({ serviceNameHeader: 'X-Service' }, `/${protocol}/web/8080`), []);
  });

  it('takes the place of a header that is forwarded, whatever its case', () => {
    const options = { serviceNameHeader: 'X-Service', forwardHeaders: ['x-service', 'Host'] };
    assert.deepEqual(headersOf(options, '/http/web/8080/', ['X-SERVICE', 'forged', 'Host', 'a']), [['Host', 'a'], ['X-Service', 'web']]);
  });

  it('is part of the key then, and otherwise not', () => {
    const keys = (options: Partial<TargetOptions>): Set<string> => new Set(['web', 'api'].map((service) => asking(options, `/http/${service}/8080/`).key));
    assert.deepEqual([keys({}).size, keys({ serviceNameHeader: 'X-Service' }).size], [1, 2]);
  });
});

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
          assert.match(why, /^address [\d.:a-f]+ is in none of the networks of --target-network$/);
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

describe('Targeting: the marks', () => {
  const ROWS = [
    ['those of the path', false, '/http/web/8080/', state('127.0.0.2', '8081'), ['all', 'web', 'web:8080']],
    ['that of localhost, too', true, '/http/web/8080/', [], ['all', 'web', 'web:8080', 'web:127.0.0.1:8080']],
    ['those of both ports', true, '/http/web/8080/', state('', '8081'), ['all', 'web', 'web:8080', 'web:8081', 'web:127.0.0.1:8081']],
    ['those of an address and the path\'s port', true, '/http/web/8080/', state('127.0.0.2'), ['all', 'web', 'web:8080', 'web:127.0.0.2:8080']],
    ['those of an address and a port', true, '/http/web/8080/', state('127.0.0.2', '8081'), ['all', 'web', 'web:8080', 'web:8081', 'web:127.0.0.2:8081']],
    ['those of IPv6', true, '/tcp/web/8080', state('0::1', '8080'), ['all', 'web', 'web:8080', 'web:::1:8080']],
    ['those of IPv4 in IPv6', true, '/tcp/web/8080', state('::ffff:7f00:2', '8080'), ['all', 'web', 'web:8080', 'web:127.0.0.2:8080']],
    ['those of a spool check without a port', true, '/spool/web/0', state('127.0.0.2', '8081'), ['all', 'web', 'web:8081', 'web:127.0.0.2:8081']],
    ['no port\'s where none is known', true, '/spool/web/0', state('127.0.0.2'), ['all', 'web']],
    ['those of all, once', true, '/tcp/all/8080', state('127.0.0.2'), ['all', 'all:8080', 'all:127.0.0.2:8080']],
  ] as const;
  for (const [what, targetFromHeader, path, headers, marks] of ROWS) {
    it(`are ${what}`, () => assert.deepEqual(asking({ targetFromHeader }, path, headers).check.marks, marks));
  }

  it('are none for checks that are not told of them', () => {
    const targeting = new Targeting({ ...PATH_ALONE, targetFromHeader: true }, ({ protocol }) => protocol === 'spool');
    const marks = ['/tcp/web/8080', '/spool/web/8080'].map((path) => targeting.read(path)).map((found) => (isRefusal(found) ? -1 : found.check.marks.length));
    assert.deepEqual(marks, [0, 4]);
  });
});

describe('chosenPlace', () => {
  const ROWS = [
    ['no place of a path alone', [], undefined],
    ['no place where the header names the path\'s port', state('', '8080'), undefined],
    ['localhost and the port', state('', '8081'), 'localhost:8081'],
    ['the address and the path\'s port', state('127.0.0.2'), '127.0.0.2:8080'],
    ['IPv6 in brackets', state('::1', '8081'), '[::1]:8081'],
  ] as const;
  for (const [what, headers, place] of ROWS) it(`is ${what}`, () => assert.equal(chosenPlace(asking({ targetFromHeader: true }, '/http/web/8080/', headers)), place));
});
