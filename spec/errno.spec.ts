import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { describe, it } from 'node:test';
import { codeOf } from '../lib/errno.ts';
import { thrownBy } from './support/thrown.ts';

describe('codeOf', () => {
  it('gives the system its own name for an error', () => {
    assert.equal(codeOf(thrownBy(() => lstatSync('/dev/null/web'))), 'ENOTDIR');
    assert.equal(codeOf(thrownBy(() => lstatSync('/dev/no such file'))), 'ENOENT');
  });

  it('gives the message of an error that has no such name', () => {
    assert.equal(codeOf(new Error('timed out after 10 s')), 'timed out after 10 s');
  });

  it('takes what is no error at all', () => {
    assert.equal(codeOf('gone'), 'gone');
    assert.equal(codeOf(undefined), 'undefined');
  });
});
