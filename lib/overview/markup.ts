// HTML that cannot be written without being escaped: what stands in ${} is text, unless it is HTML already.

/** A piece of HTML. */
export class Html {
  readonly text: string;

  /** @param text HTML, not text: {@link html} is the way to make one */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text, HTML, some of either, or nothing. */
export type Part = string | number | Html | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Makes a piece of HTML from a template; parts that are text can stand between tags and in quoted attributes. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(template.reduce((text, literal, at) => text + asHtml(parts[at - 1]) + literal));
}

function asHtml(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(asHtml).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
