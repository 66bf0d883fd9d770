import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { isRefusal } from '../lib/route.ts';
import { parseOrder, readForm } from '../lib/spool-form.ts';
import { FORM_TYPE as TYPE, requestOf } from './support/form-request.ts';

const NOW = 1_000_000_000;

describe('parseOrder', () => {
  const NONE = { reason: undefined, expiration: undefined, creation: undefined };
  const ORDERS = [
    ['status=up', { ...NONE, state: 'up' }],
    ['status=down', { ...NONE, state: 'down' }],
    ['status=drain&reason=a+b', { ...NONE, state: 'drain', reason: 'a b' }],
    ['reason=&status=down', { ...NONE, state: 'down', reason: '' }],
    ['reason=%61%2Bb%26&status=down', { ...NONE, state: 'down', reason: 'a+b&' }],
    ['reason=\xc3\xbc%C3%BC&status=down', { ...NONE, state: 'down', reason: 'üü' }],
    ['status=down&expiration=1795346352&creation=0', { ...NONE, state: 'down', expiration: 1795346352, creation: 0 }],
    ['status=down&expiration=1795346352.123456789', { ...NONE, state: 'down', expiration: 1795346352.123456789 }],
    ['status=down&expiration=253402300799', { ...NONE, state: 'down', expiration: 253402300799 }],
  ] as const;
  for (const [form, order] of ORDERS) it(`reads ${form}`, () => assert.deepEqual(parseOrder(form, NOW), order));

  for (const form of [
    '', 'status=', 'status=UP', 'status=up&status=up', 'status=up&x=', 'status=up&reason', 'status=%zz', 'status=down&expiration=253402300800',
    'status=down&creation=-1', 'status=down&expiration=999999999', 'status=down&expiration=1000000000', 'status=down&creation=', 'status=down&expiration=1e9',
  ]) {
    it(`refuses ${JSON.stringify(form)}`, () => assert.ok(isRefusal(parseOrder(form, NOW))));
  }

  it('says of an expiration that has passed when that was', () => {
    assert.deepEqual(parseOrder('status=down&expiration=999999999', NOW), { refused: 'bad expiration: 2001-09-09T01:46:39Z is in the past' });
  });

  it('quotes at most a part of what it refuses', () => {
    for (const form of [`status=${'x'.repeat(8000)}`, `status=up&${'x'.repeat(8000)}=1`, 'x'.repeat(8000)]) {
      const refusal = parseOrder(form, NOW);
      assert.ok(isRefusal(refusal) && refusal.refused.length < 250);
    }
  });
});

describe('readForm', () => {
  it('gives the bytes that came, one character each', async () => assert.equal(await readForm(requestOf('/', 'a=\xff\x00&b')), 'a=\xff\x00&b'));

  it('says so when they are cut short', async () => {
    const request = new IncomingMessage(new Socket());
    request.headers['content-type'] = TYPE;
    request.push('status=down');
    const form = readForm(request);
    request.destroy();
    assert.deepEqual(await form, { refused: 'the form was cut short' });
  });

  it('takes none of another type', async () => {
    const read = (type: string): ReturnType<typeof readForm> => readForm(requestOf('/', 'status=up', { 'content-type': type }));
    for (const type of ['', 'text/plain', `${TYPE}x`, `x;${TYPE}`]) assert.deepEqual(await read(type), { refused: `the form is sent as ${TYPE}` });
    for (const type of [`${TYPE};charset=utf-8`, TYPE.toUpperCase(), ` ${TYPE} `]) assert.equal(await read(type), 'status=up');
  });
});
