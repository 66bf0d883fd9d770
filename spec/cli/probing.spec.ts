import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Failure, UsageError } from '../../cli/errors.ts';
import { parseArguments, type Arguments } from '../../cli/arguments.ts';
import { checkSecrets, checkToken, idleLogins, loginsOf, PROBE_OPTIONS } from '../../cli/probing.ts';
import { temporaryFolder } from '../support/folder.ts';
import { hactl, serving } from '../support/hactl.ts';
import { ask } from '../support/request.ts';
import { secretFile } from '../support/secret-file.ts';
import { freePort, tcpService } from '../support/service.ts';

const PASSWORD = 'hunter2-of-the-specs';

function read(...words: readonly string[]): Arguments<typeof PROBE_OPTIONS> {
  return parseArguments(PROBE_OPTIONS, words, {});
}

describe('loginsOf', () => {
  it('is nobody, and the usual ports, where nothing is said', () => {
    assert.deepEqual(loginsOf(read()), {
      mysql: { user: undefined, passwordFile: undefined, ports: [{ first: 3306, last: 3306 }] },
      redis: { user: undefined, passwordFile: undefined, ports: [{ first: 6379, last: 6379 }] },
    });
  });

  it('is whom the options name, at their ports alone', () => {
    const words = ['--mysql-user=hc', '--mysql-password-file=/m', '--mysql-login-port=3307', '--mysql-login-port=3310-3319', '--redis-user=rc', '--redis-password-file=/r', '--redis-login-port=6380'];
    assert.deepEqual(loginsOf(read(...words)), {
      mysql: { user: 'hc', passwordFile: '/m', ports: [{ first: 3307, last: 3307 }, { first: 3310, last: 3319 }] },
      redis: { user: 'rc', passwordFile: '/r', ports: [{ first: 6380, last: 6380 }] },
    });
  });

  it('is refused where one half is missing', () => {
    assert.throws(() => loginsOf(read('--mysql-password-file=/m')), (error) => error instanceof UsageError && /^--mysql-password-file: /.test(error.message));
    assert.throws(() => loginsOf(read('--redis-user=rc')), (error) => error instanceof UsageError && /^--redis-user: /.test(error.message));
    assert.equal(loginsOf(read('--mysql-user=hc')).mysql.passwordFile, undefined);
    assert.equal(loginsOf(read('--redis-password-file=/r')).redis.user, undefined);
  });
});

describe('idleLogins', () => {
  it('names the ports to which nobody goes', () => {
    assert.deepEqual(idleLogins(read('--mysql-login-port=1', '--redis-login-port=1').values).length, 2);
    assert.deepEqual(idleLogins(read('--mysql-login-port=1', '--mysql-user=a', '--redis-login-port=1', '--redis-password-file=/r').values), []);
  });
});

describe('checkSecrets', () => {
  it('is content with a file that its owner alone can read', () => assert.deepEqual(checkSecrets({ '--mysql-password-file': secretFile(PASSWORD), default: undefined }), []));

  it('warns of one that everybody can read, and says what to do', () => {
    const file = secretFile(PASSWORD);
    chmodSync(file, 0o644);
    assert.deepEqual(checkSecrets({ '--mysql-password-file': file }), [`--mysql-password-file: everybody on this host can read ${file}: chmod o-r ${file}`]);
  });

  for (const [what, contents] of [['empty', ''], ['blank', ' \n'], ['of two lines', 'a\nb\n']] as const) {
    it(`fails for one that is ${what}`, () => {
      assert.throws(() => checkSecrets({ HACHECK_MYSQL_PASSWORD_FILE: secretFile(contents) }), (error) => error instanceof Failure && error.message.startsWith('HACHECK_MYSQL_PASSWORD_FILE: /'));
    });
  }
});

