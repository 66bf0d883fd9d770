import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isOpenToOthers, isSameSecret, readSecret, SecretError, withoutSecret } from '../lib/secret.ts';
import { temporaryFolder } from './support/folder.ts';
import { runProgram } from './support/process.ts';
import { secretFile } from './support/secret-file.ts';

describe('readSecret', () => {
  const CONTENTS: readonly (readonly [string, string])[] = [
    ['hunter2', 'hunter2'], ['hunter2\n', 'hunter2'], ['hunter2\r\n', 'hunter2'], [' hunter2 ', ' hunter2 '], ['\u00e4\n', '\u00e4'],
  ];
  for (const [contents, secret] of CONTENTS) it(`reads ${JSON.stringify(contents)}`, () => assert.equal(readSecret(secretFile(contents)), secret));

  for (const contents of ['', '\n', ' ', '\t\n', '\r\n\r\n']) {
    it(`refuses ${JSON.stringify(contents)}, and names the file`, () => {
      const file = secretFile(contents);
      assert.throws(() => readSecret(file), (error) => error instanceof SecretError && error.message === `${file} is empty: write the secret into it, on one line`);
    });
  }

  for (const contents of ['a\n\n', 'a\nb', 'a\tb', 'a\0b', '\x1b', 'a\rb']) {
    it(`refuses ${JSON.stringify(contents)}, which is no line of text`, () => {
      const file = secretFile(contents);
      assert.throws(() => readSecret(file), (error) => error instanceof SecretError && error.message.startsWith(`${file} holds more than a line of text`));
    });
  }

  it('refuses bytes that are no UTF-8', () => {
    const file = secretFile('');
    writeFileSync(file, Buffer.from('p\xe4ss', 'latin1'));
    assert.throws(() => readSecret(file), /holds more than a line of text in UTF-8/);
  });

  it('refuses a pipe without waiting for it', { timeout: 5_000 }, () => {
    const path = join(temporaryFolder(), 'pipe');
    runProgram('mkfifo', [path]);
    assert.throws(() => readSecret(path), (error) => error instanceof SecretError && error.problem === 'cannot be read: it is no file');
  });

  it('refuses what cannot be read, and names it', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    for (const [name, code] of [['missing', 'ENOENT'], ['folder', 'it is no file'], ['folder/x', 'ENOENT']] as const) {
      const path = join(folder, name);
      assert.throws(() => readSecret(path), (error) => error instanceof SecretError && error.message === `${path} cannot be read: ${code}`);
    }
  });
});

describe('isOpenToOthers', () => {
  for (const [mode, open] of [[0o600, false], [0o640, false], [0o644, true], [0o604, true], [0o400, false], [0o602, false]] as const) {
    it(`says ${open} of mode ${mode.toString(8)}, also behind a link`, () => {
      const file = secretFile('hunter2');
      chmodSync(file, mode);
      assert.equal(isOpenToOthers(file), open);
      symlinkSync(file, `${file}-link`);
      assert.equal(isOpenToOthers(`${file}-link`), open);
    });
  }

  it('says false of what is not there', () => assert.equal(isOpenToOthers(join(temporaryFolder(), 'missing')), false));
});

describe('isSameSecret', () => {
  for (const [one, other, same] of [['a', 'a', true], ['a', 'b', false], ['a', 'aa', false], ['', '', true], ['', 'a', false], ['\u00e4', '\u00e4', true], ['\u00e4', 'a\u0308', false]] as const) {
    it(`says ${same} of "${one}" and "${other}"`, async () => assert.equal(await isSameSecret(one, other), same));
  }
});

describe('withoutSecret', () => {
  const TEXTS: readonly (readonly [string, string, string])[] = [
    ['no hunter2 here, hunter2', 'hunter2', 'no *** here, ***'], ['nothing', 'hunter2', 'nothing'], ['aaa', 'a', '*********'], ['any', '', 'any'], ['$&', '$&', '***'], ['a.c abc', 'a.c', '*** abc'],
  ];
  for (const [text, secret, wanted] of TEXTS) it(`of "${text}" is "${wanted}"`, () => assert.equal(withoutSecret(text, secret), wanted));

  it('puts in no part of the secret, whatever that is', () => assert.equal(withoutSecret('x***y', '***'), 'x***y'));

});
