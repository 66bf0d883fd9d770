// Texts for people as lines: paragraphs are broken to fit, indented lines stay as they are.

/** Columns of the help's pages. */
export const COLUMNS = 80;

/** A paragraph, whose lines may be broken elsewhere, or lines that stay as they are. */
export interface Block {
  readonly literal: boolean;
  readonly lines: readonly string[];
}

/** The blocks of a text: empty lines part them, and lines that begin with a blank are literal. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: { literal: boolean; lines: string[] }[] = [];
  let open = false;
  for (const line of text.split('\n')) {
    const literal = line.startsWith(' ');
    const last = blocks.at(-1);
    if (open && line !== '' && last?.literal === literal) last.lines.push(line);
    else if (line !== '') blocks.push({ literal, lines: [line] });
    open = line !== '';
  }
  return blocks;
}

/** A text's lines of at most so many columns, its blocks with an empty line between them. A word that is longer has a line of its own. */
export function wrap(text: string, columns = COLUMNS): string[] {
  return blocksOf(text).flatMap(({ literal, lines }, at) => [...(at === 0 ? [] : ['']), ...(literal ? lines : broken(lines.join(' '), columns))]);
}

function broken(paragraph: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(/ +/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && [...longer].length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
