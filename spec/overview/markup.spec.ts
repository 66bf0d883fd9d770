import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html, Html, type Part } from '../../lib/overview/markup.ts';

/** What a part becomes. */
function written(part: Part): string {
  return html`${part}`.text;
}

describe('a piece of HTML', () => {
  it('has text escaped, between tags and in quoted attributes', () => {
    assert.equal(html`<p title="${'"><script>'}">${`<b>&'"</b>`}</p>`.text, '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&#39;&quot;&lt;/b&gt;</p>');
  });

  it('escapes what is escaped already: it was text all the same', () => assert.equal(written('&lt;'), '&amp;lt;'));
  it('takes HTML as it is, once and not again', () => assert.equal(written(html`<i>${html`<b>${'<'}</b>`}</i>`), '<i><b>&lt;</b></i>'));
  it('takes several parts, one behind the other, each for what it is', () => assert.equal(written(['<', html`<br>`, [1, '>']]), '&lt;<br>1&gt;'));
  it('takes numbers, 0 too, and nothing', () => assert.deepEqual([0, 1.5, undefined, '', []].map(written), ['0', '1.5', '', '', '']));
  it('is what it was made of where that was HTML', () => assert.equal(written(new Html('<hr>')), '<hr>'));
  it('without a part is its template', () => assert.equal(html`<hr>`.text, '<hr>'));
});
