// How well a colour is read on another (WCAG 2.1, contrast ratio and relative luminance).

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Reads `#rgb`, `#rrggbb` and `rgb(r, g, b)`. */
export function parseColour(text: string): Colour {
  const hex = /^#(?:([\da-f]{3})|([\da-f]{6}))$/.exec(text);
  const long = hex?.[1] === undefined ? hex?.[2] : [...hex[1]].map((digit) => digit + digit).join('');
  const parts = long === undefined ? /^rgb\((\d+), (\d+), (\d+)\)$/.exec(text)?.slice(1).map(Number) : [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
  const [red, green, blue] = parts ?? [];
  if (red === undefined || green === undefined || blue === undefined) throw new Error(`no colour: ${text}`);
  return [red, green, blue];
}

/** The ratio of two colours' luminances: 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
