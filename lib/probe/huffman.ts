// The Huffman code of HPACK's texts (RFC 7541 section 5.2, Appendix B).

/** Bits of the code of each byte from 0 on, and of the end, in base 36. The code is canonical: by length, then by value. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad677777777777777777777' +
  '77878djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmo' +
  'lmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu';
const END = 256;
/** A code that is no byte's yet: the two that are one bit longer, or a byte. */
type Node = [zero: Node | number | undefined, one: Node | number | undefined];

const TREE = makeTree();

/** Reads a text, one character a byte. Undefined where it is none: the end's own code in it, or more than seven bits of padding, or others than ones. */
export function readHuffman(coded: Buffer): string | undefined {
  let text = '';
  let node = TREE;
  let rest = '';
  for (const byte of coded) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const one = (byte >> bit) & 1;
      const next: Node | number | undefined = node[one];
      if (next === undefined || next === END) return undefined;
      rest += one;
      if (typeof next !== 'number') {
        node = next;
        continue;
      }
      text += String.fromCharCode(next);
      node = TREE;
      rest = '';
    }
  }
  return rest.length < 8 && !rest.includes('0') ? text : undefined;
}

function makeTree(): Node {
  const root: Node = [undefined, undefined];
  const lengths = Array.from(LENGTHS, (digit) => parseInt(digit, 36));
  const symbols = [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  let [code, before] = [0, 0];
  for (const symbol of symbols) {
    const length = lengths[symbol] ?? 0;
    code *= 2 ** (length - before);
    before = length;
    plant(root, code.toString(2).padStart(length, '0'), symbol);
    code += 1;
  }
  return root;
}

function plant(root: Node, code: string, symbol: number): void {
  let node = root;
  for (const bit of code.slice(0, -1)) node = (node[Number(bit)] ??= [undefined, undefined]) as Node;
  node[Number(code.slice(-1))] = symbol;
}
