// The usage of commands and options in mdoc(7): `[--for DURATION | --until TIME]` with its words in their fonts.
import type { Option } from '../option.ts';

/** A command's usage, `SERVICE... [--json]`, as the words of one macro line: `Ar SERVICE ... Oo Fl -json Oc`. */
export function usageWords(usage: string): string[] {
  return (usage === '' ? [] : usage.split(' ')).flatMap((token) => {
    const opens = /^\[+/.exec(token)?.[0].length ?? 0;
    const closes = Math.max(0, count(token, ']') - count(token.slice(opens), '['));
    const word = token.slice(opens, token.length - closes);
    return [...Array<string>(opens).fill('Oo'), ...wordsOf(word), ...Array<string>(closes).fill('Oc')];
  });
}

/** One word: a flag, a placeholder in capitals, with an ellipsis perhaps, or what is typed as it is. */
function wordsOf(word: string): string[] {
  const dots = word.endsWith('...') ? ['...'] : [];
  const bare = word.slice(0, word.length - 3 * dots.length);
  if (bare === '|') return ['|'];
  if (bare.startsWith('-')) return ['Fl', bare.slice(1)];
  return [/^[A-Z]/.test(bare) || bare === 'options' ? 'Ar' : 'Cm', bare, ...dots];
}

/** An option's flags and value: `Fl r , Fl -reason Ar TEXT`. */
export function flagWords({ name, short, value, bare }: Option<unknown>): string[] {
  const flags = [...(short === undefined ? [] : ['Fl', short, ',']), 'Fl', `-${name}`];
  if (value === undefined) return flags;
  return bare === undefined ? [...flags, 'Ar', value] : [...flags, 'Ns', 'Oo', '=', 'Ns', 'Ar', value, 'Oc'];
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
