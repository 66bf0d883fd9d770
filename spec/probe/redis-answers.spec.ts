// What no Redis at hand can be brought to say, answer by answer.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redisProbe } from '../../lib/probe/redis.ts';
import { probed, words } from '../support/probing.ts';
import { answering, bulk } from '../support/redis-peer.ts';
import { secretFile } from '../support/secret-file.ts';

const NOBODY = redisProbe({ user: undefined, passwordFile: undefined, ports: [] });
const LONG = 'x'.repeat(70 * 1024);

describe('a Redis that answers PING and INFO', () => {
  const ANSWERS: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['by an error of the right word', ['-PONG\r\n'], /^down: PONG$/],
    ['by another word', ['+OK\r\n'], /^down: OK$/],
    ['by what is no answer', ['hello\r\n'], /^down: no answer of Redis: hello$/],
    ['by a length that is no number', ['$4x\r\nPONG\r\n'], /^down: no answer of Redis: a string of a length that cannot be: 4x$/],
    ['by a line of 70 KiB', [`+${LONG}\r\n`], /^down: no answer of Redis: \+x+$/],
    ['by a line of 70 KiB without an end', [`+${LONG}`], /^down: no answer of Redis: \+x+$/],
    ['by a line that is no field, behind one that begins as it does', ['+PONG\r\n', bulk('role:master\r\nrolex\r\n')], /^up: PONG, role is master$/],
    ['by 70 KiB of fields', ['+PONG\r\n', bulk(`more:${LONG}\r\nrole:master\r\n`)], /^up: PONG, role is master$/],
  ];
  for (const [how, answers, wanted] of ANSWERS) {
    it(`${how} is what it says`, async () => {
      const { port } = await answering(answers);
      const query = answers.length > 1 ? '?role=master' : '';
      assert.match(words(await probed(NOBODY, port, { query })), wanted);
    });
  }
});

describe('a Redis that answers AUTH', () => {
  const ANSWERS: readonly (readonly [string, string, RegExp])[] = [
    ['as those before Redis 6 do that have no password', '-ERR Client sent AUTH, but no password is set\r\n', /^up: PONG$/],
    ['as those from Redis 6 on do that have no password', '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n', /^up: PONG$/],
    ['by an error that it knows', '-ERR invalid password\r\n', /^down: ERR invalid password$/],
    ['by another error', '-NOPE never\r\n', /^down: NOPE, for AUTH$/],
    ['by an error whose first word is the password', '-HUNTER never\r\n', /^down: \*\*\*, for AUTH$/],
    ['by an error of another shape', '-hun never\r\n', /^down: an error, for AUTH$/],
  ];
  for (const [how, answer, wanted] of ANSWERS) {
    it(`${how} is what it says`, async () => {
      const { port, commands } = await answering([answer, '+PONG\r\n']);
      const probe = redisProbe({ user: undefined, passwordFile: secretFile('HUNTER'), ports: [{ first: port, last: port }] });
      assert.match(words(await probed(probe, port)), wanted);
      // Before Redis 6 there were no users, and AUTH had one word.
      assert.equal(commands[0], '*2\r\n$4\r\nAUTH\r\n$6\r\nHUNTER\r\n');
    });
  }
});
