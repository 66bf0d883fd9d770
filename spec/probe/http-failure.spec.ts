import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probeHttp } from '../../lib/probe/http.ts';
import { answering, closed, endedAt, failed, pouring, probed, reacting, said, unburdened, unlistened } from '../support/probing.ts';
import { freePort, tcpService } from '../support/service.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

describe('probeHttp: what is no answer', () => {
  const CUT = 'cut its answer short';
  const SILENT = 'closed the connection without an answer';
  const BROKEN = [
    ['an answer cut short of its Content-Length', `${OK}Content-Length: 3\r\n\r\nok`, CUT],
    ['the answer to a HEAD', `${OK}Content-Length: 3\r\n\r\n`, CUT],
    ['chunks without an end', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`, CUT],
    ['half a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nok`, CUT],
    ['a close at once', '', SILENT],
    ['half a status', 'HTTP/1.1 2', SILENT],
    ['a status line only', OK, SILENT],
    ['half the headers', `${OK}Content-Le`, SILENT],
    ['nothing but 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n', SILENT],
  ] as const;
  for (const [name, answer, what] of BROKEN) {
    it(`says of ${name} that the service ${what}`, async () => {
      const service = await answering(answer);
      assert.deepEqual(said(await probed(probeHttp, service.port)), failed(`127.0.0.1:${service.port} ${what}`));
      await closed(service);
    });
  }

  const NO_HTTP = [
    ['garbage', 'garbage'],
    ['lines of garbage', 'garbage\r\n\r\n'],
    ['bytes', '\x00\x01\x02\xff\xfe\r\n'],
    ['HTTP/0.9', '<html>well</html>'],
    ['the greeting of another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['the echo of its request', 'GET / HTTP/1.1\r\n\r\n'],
    ['HTTP/9.9', 'HTTP/9.9 200 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 1000 Much\r\n\r\n'],
    ['lines that end in a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['two Content-Lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`],
    ['a Content-Length below 0', `${OK}Content-Length: -2\r\n\r\nok`],
    ['a Content-Length beyond all measure', `${OK}Content-Length: 99999999999999999999999\r\n\r\nok`],
    ['Content-Length with chunks', `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ['a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['one header over 16 KiB', `${OK}X-Giant: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['headers over 16 KiB together', `${OK}${'X-Many: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(500)}\r\n`],
  ] as const;
  for (const [name, answer] of NO_HTTP) {
    it(`says of ${name} that it is no HTTP`, async () => {
      const service = await answering(answer, true);
      const verdict = await probed(probeHttp, service.port);
      // What Node's parser calls it differs from version to version.
      assert.match(verdict.reason, new RegExp(`^no HTTP from 127\\.0\\.0\\.1:${service.port}: [A-Z][^:/\\n]+`));
      assert.deepEqual(said(verdict), failed(verdict.reason));
      await closed(service);
    });
  }

  it('says what refuses, in the words of the system', async () => {
    const port = await freePort();
    assert.deepEqual(said(await probed(probeHttp, port)), failed(`connect ECONNREFUSED 127.0.0.1:${port}`));
  });

  const RESETS = [['before the headers', ''], ['in the headers', OK], ['in the body', `${OK}Content-Length: 3\r\n\r\nok`]] as const;
  for (const [where, before] of RESETS) {
    it(`says that a reset came ${where}`, async () => {
      const service = await reacting((socket) => {
        if (before === '') socket.resetAndDestroy();
        else socket.write(before, () => setTimeout(() => socket.resetAndDestroy(), 20));
      });
      assert.deepEqual(said(await probed(probeHttp, service.port)), failed(`ECONNRESET from 127.0.0.1:${service.port}`));
      await closed(service);
    });
  }

  it('is down, whichever way it shows, where a service closes before it has read', async () => {
    const service = await tcpService((socket) => socket.destroy());
    const verdict = await probed(probeHttp, service.port);
    assert.ok(verdict.reason.includes(`127.0.0.1:${service.port}`), verdict.reason);
    assert.deepEqual(said(verdict), failed(verdict.reason));
    await closed(service);
  });

  it('is down where a service answers in another version of HTTP', async () => {
    for (const version of ['HTTP/0.9', 'HTTP/2.0']) {
      const service = await answering(`${version} 200 OK\r\nContent-Length: 0\r\n\r\n`);
      assert.match((await probed(probeHttp, service.port)).reason, /^no HTTP/, version);
    }
  });
});

describe('probeHttp: the one deadline', () => {
  const DEADLINE = 300;
  const HANGS = [
    ['says nothing', '', 'headers'],
    ['hangs in the status line', 'HTTP/1.1 20', 'headers'],
    ['hangs in the headers', `${OK}Content-`, 'headers'],
    ['hangs after 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n', 'headers'],
    ['hangs after the headers', `${OK}Content-Length: 2\r\n\r\n`, 'body'],
    ['hangs in the body', `${OK}Content-Length: 2\r\n\r\no`, 'body'],
    ['never ends a body without a length', `${OK}\r\nok`, 'body'],
    ['hangs between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`, 'body'],
  ] as const;
  for (const [what, answer, waitingFor] of HANGS) {
    it(`cuts off a service that ${what}`, async () => {
      const service = await answering(answer, true);
      const verdict = await probed(probeHttp, service.port, { deadline: DEADLINE });
      assert.deepEqual(said(verdict), failed(`timed out after 0.3 s waiting for the ${waitingFor} of 127.0.0.1:${service.port}`));
      endedAt(DEADLINE, verdict);
      await closed(service);
      await unlistened(verdict.signal);
    });
  }

  for (const [where, before] of [['headers', `${OK}X-Drip: `], ['body', `${OK}\r\n`]] as const) {
    it(`cuts off a service whose ${where} drip a byte every 50 ms`, async () => {
      const service = await reacting((socket) => {
        socket.write(before);
        const dripping = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(dripping));
      });
      const verdict = await probed(probeHttp, service.port, { deadline: DEADLINE });
      assert.deepEqual(said(verdict), failed(`timed out after 0.3 s waiting for the ${where} of 127.0.0.1:${service.port}`));
      endedAt(DEADLINE, verdict);
      await closed(service);
    });
  }

  it('cuts off a service that never comes to an end of its 1xx', async () => {
    const service = await reacting((socket) => pouring(socket, Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))));
    const verdict = await probed(probeHttp, service.port, { deadline: DEADLINE });
    assert.deepEqual(said(verdict), failed(`no answer from 127.0.0.1:${service.port}: more than 100 that are to be followed by one (1xx)`));
    assert.ok(verdict.took < DEADLINE, `${verdict.took} ms`);
    await closed(service);
  });

  it('leaves no timer and no socket behind', async () => {
    const left = unburdened();
    const service = await answering(`${OK}Content-Length: 2\r\n\r\no`, true);
    await probed(probeHttp, service.port, { deadline: 50 });
    await closed(service);
    await left();
  });
});
