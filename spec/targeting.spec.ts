import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_WISH } from '../lib/probe/target.ts';
import { PATH_ALONE, Targeting, type TargetOptions } from '../lib/targeting.ts';
import { ANYWHERE, asking, state } from './support/targeting.ts';

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
    for (const protocol of ['tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy']) {
      assert.deepEqual(headersOf({ serviceNameHeader: 'X-Service' }, `/${protocol}/web/8080`), []);
    }
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
