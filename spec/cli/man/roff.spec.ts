import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { escape, macro, sentences, textLine } from '../../../cli/man/roff.ts';
import { lacking } from '../../support/programs.ts';

/** What mandoc shows of a page's body. */
function shown(lines: readonly string[]): string {
  const page = ['.Dd November 22, 2026', '.Dt X 1', '.Os', '.Sh NAME', '.Nm x', '.Nd y', '.Sh DESCRIPTION', '.Bd -literal', ...lines, '.Ed', ''].join('\n');
  return execFileSync('mandoc', ['-T', 'utf8', '-O', 'width=200'], { input: page, encoding: 'utf8' }).replace(/.\u0008/g, '').split('DESCRIPTION\n')[1]?.split('\n').slice(0, lines.length).map((line) => line.slice(5)).join('\n') ?? '';
}

describe('a text in roff', () => {
  const TEXTS = ['.Sh is no macro', "'also", '\\e \\fB \\(aq \\*(xx', '--wait-for=-1', 'a "quoted" word', "it's `code` ~user ^C", 'drei Möglichkeiten · …', '..', ' . blank before a dot', "a\\", 'Fl Ar Op'];
  for (const text of TEXTS) it(`shows ${JSON.stringify(text)} as it is`, { skip: lacking('mandoc') }, () => assert.equal(shown([textLine(text)]), text));

  it('is ASCII', () => assert.match(escape('Möglichkeiten · … 😀'), /^[\x20-\x7e]*$/));
});

describe('sentences', () => {
  it('begin lines, which are short', () => {
    const lines = sentences(`One two, e.g. three. Four: five! --six is one, too. W${'ord word '.repeat(15).trim()}.`);
    assert.deepEqual(lines.slice(0, 3), ['One two, e.g. three.', 'Four: five!', '\\-\\-six is one, too.']);
    assert.ok(lines.length > 4 && lines.every((line) => line.length <= 80));
  });
});

describe('macro', () => {
  it('escapes arguments, and puts those with blanks in quotes', () => assert.equal(macro('Nd', "it's a b", '-x'), '.Nd "it\\(aqs a b" \\-x'));
});
