import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { FieldTable, writeFields, type Field } from '../../lib/probe/hpack.ts';
import { lacking } from '../support/programs.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Blocks of one side of a connection, one after the other, as another implementation writes them, and what they say. */
const PYTHON = `
import json, random, hpack
random.seed(7)
encoder = hpack.Encoder()
names = [':status', 'content-type', 'grpc-status', 'grpc-message', 'x-' + 'long-' * 30, 'x']
for turn in range(600):
    if turn % 50 == 49:
        encoder.header_table_size = random.choice([0, 64, 300, 4096])
    fields = [(random.choice(names), ''.join(chr(random.randrange(256)) for _ in range(random.choice([0, 3, 40, 400])))) for _ in range(random.randrange(6))]
    fields += [('grpc-status', '0'), (':status', '200')]
    block = encoder.encode([(n.encode('latin1'), v.encode('latin1')) for n, v in fields], huffman=random.random() < 0.7)
    print(json.dumps([block.hex(), fields]))
`;

describe('header fields in HPACK', () => {
  it('are read as the examples of the RFC have it, plain and coded (Appendix C.3, C.4)', () => {
    const first: readonly Field[] = [[':method', 'GET'], [':scheme', 'http'], [':path', '/'], [':authority', 'www.example.com']];
    const second: readonly Field[] = [...first, ['cache-control', 'no-cache']];
    const third: readonly Field[] = [[':method', 'GET'], [':scheme', 'https'], [':path', '/index.html'], [':authority', 'www.example.com'], ['custom-key', 'custom-value']];
    for (const blocks of [
      ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', '8286 84be 5808 6e6f 2d63 6163 6865', '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65'],
      ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', '8286 84be 5886 a8eb 1064 9cbf', '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'],
    ]) {
      const table = new FieldTable();
      assert.deepEqual(blocks.map((block) => table.read(hex(block))), [first, second, third]);
    }
  });

  it('are read as another implementation writes them, with a table that fills, shrinks and grows', { skip: lacking('python3-hpack') }, () => {
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', PYTHON], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const blocks = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as [block: string, fields: Field[]]);
    assert.equal(blocks.length, 600, stderr);
    const table = new FieldTable(Infinity);
    for (const [block, fields] of blocks) assert.deepEqual(table.read(hex(block)), fields);
  });

  it('are read again as they were written', () => {
    const fields: readonly Field[] = [[':method', 'POST'], [':path', '/grpc.health.v1.Health/Check'], ['te', 'trailers'], ['empty', ''], ['long', 'x'.repeat(126)]];
    assert.deepEqual(new FieldTable().read(writeFields(fields)), fields);
  });

  it('are read up to 64 KiB, of all blocks together, however few bytes say so many', () => {
    // One field that just fits into the table: sixteen times its size is all that there may be.
    const kept = hex(`40 01 78 7f e0 1e ${'61'.repeat(4063)}`);
    const again = (times: number): Buffer => Buffer.alloc(times, 0xbe);
    const message = 'no HTTP/2: more fields than are read';
    const table = new FieldTable();
    assert.deepEqual([kept, again(7), again(8)].map((block) => table.read(block).length), [1, 7, 8]);
    assert.throws(() => table.read(again(1)), { message });
    assert.throws(() => new FieldTable().read(Buffer.concat([kept, again(12_000)])), { message });
    // An empty field takes room, too.
    assert.throws(() => new FieldTable().read(Buffer.alloc(3 * 2049)), { message });
  });

  for (const [what, block, message] of [
    ['a field 0', '80', 'a field 0 that is none'],
    ['a field that is not there yet', 'be', 'a field 62 that is none'],
    ['a name that is not there yet', '7e 01 61', 'a field 62 that is none'],
    ['a text that ends early', '00 03 61', 'an end in the middle of a field'],
    ['no value', '00 01 61', 'an end in the middle of a field'],
    ['a number that ends early', '00 7f', 'an end in the middle of a field'],
    ['a number without an end', '7f ff ff ff ff ff', 'a number without an end'],
    ['a length of 256 MB', '00 7f 80 ff ff 7f', 'an end in the middle of a field'],
    ['a table of more than was agreed on', '3f e2 1f', 'a table of 4097 bytes'],
    ['a code that is cut off', '00 81 fe', 'a text in no code'],
    ['padding of eight bits', '00 82 1fff 00', 'a text in no code'],
    ['padding of zeros', '00 81 18 00', 'a text in no code'],
    ["the end's own code", '00 84 ffff ffff 00', 'a text in no code'],
  ] as const) {
    it(`are none with ${what}`, () => assert.throws(() => new FieldTable().read(hex(block)), { message: `no HTTP/2: ${message}` }));
  }
});
