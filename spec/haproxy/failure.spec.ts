import { describe, it } from 'node:test';
import { becomes } from '../support/becomes.ts';
import { PATIENT, recipe } from '../support/checked.ts';
import { testedDaemon } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { lacking } from '../support/programs.ts';
import { freePort, httpService, tcpService } from '../support/service.ts';

const TIMEOUT = 0.3;

/** How services fail, each on a port of its own, and what HAProxy shows of it. */
const FAILURES = [
  { kind: 'refuses connections', start: freePort, shown: (port: number) => `connect ECONNREFUSED 127.0.0.1:${port}`, code: '503' },
  {
    kind: 'is silent',
    start: async () => (await tcpService(() => undefined)).port,
    shown: (port: number) => `timed out after ${TIMEOUT} s waiting for the headers of 127.0.0.1:${port}`,
    code: '503',
  },
  {
    kind: 'is too slow for the time that it has',
    start: async () => (await httpService((_request, response) => void response.write('a start'))).port,
    shown: (port: number) => `timed out after ${TIMEOUT} s waiting for the body of 127.0.0.1:${port}`,
    code: '503',
  },
  {
    kind: 'hangs up',
    start: async () => (await tcpService((socket) => socket.once('data', () => socket.end()))).port,
    shown: (port: number) => `127.0.0.1:${port} closed the connection without an answer`,
    code: '503',
  },
  {
    kind: 'speaks another protocol',
    start: async () => (await tcpService((socket) => socket.end('220 mail.example.com ESMTP\r\n'))).port,
    shown: (port: number) => new RegExp(`^no HTTP from 127\\.0\\.0\\.1:${port}: .`),
    code: '503',
  },
  { kind: 'answers 500 itself', start: async () => (await httpService((_request, response) => response.writeHead(500, 'Ouch').end())).port, shown: () => 'Ouch', code: '500' },
];

describe('what HAProxy shows of a failure', { skip: lacking('haproxy'), concurrency: true }, () => {
  for (const { kind, start, shown, code } of FAILURES) {
    it(`is its cause, where the service ${kind}`, async () => {
      const [target, { port }] = await Promise.all([start(), testedDaemon({ timeout: TIMEOUT })]);
      const check = `GET /http/web/${target}/`;
      const haproxy = await startHaproxy(`backend web\n  option httpchk ${check}\n  server web1 127.0.0.1:${target} check port ${port}`, { defaults: PATIENT });
      const { last_chk } = await becomes(haproxy, 'web/web1', { status: 'DOWN', check_status: 'L7STS', check_code: code, last_chk: shown(target) });
      await haproxy.said(`Server web/web1 is DOWN, reason: Layer7 wrong status, code: ${code}, info: "${last_chk}"`);
    });
  }

  it('is told apart from a mark with the recipe, too: its status and phrase, where the service itself answers', async () => {
    const service = await httpService((_request, response) => response.writeHead(500, 'Ouch').end());
    const { port } = await testedDaemon();
    const haproxy = await startHaproxy(`backend web${recipe(`/http/web/${service.port}/`)}\n  server web1 127.0.0.1:${service.port} check port ${port}`, { defaults: PATIENT });
    await becomes(haproxy, 'web/web1', { status: 'DOWN', check_code: '500', last_chk: '500 Ouch' });
  });
});
