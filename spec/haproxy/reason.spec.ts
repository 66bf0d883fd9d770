import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { becomes } from '../support/becomes.ts';
import { PATIENT, recipe } from '../support/checked.ts';
import { testedDaemon } from '../support/daemon.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { operate } from '../support/operator.ts';
import { lacking } from '../support/programs.ts';
import { httpService } from '../support/service.ts';

/** Reasons that somebody may give, and how HAProxy shows each. */
const REASONS = [
  { kind: 'a long one', reason: `kernel ${'upgrade '.repeat(40)}`, shown: `down by ops: kernel ${'upgrade '.repeat(9)}upgra...` },
  { kind: 'one in UTF-8', reason: 'café déménagé → Zürich 🚚', shown: 'down by ops: cafe demenage ? Zurich ?' },
  { kind: 'one of several lines', reason: 'kernel\r\nHTTP/1.1 200 OK\r\n\r\n\u001b[31mred', shown: 'down by ops: kernel HTTP/1.1 200 OK [31mred' },
  { kind: 'one with the marks of CSV, HTML and logs', reason: 'a,b "c" <b>d</b> %[e] {f} #g', shown: 'down by ops: a,b "c" <b>d</b> %[e] {f} #g' },
];

/** A daemon and an HAProxy whose one server, web/web1, is checked with these lines. */
async function checked(lines: (path: string) => string): Promise<{ haproxy: Haproxy; spoolRoot: string }> {
  const service = await httpService((_request, response) => response.end('fine'));
  const { port, spoolRoot } = await testedDaemon();
  const haproxy = await startHaproxy(`backend web${lines(`/http/web/${service.port}/`)}\n  server web1 127.0.0.1:${service.port} check port ${port}`, { defaults: PATIENT });
  await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK' });
  return { haproxy, spoolRoot };
}

const plain = (path: string): string => `\n  option httpchk GET ${path}`;

describe('what HAProxy shows of a mark', { skip: lacking('haproxy'), concurrency: true }, () => {
  it('is who and why, on its stats page and in its log, with a plain option httpchk', async () => {
    const { haproxy, spoolRoot } = await checked(plain);
    await operate(spoolRoot, 'down', 'web', '-r', 'kernel upgrade');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', check_status: 'L7STS', check_code: '503', last_chk: 'down by ops: kernel upgrade' });
    await haproxy.said('Server web/web1 is DOWN, reason: Layer7 wrong status, code: 503, info: "down by ops: kernel upgrade"');
    await operate(spoolRoot, 'up', 'web');
    await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK', last_chk: '' });
  });

  it('is no more than the mark says', async () => {
    const { haproxy, spoolRoot } = await checked(plain);
    writeFileSync(join(spoolRoot, 'web'), '');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', last_chk: 'down' });
    await haproxy.said('info: "down"');
  });

  for (const { kind, reason, shown } of REASONS) {
    it(`is readable and of one line where the reason is ${kind}`, async () => {
      const [first, second] = await Promise.all([checked(plain), checked(recipe)]);
      for (const { haproxy, spoolRoot } of [first, second]) {
        writeFileSync(join(spoolRoot, 'web'), JSON.stringify({ reason, by: 'ops' }));
        await becomes(haproxy, 'web/web1', { status: 'DOWN', last_chk: shown });
        await haproxy.said(`info: "${shown.replace(/["<>]/g, (mark) => `<${Buffer.from(mark).toString('hex').toUpperCase()}>`)}"`);
      }
    });
  }
});

describe('what HAProxy shows of a drain', { skip: lacking('haproxy'), concurrency: true }, () => {
  it('is who and why, with the recipe', async () => {
    const { haproxy, spoolRoot } = await checked(recipe);
    await operate(spoolRoot, 'drain', 'web', '-r', 'kernel upgrade, at last');
    await becomes(haproxy, 'web/web1', { status: 'NOLB', check_status: 'L7OKC', check_code: '404', last_chk: 'drained by ops: kernel upgrade, at last' });
    await haproxy.said('Server web/web1 is stopping, reason: Layer7 check conditionally passed, code: 404, info: "drained by ops: kernel upgrade, at last"');
    await operate(spoolRoot, 'up', 'web');
    await becomes(haproxy, 'web/web1', { status: 'UP', check_status: 'L7OK', last_chk: '' });
  });

  it('is NOLB from DOWN, too, with the recipe', async () => {
    const { haproxy, spoolRoot } = await checked(recipe);
    await operate(spoolRoot, 'down', 'web', '-r', 'kernel upgrade');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', last_chk: 'down by ops: kernel upgrade' });
    await operate(spoolRoot, 'drain', 'web', '-r', 'almost there');
    await becomes(haproxy, 'web/web1', { status: 'NOLB', last_chk: 'drained by ops: almost there' });
  });

  it('is nothing with disable-on-404 alone, which takes no server from DOWN to NOLB either', async () => {
    const { haproxy, spoolRoot } = await checked((path) => `${plain(path)}\n  http-check disable-on-404`);
    await operate(spoolRoot, 'drain', 'web', '-r', 'kernel upgrade');
    await becomes(haproxy, 'web/web1', { status: 'NOLB', check_status: 'L7OKC', last_chk: '' });
    await operate(spoolRoot, 'down', 'web');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', last_chk: 'down by ops' });
    await operate(spoolRoot, 'drain', 'web', '-r', 'kernel upgrade');
    await becomes(haproxy, 'web/web1', { status: 'DOWN', check_status: 'L7STS', check_code: '404', last_chk: 'drained by ops: kernel upgrade' });
  });
});
