// The page / as a person's browser shows it: twenty services and three balancers, dark, light, and on a telephone.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { browser, type Browser, type Look } from '../support/chromium.ts';
import { contrast, parseColour } from '../support/contrast.ts';
import { temporaryFolder } from '../support/folder.ts';
import { LONG, LONG_WORD, MARKUP, overviewScene } from '../support/overview-scene.ts';
import { parsePng } from '../support/png.ts';
import { lacking } from '../support/programs.ts';

const PICTURES = fileURLToPath(new URL('../../.run/pages/', import.meta.url));
const LOOKS = {
  dark: { dark: true, width: 1280, height: 3600 },
  light: { dark: false, width: 1280, height: 3600 },
  narrow: { dark: true, width: 375, height: 9000 },
} as const;

/** What a script of the spec's own finds in a copy of the page. */
interface Found {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  /** What a person can read, in its order. */
  readonly text: string;
  /** Each text: its colour, what it stands on, its size in pixels, and where it ends on the right. */
  readonly texts: readonly { readonly text: string; readonly colour: string; readonly ground: string; readonly size: number; readonly right: number }[];
  /** Each strip: its words, its size in pixels, and the bars' class and height in units of the strip's. */
  readonly strips: readonly { readonly label: string; readonly width: number; readonly height: number; readonly bars: readonly string[] }[];
  /** Elements that the page has none of, unless somebody's text has become HTML. */
  readonly strangers: number;
}

const SCRIPT = `
  const groundOf = (element) => { for (let at = element; at; at = at.parentElement) { const { backgroundColor } = getComputedStyle(at); if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor; } };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || element.closest('script, thead')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { color, fontSize } = getComputedStyle(element);
    texts.push({ text: node.data.trim(), colour: color, ground: groundOf(element), size: parseFloat(fontSize), right: range.getBoundingClientRect().right });
  }
  const strips = [...document.querySelectorAll('svg')].map((strip) => {
    const { width, height } = strip.getBoundingClientRect();
    const bars = [...strip.querySelectorAll('path')].map((path) => path.getAttribute('class') + ' ' + getComputedStyle(path).strokeWidth);
    return { label: strip.getAttribute('aria-label'), width, height, bars };
  });
  const strangers = document.querySelectorAll('img, i, code b, .cause b').length + document.querySelectorAll('script').length - 1;
  const { scrollWidth, clientWidth } = document.documentElement;
  parent.document.documentElement.textContent = JSON.stringify({ scrollWidth, clientWidth, text: document.body.innerText, texts, strips, strangers });
`;

