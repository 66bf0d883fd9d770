import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPlace, valuesOf } from '../lib/place.ts';
import { isRefusal } from '../lib/route.ts';

const STATE = 'X-Haproxy-Server-State';
const CHECK_IP = 'X-Nerve-Check-IP';
/** As HAProxy 2.6 sends it. */
const FULL = 'UP 2/3; name=web/web1; node=lb1; weight=1/2; scur=13/22; qcur=0';

const READ: readonly (readonly [what: string, headers: readonly string[], address: string | undefined, port: number | undefined])[] = [
  ['nothing of no header', [], undefined, undefined],
  ['nothing of other headers', ['Host', 'address=10.0.0.7; port=1', 'X-Haproxy-Server-State-2', 'address=10.0.0.7', 'Nerve-Check-IP', '10.0.0.7'], undefined, undefined],
  ['an address and a port', [STATE, `${FULL}; address=10.0.0.7; port=8081`], '10.0.0.7', 8081],
  ['them wherever they stand', [STATE, `address=10.0.0.7; UP; port=8081; ${FULL}`], '10.0.0.7', 8081],
  ['them without blanks', [STATE, 'UP;address=10.0.0.7;port=8081'], '10.0.0.7', 8081],
  ['them among more blanks', [STATE, 'UP ;  address=10.0.0.7 \t;  port=8081  '], '10.0.0.7', 8081],
  ['the header by any case', ['x-haproxy-SERVER-state', 'UP; address=10.0.0.7; port=8081'], '10.0.0.7', 8081],
  ['nothing of a state alone', [STATE, FULL], undefined, undefined],
  ['nothing of keys that end or begin alike', [STATE, 'UP; xaddress=x; addresses=y; ports=1; xport=2; Address=3; PORT=4'], undefined, undefined],
  ['a port alone', [STATE, 'UP; port=1'], undefined, 1],
  ['the last port', [STATE, 'UP; port=65535'], undefined, 65535],
  ['an address alone', [STATE, 'UP; address=10.0.0.7'], '10.0.0.7', undefined],
  ['no address for a unix socket', [STATE, 'UP; address=unix; port='], undefined, undefined],
  ['no address for a unix socket, but its port', [STATE, 'UP; address=unix; port=8081'], undefined, 8081],
  ['no address for an empty one', [STATE, 'UP; address=; port=8081'], undefined, 8081],
  ['no port for 0', [STATE, 'UP; address=10.0.0.7; port=0'], '10.0.0.7', undefined],
  ['no port for an empty one', [STATE, 'UP; address=10.0.0.7; port='], '10.0.0.7', undefined],
  ['IPv6', [STATE, 'UP; address=2001:db8::7; port=8081'], '2001:db8::7', 8081],
  ['IPv6 in its one form', [STATE, 'UP; address=2001:0DB8:0:0::7'], '2001:db8::7', undefined],
  ['IPv4 of IPv6', [STATE, 'UP; address=::ffff:10.0.0.7'], '10.0.0.7', undefined],
  ['an address of X-Nerve-Check-IP', [CHECK_IP, '10.0.0.8'], '10.0.0.8', undefined],
  ['the same by any case, among blanks', ['x-nerve-check-ip', ' 10.0.0.8 '], '10.0.0.8', undefined],
  ['IPv6 of X-Nerve-Check-IP', [CHECK_IP, '::1'], '::1', undefined],
  ['both: X-Nerve-Check-IP wins, the port stays', [STATE, 'UP; address=10.0.0.7; port=8081', CHECK_IP, '10.0.0.8'], '10.0.0.8', 8081],
  ['both, the other way round', [CHECK_IP, '10.0.0.8', STATE, 'UP; address=10.0.0.7; port=8081'], '10.0.0.8', 8081],
  ['both with a unix socket', [STATE, 'UP; address=unix; port=0', CHECK_IP, '10.0.0.8'], '10.0.0.8', undefined],
];

const ADDRESS = /^bad address "[^\n]*": a plain IPv4 or IPv6 address, no name$/;
const REFUSED: readonly (readonly [what: string, headers: readonly string[], why: RegExp])[] = [
  ...[
    'localhost', 'web.example', 'unix@', 'UNIX', '127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1', '127.0.0.01', '10.0.0.256', '10.0.0.7.', '10.0.0.7..', 'fe80::1%lo',
    '::1%1', ':::', '1::2::3', '10.0.0.7:80', '10.0.0.7/8', '*', '"10.0.0.7"',
  ]
    .flatMap((address): [string, readonly string[], RegExp][] => [
      [`the address ${address}`, [STATE, `UP; address=${address}; port=8081`], ADDRESS],
      [`the address ${address} of X-Nerve-Check-IP`, [CHECK_IP, address], ADDRESS],
    ]),
  ['two addresses of X-Nerve-Check-IP', [CHECK_IP, '10.0.0.7, 10.0.0.8'], ADDRESS],
  ...['65536', '08', '-1', '+1', '1e3', '0x50', '80 81', '80,81', '00', 'http']
    .map((port): [string, readonly string[], RegExp] => [`the port ${port}`, [STATE, `UP; address=10.0.0.7; port=${port}`], /^X-Haproxy-Server-State: bad port /]),
  ['a state given twice', [STATE, 'UP; port=1', STATE, 'UP; port=1'], /^X-Haproxy-Server-State is given twice$/],
  ['a state given twice in two cases', [STATE, FULL, STATE.toLowerCase(), FULL], /^X-Haproxy-Server-State is given twice$/],
  ['X-Nerve-Check-IP given twice', [CHECK_IP, '10.0.0.7', 'Host', 'a', CHECK_IP.toUpperCase(), '10.0.0.7'], /^X-Nerve-Check-IP is given twice$/],
  ['two addresses in one state', [STATE, 'UP; address=10.0.0.7; address=10.0.0.8'], /twice$/],
  ['two ports in one state', [STATE, 'UP; port=1; port=1'], /twice$/],
  ['a bad address, also where X-Nerve-Check-IP would win', [STATE, 'UP; address=localhost', CHECK_IP, '10.0.0.8'], ADDRESS],
];

describe('readPlace', () => {
  for (const [what, headers, address, port] of READ) it(`reads ${what}`, () => assert.deepEqual({ ...readPlace(headers) }, { address, port }));

  for (const [what, headers, why] of REFUSED) {
    it(`refuses ${what}`, () => {
      const refusal = readPlace(headers);
      assert.ok(isRefusal(refusal), JSON.stringify(refusal));
      assert.match(refusal.refused, why);
      assert.equal(refusal.status, undefined);
    });
  }

  it('quotes at most a part of what it refuses', () => {
    const refusal = readPlace([CHECK_IP, 'x'.repeat(10_000)]);
    assert.ok(isRefusal(refusal) && refusal.refused.length < 200);
  });
});

describe('valuesOf', () => {
  it('gives each value of a header, whatever its case, and no name', () => {
    assert.deepEqual(valuesOf(['Host', 'a', 'X', 'host', 'hOST', 'b', 'host', 'host'], 'host'), ['a', 'b', 'host']);
    assert.deepEqual(valuesOf([], 'host'), []);
  });
});
