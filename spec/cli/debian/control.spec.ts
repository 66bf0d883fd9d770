import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { changelog, control, copyright, RELEASE_TIME } from '../../../cli/debian/control.ts';
import { RELEASED, VERSION } from '../../../lib/version.ts';

const LICENCE = readFileSync(new URL('../../../LICENSE.txt', import.meta.url), 'utf8');

describe('what Debian wants to know of the package', () => {
  it('has the version, and the size in KiB', () => {
    assert.match(control(42), new RegExp(`^Package: hacheck\nVersion: ${VERSION}\n[^]*^Installed-Size: 42$`, 'm'));
  });

  it('has every word of the licence, and whose it is', () => {
    const words = (text: string): string[] => text.split(/\s+/).filter((word) => /\w/.test(word));
    const text = copyright(LICENCE);
    assert.match(text, /^Copyright: 2026 the hacheck authors$/m);
    assert.deepEqual(words(text.slice(text.indexOf('Expat') + 5)), words(LICENCE.slice(LICENCE.indexOf('Permission'))));
    for (const line of text.slice(text.indexOf('License:')).trimEnd().split('\n').slice(1)) assert.match(line, /^ \S/);
  });

  it('has the day of the release, on every clock', () => {
    assert.equal(new Date(RELEASE_TIME * 1000).toISOString(), `${RELEASED}T00:00:00.000Z`);
    assert.match(changelog(), new RegExp(`^hacheck \\(${VERSION}\\) unstable; urgency=\\w+\n\n  \\* .*\n\n -- [^<]+ <[^>]+>  \\w{3}, \\d\\d \\w{3} \\d{4} 00:00:00 \\+0000\n$`));
  });
});
