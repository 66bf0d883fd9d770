import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from '../../cli/exit-codes.ts';
import { README } from '../support/readme.ts';

describe('the exit codes', () => {
  it('are those of the README', () => {
    const [, table = ''] = /^## Exit codes of `hactl`\n(.*?)^## /ms.exec(README) ?? [];
    const codes = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code)).filter((code) => code < 128);
    assert.deepEqual(EXIT_CODES.map(({ code }) => code), codes);
  });

  it('have a few words, and more as a sentence', () => {
    for (const { meaning, detail = 'Nothing' } of EXIT_CODES) assert.ok(/^[a-z].*[^.]$/.test(meaning) && /^[A-Z].*[^.]$/.test(detail), meaning);
  });
});
