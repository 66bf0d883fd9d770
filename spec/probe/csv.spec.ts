import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cellsOf, Rows } from '../../lib/probe/csv.ts';

const MOST = 100;

/** What a file's rows are, which comes in these chunks. */
function rowsOf(chunks: readonly string[]): string[] {
  const rows = new Rows(MOST);
  return chunks.flatMap((chunk) => [...rows.take(Buffer.from(chunk, 'latin1'))]);
}

describe('the rows of a CSV file', () => {
  const FILE = 'a,b,\n"a ""b""\n,",c,\r\n\n,"\n\n",\n"",\xff\nthe last has no end';
  const ROWS = ['a,b,', '"a ""b""\n,",c,\r', '', ',"\n\n",', '"",\xff'];

  it('are the same wherever it is cut into chunks, once or after each byte', () => {
    for (let at = 0; at <= FILE.length; at += 1) assert.deepEqual(rowsOf([FILE.slice(0, at), FILE.slice(at)]), ROWS, `cut at ${at}`);
    assert.deepEqual(rowsOf([...FILE]), ROWS);
  });

  it('are read as empty ones where they are too long, however they come', () => {
    const file = `${'x'.repeat(MOST)}\n${'x'.repeat(MOST + 1)}\nshort\n"${'\n'.repeat(1_000)}"\nshort\n`;
    for (const chunks of [[file], [...file]]) assert.deepEqual(rowsOf(chunks), ['x'.repeat(MOST), '', 'short', '', 'short']);
  });

  it('are known to be too long before they end', () => {
    const rows = new Rows(MOST);
    const isTooLong = (chunk: string): boolean => [...rows.take(Buffer.from(chunk))].length === 0 && rows.isTooLong;
    assert.deepEqual(['x'.repeat(MOST), 'x', 'x'].map(isTooLong), [false, true, true]);
    assert.deepEqual([...rows.take(Buffer.from('\nx'))], ['']);
    assert.equal(rows.isTooLong, false);
  });

  it('do not change when others come', () => {
    const rows = new Rows(MOST);
    const [first, second] = ['one\n', 'two\n'].map((chunk) => [...rows.take(Buffer.from(chunk))]);
    assert.deepEqual([first, second], [['one'], ['two']]);
  });
});

describe('the cells of a row', () => {
  for (const [row, cells] of [
    ['a,b,', ['a', 'b', '']], ['a', ['a', '']], ['a,,b\r', ['a', '', 'b', '']], ['"a,b",c', ['a,b', 'c', '']], ['"a ""b""\n",', ['a "b"\n', '']], ['1,2,3,4,5', ['1', '2', '3', '4']],
  ] as const) it(`are ${JSON.stringify(cells)} of ${JSON.stringify(row)}`, () => assert.deepEqual(cellsOf(row, 4), cells));
});
