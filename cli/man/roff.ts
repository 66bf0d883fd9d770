// The language of man pages: mdoc(7) macros, and roff(7) beneath them.
import { wrap } from '../prose.ts';

/** How a character is written that roff reads as something else, or typesets as something that cannot be pasted into a shell (groff_char(7)). */
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\e', '-': '\\-', "'": '\\(aq', '"': '\\(dq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti' };

/** Columns of a line before its characters are escaped. */
const LINE_LENGTH = 66;

/** A text within a line, so that it shows as it is. */
export function escape(text: string): string {
  return text.replace(/[\\'"`^~-]/g, (character) => ESCAPES[character] ?? '').replace(/[^\x20-\x7e]/gu, (character) => `\\[u${hexOf(character)}]`);
}

/** A text as a line of its own; one that begins with a dot would be a macro, and one with a blank would break the line before it. */
export function textLine(text: string): string {
  const escaped = escape(text);
  return /^[. ]/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Sentences, each from a line's beginning: so the formatter knows where one ends. Lines are as short as mandoc wants to have them. */
export function sentences(text: string): string[] {
  return text.split(/(?<=[.!?]) +(?=[^a-z])/).flatMap((sentence) => wrap(sentence, LINE_LENGTH)).map(textLine);
}

/**
 * A macro and its arguments: `macro('Op', 'Fl', '-json')` is `.Op Fl \-json`. An argument without letters and digits is a delimiter or
 * an ellipsis, and stays as it is. None of the words here is a macro's name but where it is meant (they have a capital and a small letter).
 */
export function macro(...words: readonly string[]): string {
  return `.${words.map((word) => (word.includes(' ') ? `"${escape(word)}"` : escape(word))).join(' ')}`;
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
