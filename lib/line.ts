// What others have written, made fit to stand in a line of ours.

const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** A text on one line: control characters, line ends and marks of direction become spaces. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, ' ').trim();
}

/** A text of so many characters at most, and a sign that there was more. */
export function shortened(text: string, length: number, sign = '...'): string {
  return text.length <= length ? text : `${text.slice(0, length)}${sign}`;
}
