import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthRequest, healthStatus } from '../../lib/probe/grpc-health.ts';

describe('healthRequest', () => {
  const REQUESTS: readonly (readonly [string, string])[] = [
    ['', '0000000000'], ['a', '0000000003' + '0a0161'], ['my.Service', '000000000c' + '0a0a' + '6d792e53657276696365'], ['\u00e4', '0000000004' + '0a02c3a4'],
    ['x'.repeat(128), '0000000083' + '0a8001' + '78'.repeat(128)], ['x'.repeat(20_000), '0000004e24' + '0aa09c01' + '78'.repeat(20_000)],
  ];
  for (const [service, hex] of REQUESTS) it(`names "${service.slice(0, 20)}"`, () => assert.equal(healthRequest(service).toString('hex'), hex));
});

describe('healthStatus', () => {
  const STATUSES: readonly (readonly [string, string | undefined])[] = [
    ['0000000000', 'UNKNOWN'], ['00000000020800', 'UNKNOWN'], ['00000000020801', 'SERVING'], ['00000000020802', 'NOT_SERVING'], ['00000000020803', 'SERVICE_UNKNOWN'],
    ['00000000020804', 'status 4'], ['0000000003088101', 'status 129'],
    // Fields that are not known here: a number, a text, eight bytes, four bytes.
    ['0000000004' + '1007' + '0801', 'SERVING'], ['0000000006' + '12026869' + '0801', 'SERVING'], ['000000000b' + '190102030405060708' + '0801', 'SERVING'], ['0000000007' + '1d01020304' + '0801', 'SERVING'],
    // A number of 36 bits, and a negative one.
    ['0000000009' + '0801' + '10808080808001', 'SERVING'], ['000000000d' + '0801' + '10' + 'ff'.repeat(9) + '01', 'SERVING'],
    // The last one counts.
    ['0000000004' + '0801' + '0802', 'NOT_SERVING'],
    ['', undefined], ['00000000', undefined], ['0100000002' + '0801', undefined], ['0000000003' + '0801', undefined], ['0000000002' + '080100', undefined], ['00ffffffff' + '0801', undefined],
    ['0000000001' + '08', undefined], ['0000000002' + '0880', undefined], ['0000000002' + '1205', undefined], ['0000000002' + '0b01', undefined], ['000000000c' + '08' + 'ff'.repeat(11), undefined],
    ['0000000006' + '12ffffffff0f', undefined], ['0000000003' + '190102', undefined],
  ];
  for (const [hex, status] of STATUSES) {
    it(`of ${hex || 'nothing'} is ${status}`, () => assert.equal(healthStatus(Buffer.from(hex, 'hex')), status));
  }
});
