import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../lib/route.ts';
import { chosenPlace, PATH_ALONE, Targeting } from '../lib/targeting.ts';
import { asking, state } from './support/targeting.ts';

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