/** The page as it was loaded, and what is found in a copy of it. */
async function look(url: string, how: Look, { dom }: Browser): Promise<Found> {
  const measured = (await dom(url, how)).replace('</body>', () => `<script>addEventListener('load', () => {${SCRIPT}})</script></body>`);
  // In a frame, for a window of Chromium's is never narrower than 500 pixels; it takes the colour scheme of what is around it.
  const frame = `<iframe style="width:${how.width}px;height:${how.height}px;border:0" srcdoc="${measured.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`;
  const copy = join(temporaryFolder(), 'page.html');
  writeFileSync(copy, `<!DOCTYPE html><html style="color-scheme: light dark"><meta charset="utf-8"><body>${frame}</body></html>`);
  const [, json = ''] = /<html[^>]*>(.*)<\/html>/s.exec(await dom(pathToFileURL(copy).href, how)) ?? [];
  return JSON.parse(json.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', '\u00a0').replaceAll('&amp;', '&')) as Found;
}

describe('the page in a browser', { skip: lacking('chromium') }, async () => {
  const scene = lacking('chromium') === false ? await overviewScene() : undefined;
  if (scene === undefined) return;
  const url = `http://127.0.0.1:${scene.port}/`;
  mkdirSync(PICTURES, { recursive: true });
  const seen = await Promise.all(Object.entries(LOOKS).map(async ([name, how]) => {
    const chromium = browser();
    const found = await look(url, how, chromium);
    return [name, { found, line: found.text.replace(/\s+/g, ' '), picture: parsePng(await chromium.picture(url, how, join(PICTURES, `${name}.png`))), how }] as const;
  }));
  const { dark, light, narrow } = Object.fromEntries(seen);

  for (const [name, { found, line, how }] of seen) {
    it(`shows every service and its verdict in words: ${name}`, () => {
      assert.equal(scene.services.length, 20);
      for (const service of scene.services) assert.match(found.text, new RegExp(`^${service}$`, 'm'), service);
      for (const words of ['6 of 20 out', '✕ failing', '■ down', '◐ draining', '✓ up', '? unknown', '500 Internal Server Error', 'connect ECONNREFUSED 127.0.0.1:']) assert.ok(line.includes(words), words);
      assert.ok(line.indexOf('checkout') < line.indexOf('payments') && line.indexOf('payments') < line.indexOf('web drained') && line.indexOf('web drained') < line.indexOf('auth'));
    });

    it(`shows who took what out, why, since when and until when: ${name}`, () => {
      for (const words of [LONG, LONG_WORD, 'web drained by ops · since 10:08:00 UTC (2 min ago) · until 11:08:00 UTC (58 min left)', 'payments taken out by deploy · since 2026-11-21 10:08:00 UTC (24 h ago)', 'nobody asks for it']) {
        assert.ok(line.includes(words), words);
      }
    });

    it(`shows the age of each verdict, and the balancers with their sessions: ${name}`, () => {
      for (const words of [
        'verdict 3.0 s old, good for 7.0 s', 'no verdict yet', 'being probed now', '6 sessions draining', 'lb1 127.0.0.2', '3 sessions draining', '3 draining', 'lb2 127.0.0.3', '2 draining',
        'lb3-<b>new</b> 127.0.0.4', '1 session draining', '1 draining', '! silent about 1 service', '! silent: 63 s ago, every 20 s', '100 of 300', 'NOLB', 'DOWN 1/2',
      ]) assert.ok(line.includes(words), words);
    });

    it(`shows markup as text: ${name}`, () => {
      for (const words of [MARKUP, '<i>mallory</i>', '?shard=<b>1</b>&x="2"', '<b>new</b>']) assert.ok(line.includes(words), words);
      assert.equal(found.strangers, 0);
    });

    it(`has every text at 4.5:1 on what it stands on, and large enough: ${name}`, () => {
      assert.ok(found.texts.length > 300, String(found.texts.length));
      for (const { text, colour, ground, size } of found.texts) {
        const ratio = contrast(parseColour(colour), parseColour(ground));
        assert.ok(ratio >= 4.5, `${text}: ${ratio.toFixed(2)} of ${colour} on ${ground}`);
        assert.ok(size >= 14, `${text}: ${size} px`);
      }
    });

    it(`is no wider than its window: ${name}`, () => {
      assert.deepEqual([found.clientWidth, found.scrollWidth], [how.width, how.width]);
      for (const { text, right } of found.texts) assert.ok(right <= how.width, `${text} ends at ${right}`);
    });

    it(`has a strip for each check that is asked, as high as the verdict is bad, and in words: ${name}`, () => {
      assert.equal(found.strips.length, scene.services.length);
      for (const { label, width, height } of found.strips) assert.ok(label.startsWith('last 10 minutes: ') && width >= 200 && height >= 15, `${label}: ${width} x ${height}`);
      const told = 'down for 60 s, before that up for 4 min, before that down for 40 s, before that up for 4 min';
      assert.deepEqual(found.strips.find(({ label }) => label === `last 10 minutes: ${told}`)?.bars, ['up 4px', 'down 12px', 'up 4px', 'down 12px']);
      assert.ok(found.strips.some(({ bars }) => bars.join() === 'up 4px,drain 7px'));
    });
  }

  it('has names that can be read from afar, and a headline from farther', () => {
    const sizeOf = (text: string): number => Math.max(...(light?.found.texts ?? []).filter((each) => each.text === text).map(({ size }) => size));
    assert.ok(sizeOf('web') >= 24 && sizeOf('6 of 20 out') >= 48, `${sizeOf('web')}, ${sizeOf('6 of 20 out')}`);
  });

  it('is dark in the dark and light in the light, and as wide as it should be, by the style that its own policy lets in', () => {
    assert.deepEqual([dark, light, narrow].map((each) => each?.picture.width), [1280, 1280, 375]);
    assert.deepEqual([dark, light, narrow].map((each) => each?.picture.at(2, 2)), [[12, 15, 20], [246, 247, 249], [12, 15, 20]]);
  });

  it('has the colours of each standing in its pictures', () => {
    for (const colour of ['#ff8f87', '#ffb066', '#8ec1ff', '#74d68f']) for (const each of [dark, narrow]) assert.ok((each?.picture.count(parseColour(colour)) ?? 0) > 500, colour);
    for (const colour of ['#b3201a', '#8a3d00', '#0a56b8', '#14682f']) assert.ok((light?.picture.count(parseColour(colour)) ?? 0) > 500, colour);
  });
});
