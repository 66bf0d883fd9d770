import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../cli/errors.ts';
import { parseServices, parseSomeServices, type Place } from '../../cli/service.ts';
import { formatMarkName } from '../../lib/route.ts';

const NOWHERE: Place = { port: undefined, address: undefined };

function refused(message: string): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && error.message === message;
}

describe('parseServices', () => {
  const ROWS: readonly (readonly [string, Place, string])[] = [
    ['web', NOWHERE, 'web'],
    ['web', { ...NOWHERE, port: 8080 }, 'web:8080'],
    ['web:8080', { ...NOWHERE, port: 8080 }, 'web:8080'],
    ['web', { port: 8080, address: '10.0.0.7' }, 'web:10.0.0.7:8080'],
    ['web:8080', { port: 8080, address: '10.0.0.7' }, 'web:10.0.0.7:8080'],
    ['web:10.0.0.7:8080', { ...NOWHERE, port: 8080 }, 'web:10.0.0.7:8080'],
    ['web:10.0.0.7:8080', { port: 8080, address: '10.0.0.7' }, 'web:10.0.0.7:8080'],
    ['web', { port: 80, address: '::1' }, 'web:::1:80'],
  ];
  for (const [operand, place, mark] of ROWS) {
    it(`takes ${operand} with -P ${place.port} -H ${place.address} for ${mark}`, () => assert.deepEqual(parseServices([operand], place).map(formatMarkName), [mark]));
  }

  it('gives -P to every service', () => {
    assert.deepEqual(parseServices(['web', 'api'], { ...NOWHERE, port: 80 }).map(formatMarkName), ['web:80', 'api:80']);
  });

  it('refuses -H without -P, also where no service is named', () => {
    const place = { ...NOWHERE, address: '10.0.0.7' };
    for (const operands of [['web'], ['web:80'], []]) assert.throws(() => parseServices(operands, place), refused('-H needs -P: an address alone is no place of a service'));
  });

  it('refuses another port than the one in the name', () => {
    assert.throws(() => parseServices(['web:8080'], { ...NOWHERE, port: 80 }), refused('web:8080 with -P 80: which port is it?'));
  });

  it('refuses another address than the one in the name', () => {
    assert.throws(() => parseServices(['web:10.0.0.7:80'], { port: 80, address: '10.0.0.8' }), refused('web:10.0.0.7:80 with -H 10.0.0.8: which address is it?'));
  });

  it('names the first that is no service', () => {
    assert.throws(() => parseServices(['web', '../x', '.y'], NOWHERE), refused('bad service "../x": 1 to 128 of A-Z a-z 0-9 . _ -, and neither . nor - first'));
  });
});

describe('parseSomeServices', () => {
  it('refuses none at all', () => assert.throws(() => parseSomeServices([], NOWHERE), refused('name a service, or all')));
  it('takes one', () => assert.deepEqual(parseSomeServices(['all'], NOWHERE), [{ service: 'all' }]));
});
