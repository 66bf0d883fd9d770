import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, parseFields } from '../lib/fields.ts';

describe('parseFields', () => {
  const FIELDS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['', []], ['&&', []], ['a=b', [['a', 'b']]], ['a=', [['a', '']]], ['a=b=c', [['a', 'b=c']]], ['a=b&c=d', [['a', 'b'], ['c', 'd']]], ['a=b&a=c', [['a', 'b'], ['a', 'c']]],
    ['%61%3D=%26', [['a=', '&']]], ['a=%C3%A4', [['a', '\u00e4']]], ['a=\xc3\xa4', [['a', '\u00e4']]], ['__proto__=1', [['__proto__', '1']]],
  ];
  for (const [text, fields] of FIELDS) it(`reads "${text}"`, () => assert.deepEqual(parseFields(text, false), fields));

  it('takes + for a space in forms alone', () => {
    assert.deepEqual(parseFields('a+b=c+d%2B', true), [['a b', 'c d+']]);
    assert.deepEqual(parseFields('a+b=c+d%2B', false), [['a+b', 'c+d+']]);
  });

  for (const text of ['a', '=b', 'a=b&c', 'a=%', 'a=%z1', 'a=%1', 'a=%ff', '%C3=1', 'a=\xff']) {
    it(`refuses "${text}", and quotes the field`, () => {
      const refusal = parseFields(text, false);
      assert.ok('refused' in refusal && /^bad field ".*": /.test(refusal.refused), JSON.stringify(refusal));
    });
  }
});

describe('decode', () => {
  const TEXTS: readonly (readonly [string, string | undefined])[] = [['', ''], ['a%20b', 'a b'], ['\xc3\xa4', '\u00e4'], ['%c3\xa4', '\u00e4'], ['a+b', 'a+b'], ['%', undefined], ['%e4', undefined], ['\xe4', undefined], ['%00', '\0']];
  for (const [text, decoded] of TEXTS) it(`of "${text}" is ${JSON.stringify(decoded)}`, () => assert.equal(decode(text), decoded));
});
