import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { credentialsFor, type Login } from '../../lib/probe/login.ts';
import { SecretError } from '../../lib/secret.ts';
import { targetAt } from '../support/probing.ts';
import { secretFile } from '../support/secret-file.ts';

const PORTS = [{ first: 3306, last: 3309 }, { first: 13306, last: 13306 }];

function login(given: Partial<Login> = {}): Login {
  return { user: 'hc', passwordFile: secretFile('hunter2\n'), ports: PORTS, ...given };
}

describe('credentials', () => {
  for (const [port, go] of [[3306, true], [3309, true], [13306, true], [3305, false], [3310, false], [1330, false], [65535, false]] as const) {
    it(`${go ? 'go' : 'do not go'} to port ${port}`, () => assert.deepEqual(credentialsFor(login(), targetAt(port)), go ? { user: 'hc', password: 'hunter2' } : undefined));
  }

  const ADDRESSES = [[undefined, true], ['127.0.0.1', true], ['127.9.9.9', true], ['::1', true], ['10.0.0.7', false], ['128.0.0.1', false], ['::2', false], ['0.0.0.0', false], ['::', false], ['fd00::1', false]] as const;
  for (const [address, go] of ADDRESSES) {
    it(`${go ? 'go' : 'do not go'} to ${address ?? 'loopback'}`, () => assert.equal(credentialsFor(login(), { ...targetAt(3306), address }) !== undefined, go));
  }

  it('are a user without a password, or a password without a user', () => {
    assert.deepEqual(credentialsFor(login({ passwordFile: undefined }), targetAt(3306)), { user: 'hc', password: '' });
    assert.deepEqual(credentialsFor(login({ user: undefined }), targetAt(3306)), { user: undefined, password: 'hunter2' });
    assert.equal(credentialsFor(login({ user: undefined, passwordFile: undefined }), targetAt(3306)), undefined);
  });

  it('are read anew each time, and only where they go', () => {
    const passwordFile = secretFile('one');
    const own = login({ passwordFile });
    assert.equal(credentialsFor(own, targetAt(3306))?.password, 'one');
    writeFileSync(passwordFile, 'two');
    assert.equal(credentialsFor(own, targetAt(3306))?.password, 'two');
    writeFileSync(passwordFile, '');
    assert.throws(() => credentialsFor(own, targetAt(3306)), SecretError);
    assert.equal(credentialsFor(own, targetAt(1)), undefined);
  });
});
