import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { STANDINGS } from '../../lib/overview/standing.ts';
import { STYLE, STYLE_HASH } from '../../lib/overview/style.ts';
import { contrast, parseColour } from '../support/contrast.ts';

/** The colours of a scheme by their names. */
function colours(block: string | undefined): Map<string, string> {
  return new Map([...(block ?? '').matchAll(/--(\w+): (#\w+);/g)].map(([, name = '', colour = '']) => [name, colour]));
}

const [light, dark] = [...STYLE.matchAll(/:root \{(.*?)\}/gs)].map(([, block]) => colours(block));

describe('the hash of the style', () => {
  it('is that of what stands there', () => assert.equal(STYLE_HASH, `sha256-${createHash('sha256').update(STYLE).digest('base64')}`));
});

describe('the colours', () => {
  for (const [scheme, palette] of [['light', light], ['dark', dark]] as const) {
    const between = (one: string, other: string): number => contrast(parseColour(palette?.get(one) ?? ''), parseColour(palette?.get(other) ?? ''));
    for (const text of ['text', 'dim', 'link', ...STANDINGS]) {
      it(`of ${text} in ${scheme} have AA on the ground and on cards, 4.5:1`, () => {
        for (const ground of ['ground', 'card']) assert.ok(between(text, ground) >= 4.5, `${text} on ${ground}: ${between(text, ground).toFixed(2)}`);
      });
    }
    for (const standing of ['failing', 'down', 'drain']) {
      it(`of the word on the badge of ${standing} in ${scheme} have 4.5:1`, () => assert.ok(between('onbadge', standing) >= 4.5));
    }
  }

  it('are the same ones in both schemes', () => assert.deepEqual([...(light?.keys() ?? [])], [...(dark?.keys() ?? [])]));
  it('are all that the style uses', () => {
    for (const [, name = ''] of STYLE.matchAll(/var\(--(\w+)\)/g)) assert.ok(light?.has(name), name);
    assert.deepEqual(STYLE.replace(/:root \{.*?\}/gs, '').match(/#[0-9a-f]{3,6}\b|rgb|hsl/g), null);
  });
});

it('the style has as many braces that open as that close', () => assert.equal(STYLE.split('{').length, STYLE.split('}').length));
