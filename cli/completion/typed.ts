// What stands on a line that is still being typed. It forgives what arguments.ts refuses: whoever types is not done yet.
import type { Option } from '../option.ts';

/** A command's words up to the cursor. */
export interface Typed {
  /** The word at the cursor; may be empty. */
  readonly current: string;
  /** The option whose value the word at the cursor is. */
  readonly open: Option<unknown> | undefined;
  /** Options with their values, as one would write them in a single word each: `--port=3333`, `--json`. */
  readonly given: readonly { readonly option: Option<unknown>; readonly word: string }[];
  readonly operands: readonly string[];
  /** Whether `--` stands before the cursor, so that nothing more is an option. */
  readonly ended: boolean;
}

/** Reads the words behind a command's name; the last one is at the cursor. */
export function readTyped(options: readonly Option<unknown>[], words: readonly string[]): Typed {
  const given: Typed['given'][number][] = [];
  const operands: string[] = [];
  let open: Option<unknown> | undefined;
  let ended = false;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined && !word.startsWith('-')) given.push({ option: open, word: `--${open.name}=${word}` });
    else if (ended || word === '-' || !word.startsWith('-')) operands.push(word);
    else if (word === '--') ended = true;
    else {
      const flag = readFlag(options, word);
      open = flag !== undefined && flag.value === undefined && takesWord(flag.option) ? flag.option : undefined;
      if (flag !== undefined && open === undefined) given.push({ option: flag.option, word: flag.value === undefined ? `--${flag.option.name}` : `--${flag.option.name}=${flag.value}` });
      continue;
    }
    open = undefined;
  }
  return { current: words.at(-1) ?? '', open, given, operands, ended };
}

function takesWord({ value, bare }: Option<unknown>): boolean {
  return value !== undefined && bare === undefined;
}

/** The option that a word names, with its value where that stands in the same word: `--port=1`, `-p1`, `-vp`. */
function readFlag(options: readonly Option<unknown>[], word: string): { option: Option<unknown>; value: string | undefined } | undefined {
  if (word.startsWith('--')) {
    const [flag = '', ...values] = word.split('=');
    const option = options.find(({ name }) => `--${name}` === flag);
    return option === undefined ? undefined : { option, value: values.length === 0 ? undefined : values.join('=') };
  }
  for (let at = 1; at < word.length; at += 1) {
    const option = options.find(({ short }) => short === word[at]);
    if (option === undefined) return undefined;
    const rest = word.slice(at + 1);
    if (takesWord(option) || rest === '') return { option, value: rest === '' ? undefined : rest };
  }
  return undefined;
}
