// Redis is told the password in clear text: whoever listens on a login port can repeat it wherever it likes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redisProbe } from '../../lib/probe/redis.ts';
import { probed } from '../support/probing.ts';
import { answering, bulk } from '../support/redis-peer.ts';
import { secretFile } from '../support/secret-file.ts';

const PASSWORD = `hunter2-of-redis-${'x'.repeat(140)}`;

describe('what a client asks for', () => {
  for (const guess of ['guessed', 'other']) {
    it(`is repeated as it is (${guess}): who guesses a password is not told whether it is right`, async () => {
      const { port } = await answering(['+OK\r\n', '+PONG\r\n', bulk('role:master\r\n')]);
      const probe = redisProbe({ user: undefined, passwordFile: secretFile('guessed'), ports: [{ first: port, last: port }] });
      assert.match((await probed(probe, port, { query: `?role=${guess}` })).reason, new RegExp(`^role is master, not ${guess} `));
    });
  }
});

describe('a Redis that repeats the password', () => {
  const PLACES: readonly (readonly [string, readonly string[]])[] = [
    ['in its answer to AUTH', [`-ERR no ${PASSWORD}\r\n`]],
    ['in its answer to AUTH, as its first word', [`-${PASSWORD}\r\n`]],
    ['in its answer to AUTH, cut short, as Redis does', [`-ERR unknown command 'AUTH', with args beginning with: '${PASSWORD.slice(0, 128)}' \r\n`]],
    ['in its answer to PING', ['+OK\r\n', `-ERR ${PASSWORD}\r\n`]],
    ['for PONG', ['+OK\r\n', `+${PASSWORD}\r\n`]],
    ['in an answer that is none', ['+OK\r\n', `${PASSWORD}\r\n`]],
    ['at the beginning of an answer that is none, behind spaces', [`${' '.repeat(50)}${PASSWORD}\r\n`]],
    ['in its answer to INFO', ['+OK\r\n', '+PONG\r\n', `-ERR ${PASSWORD}\r\n`]],
    ['as the value of the field', ['+OK\r\n', '+PONG\r\n', bulk(`role:${PASSWORD}\r\n`)]],
    ['across the place where long answers are cut', ['+OK\r\n', '+PONG\r\n', bulk(`role:${'y'.repeat(275)}${PASSWORD}\r\n`)]],
    ['for a length', ['+OK\r\n', '+PONG\r\n', `$${PASSWORD}\r\n`]],
  ];
  for (const [where, answers] of PLACES) {
    it(`${where} is down, and the verdict does not have it`, async () => {
      const { port } = await answering(answers);
      const verdict = await probed(redisProbe({ user: undefined, passwordFile: secretFile(PASSWORD), ports: [{ first: port, last: port }] }), port, { query: '?role=master' });
      assert.equal(verdict.state, 'down', verdict.reason);
      for (const text of [verdict.phrase, verdict.reason, verdict.body]) assert.ok(!text.includes(PASSWORD.slice(0, 8)), text);
    });
  }
});
