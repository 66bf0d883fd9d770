import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAskedAgain } from '../support/asked-again.ts';
import { becomes } from '../support/becomes.ts';
import { PATIENT } from '../support/checked.ts';
import { testedDaemon } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { operate } from '../support/operator.ts';
import { lacking } from '../support/programs.ts';
import { httpService } from '../support/service.ts';

/** How HAProxy can be told to ask: the lines of the backend web. */
const FORMS: Readonly<Record<string, (path: string) => string>> = {
  OPTIONS: (path) => `option httpchk ${path}`,
  HEAD: (path) => `option httpchk HEAD ${path}`,
  'GET in HTTP/1.0': (path) => `option httpchk GET ${path}`,
  'GET in HTTP/1.1 without Host': (path) => `option httpchk GET ${path} HTTP/1.1`,
  'GET in HTTP/1.1 with Host': (path) => `option httpchk\n  http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host www.example.com`,
  "uri-lf with the backend's name": (path) => `option httpchk\n  http-check send meth GET uri-lf ${path.replace('/web/', '/%[be_name]/')}`,
  'send-state': (path) => `option httpchk GET ${path}\n  http-check send-state`,
  'mode tcp': (path) => `mode tcp\n  option httpchk GET ${path}`,
};

/** Settings that make HAProxy speak something else than HTTP/1 to hacheck, and what hacheck says is to be done. */
const MISTAKES: Readonly<Record<string, (port: number) => { readonly server: string; readonly remedy: RegExp }>> = {
  'check-ssl': (port) => ({ server: `127.0.0.1:1 check port ${port} check-ssl verify none`, remedy: /a balancer speaks TLS .*remove check-ssl/ }),
  ssl: (port) => ({ server: `127.0.0.1:${port} check ssl verify none`, remedy: /a balancer speaks TLS .*ssl without no-check-ssl/ }),
  'check-send-proxy': (port) => ({ server: `127.0.0.1:1 check port ${port} check-send-proxy`, remedy: /a balancer speaks a PROXY header .*remove check-send-proxy/ }),
  'send-proxy without a port of the check': (port) => ({ server: `127.0.0.1:${port} check send-proxy`, remedy: /a balancer speaks a PROXY header .*name the port of the check/ }),
  'check-send-proxy with send-proxy-v2': (port) => ({ server: `127.0.0.1:1 check port ${port} send-proxy-v2 check-send-proxy`, remedy: /a balancer speaks a PROXY header .*remove check-send-proxy/ }),
  'check-proto h2': (port) => ({ server: `127.0.0.1:1 check port ${port} check-proto h2`, remedy: /a balancer speaks HTTP\/2 .*remove check-proto h2/ }),
};

/** The lines of a log without their times. */
function linesOf(log: string): string[] {
  return log.trimEnd().split('\n').filter((line) => line !== '').map((line) => line.slice(line.indexOf(' ') + 1));
}

async function followsMarks(lines: (path: string) => string, address: string): Promise<void> {
  const service = await httpService((_request, response) => response.end('fine'));
  const { port, spoolRoot, log } = await testedDaemon({ bindAddress: address });
  const haproxy = await startHaproxy(`backend web\n  ${lines(`/http/web/${service.port}/`)}\n  server web1 127.0.0.1:${service.port} check addr ${address.includes(':') ? `[${address}]` : address} port ${port}`, { defaults: PATIENT });
  await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK', check_code: '200' });
  await isAskedAgain(port, 'http', 5, address);
  assert.deepEqual(linesOf(await log()), []);
  await operate(spoolRoot, 'down', 'web');
  await becomes(haproxy, 'web/web1', { status: 'DOWN', check_code: '503', last_chk: 'down by ops' });
  assert.match(linesOf(await log()).join('\n'), /^http\/web\/\d+\/? up -> down after \d+ s: down by ops$/);
}

describe("HAProxy's checks", { skip: lacking('haproxy'), concurrency: true }, () => {
  for (const [form, lines] of Object.entries(FORMS)) {
    it(`are answered and leave no line in the log, with ${form}`, () => followsMarks(lines, '127.0.0.1'));
  }

  it('are answered over IPv6', () => followsMarks((path) => `option httpchk GET ${path}`, '::1'));

  it('without a path are no check of anything: the server is down, and the cause says how to name one', async () => {
    const { port } = await testedDaemon();
    const haproxy = await startHaproxy(`backend web\n  option httpchk\n  server web1 127.0.0.1:1 check port ${port}`, { defaults: PATIENT });
    await becomes(haproxy, 'web/web1', { status: 'DOWN', check_code: '400', last_chk: /^no such check: "\/"; ask for / });
  });

  for (const [mistake, set] of Object.entries(MISTAKES)) {
    it(`with ${mistake} by mistake find the server down, and the log says once what to do`, async () => {
      const service = await httpService((_request, response) => response.end('fine'));
      const { port, log } = await testedDaemon();
      const { server, remedy } = set(port);
      const haproxy = await startHaproxy(`
backend web
  option httpchk
  http-check send meth GET uri /http/web/${service.port}/ ver HTTP/1.1 hdr Host web
  server mistaken ${server}
  server right 127.0.0.1:${service.port} check port ${port}`, { defaults: PATIENT });
      await becomes(haproxy, 'web/mistaken', { status: 'DOWN', check_status: /^(?:L6RSP|L7STS|L7RSP|SOCKERR)$/ });
      await becomes(haproxy, 'web/right', { status: 'UP', check_status: 'L7OK' });
      await isAskedAgain(port, 'http');
      const [first = '', ...others] = linesOf(await log());
      assert.match(first, remedy);
      assert.deepEqual(others, []);
    });
  }
});
