import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { probeSmtp } from '../../lib/probe/smtp.ts';
import { startExim } from '../support/exim.ts';
import { comesTrue } from '../support/process.ts';
import { endedAt, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { tcpService } from '../support/service.ts';

const skip = lacking('exim4') || (process.getuid?.() === 0 ? false : 'LACKING root: Exim trusts settings of root alone');

describe('smtp, asked of an Exim that', { skip }, () => {
  const SERVERS: readonly (readonly [string, string, string, RegExp])[] = [
    ['greets, is up', '', 'accept', /^up: 220 mail\.example ESMTP Exim 4\.\d+ /],
    ['greets in several lines, is up', 'smtp_banner = "mail.example ESMTP ready\\nsecond line\\nthird"', 'accept', /^up: 220 mail\.example ESMTP ready second line third$/],
    ['turns clients away, is down', '', 'deny message = not you', /^down: 550 not you$/],
    ['turns them away for now, is down', '', 'defer message = later', /^down: 451 later$/],
    ['greets after a second, is up', '', 'accept delay = 1s', /^up: 220 /],
  ];
  for (const [what, settings, acl, wanted] of SERVERS) {
    it(what, async () => assert.match(words(await probed(probeSmtp, await startExim(settings, acl))), wanted));
  }

  it('greets too late, is down', async () => {
    const verdict = await probed(probeSmtp, await startExim('', 'accept delay = 3s'), { deadline: 500 });
    assert.equal(words(verdict), 'down: timed out after 0.5 s waiting for an answer');
    endedAt(500, verdict);
  });

  it('takes no more clients, is down', async () => {
    const port = await startExim('smtp_accept_max = 1');
    let socket = connect(port, '127.0.0.1');
    // Until the connection that looked whether it listens is forgotten.
    await comesTrue(async () => {
      socket.destroy();
      socket = connect(port, '127.0.0.1');
      return (await once(socket, 'data')).join('').startsWith('220');
    });
    assert.equal(words(await probed(probeSmtp, port)), 'down: 421 Too many concurrent SMTP connections; please try again later.');
    socket.destroy();
  });
});

describe('smtp, asked of a server that', () => {
  /** Greets, and answers QUIT. */
  const server = (greeting: string, bye: string, heard: string[] = []) => (socket: Socket): void => {
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString('latin1'));
      socket.end(bye, 'latin1');
    });
    socket.write(greeting, 'latin1');
  };
  const SERVERS: readonly (readonly [string, string, string, string])[] = [
    ['ends lines with a bare LF', '220-a\n220 b\n', '221 bye\n', 'up: 220 a b'],
    ['has nothing behind its codes', '220\r\n', '221\r\n', 'up: 220'],
    ['greets with 554', '554 No SMTP service here\r\n', '221 bye\r\n', 'down: 554 No SMTP service here'],
    ['greets with a success of another kind', '250 ok\r\n', '221 bye\r\n', 'down: 250 ok'],
    ['does not know QUIT', '220 a\r\n', '502 no\r\n', 'down: 502 no, for QUIT'],
    ['hangs up at QUIT', '220 a\r\n', '', 'down: closed the connection without an answer'],
    ['says what is no reply', '220 a\r\n', 'bye\r\n', 'down: no SMTP: bye'],
    ['greets with a code of two digits', '22 a\r\n', '', 'down: no SMTP: 22 a'],
    ['greets with several codes', '550-no service\r\n220 ok\r\n', '', 'down: no SMTP: a reply of several codes'],
    ['says bye before it is told QUIT', '220 hi\r\n221 bye\r\n', '', 'down: no SMTP: more than a greeting'],
    ['goes on without a code', '220-a\r\nb\r\n', '', 'down: no SMTP: b'],
    ['never ends its greeting', '220-a\r\n'.repeat(2000), '', 'down: no SMTP: a reply without an end'],
  ];
  for (const [what, greeting, bye, wanted] of SERVERS) {
    it(`${what}, is ${wanted}`, async () => {
      const { port } = await tcpService(server(greeting, bye));
      assert.equal(words(await probed(probeSmtp, port)), wanted);
    });
  }

  it('has not ended its greeting yet, hears nothing; then QUIT', async () => {
    const heard: string[] = [];
    let early = '';
    const { port } = await tcpService((socket) => {
      server('220-a\r\n', '221 bye\r\n', heard)(socket);
      setTimeout(() => {
        early = heard.join('');
        socket.write('220 b\r\n');
      }, 100);
    });
    assert.equal(words(await probed(probeSmtp, port)), 'up: 220 a b');
    assert.deepEqual([early, heard.join('')], ['', 'QUIT\r\n']);
  });

  it('greets with 554, is told QUIT all the same', async () => {
    const heard: string[] = [];
    const service = await tcpService(server('554 no\r\n', '221 bye\r\n', heard));
    await probed(probeSmtp, service.port);
    await service.idle();
    assert.equal(heard.join(''), 'QUIT\r\n');
  });
});