describe('checkToken', () => {
  it('takes one word', () => assert.deepEqual(checkToken('--token-file', secretFile('abc.DEF-123_~+/=\n')), []));

  for (const token of ['two words', ' lead', 't\u00f6ken']) {
    it(`fails for ${JSON.stringify(token)}, which no client could send`, () => assert.throws(() => checkToken('--token-file', secretFile(token)), Failure));
  }

  it('asks for none where there is none to check', () => assert.deepEqual(checkToken('default', undefined), []));
});

describe('hactl with a file that holds no password', () => {
  const missing = join(temporaryFolder(), 'missing');
  const FILES: readonly (readonly [string, string, readonly string[], RegExp])[] = [
    ['is missing', '--mysql-password-file', ['--mysql-user=a', `--mysql-password-file=${missing}`], /cannot be read: ENOENT/],
    ['is empty', '--redis-password-file', [`--redis-password-file=${secretFile('')}`], /is empty: write the secret into it, on one line/],
  ];
  for (const [what, flag, words, why] of FILES) {
    it(`that ${what} exits 3 in one line that names ${flag}, and opens nothing`, async () => {
      const port = await freePort();
      for (const command of [['serve', '-p', String(port), '--spool-root', join(temporaryFolder(), 'spool')], ['check', 'spool/web/0', '--spool-root', temporaryFolder()]]) {
        const { code, stdout, stderr } = await hactl([...command, ...words]);
        assert.deepEqual([code, stdout], [3, '']);
        assert.ok(stderr.startsWith(`hactl: ${flag}: /`) && stderr.split('\n').length === 2 && why.test(stderr), stderr);
      }
    });
  }
});

describe('a password', () => {
  it('is in no answer, no page, no log and no list of processes, though a server repeats it', async () => {
    const echo = await tcpService((socket) => {
      socket.on('data', (chunk: Buffer) => socket.write(`-ERR you said ${chunk.toString('latin1').replaceAll('\r\n', ' ')}\r\n`));
      socket.on('end', () => socket.end());
    });
    const words = ['--redis-password-file', secretFile(`${PASSWORD}\n`), '--redis-login-port', String(echo.port), '--verbose', '--spool-root', temporaryFolder()];
    const daemon = await serving(words);
    try {
      const answers = await Promise.all([`/redis/web/${echo.port}`, `/redis/web/${echo.port}/?role=master`, '/status', '/balancers'].map((path) => ask(daemon.port, path)));
      for (const { phrase, body, headers } of answers) assert.ok(!`${phrase}${body}${JSON.stringify(headers)}`.includes(PASSWORD), body);
      assert.equal(answers[0]?.body.replace(/ \(.*/s, ''), 'ERR, for AUTH');
      for (const file of ['cmdline', 'environ']) assert.ok(!readFileSync(`/proc/${daemon.child.pid}/${file}`, 'latin1').includes(PASSWORD), file);
      for (const path of [`/redis/web/${echo.port} `, `/redis/web/${echo.port}/?role=master `]) await daemon.said(`GET ${path}503 ERR, for AUTH`);
      assert.ok(!daemon.stderr().includes(PASSWORD), daemon.stderr());
    } finally {
      daemon.child.kill('SIGKILL');
    }
  });

  it('logs hactl check in, too, and is not in what it prints', async () => {
    const redis = await tcpService((socket) => {
      const answers = ['+OK\r\n', '+PONG\r\n'];
      socket.on('data', (chunk: Buffer) => socket.write(chunk.includes(PASSWORD) || answers.length < 2 ? (answers.shift() ?? '') : '-NOAUTH Authentication required.\r\n'));
      socket.on('end', () => socket.end());
    });
    const words = ['check', `redis/web/${redis.port}`, '--spool-root', temporaryFolder()];
    assert.match((await hactl(words)).stdout, /^NOAUTH/);
    const { code, stdout, stderr } = await hactl(words, { env: { HACHECK_REDIS_PASSWORD_FILE: secretFile(PASSWORD), HACHECK_REDIS_LOGIN_PORT: String(redis.port) } });
    assert.deepEqual([code, stdout.startsWith('PONG ('), stderr], [0, true, 'HTTP/1.1 200 OK\n']);
  });
});
