import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hactl } from '../support/hactl.ts';
import { httpService } from '../support/service.ts';

const STATUS = { uptime: 60, marks_on: 'all', agent: null };
const ROW = {
  address: '10.0.0.2', service: 'web', port: 8080, via: 'http', node: 'lb1', name: 'web/web1', state: 'UP', weight: 1, total: 1, sessions: 0, queue: 0,
  target: 8080, last: 1795341600, count: 1, interval: null, told: 'up', since: 1795341600, running: 1, user_agent: null, probed_address: null, probed_port: null,
};

/** What hactl balancers makes of somebody else on the daemon's port. */
async function asked(balancers: string, status: unknown = STATUS): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { port } = await httpService((request, response) => void response.end(request.url === '/status' ? JSON.stringify(status) : balancers));
  const { code, stdout, stderr } = await hactl(['balancers', '-p', String(port)]);
  return { code, stdout, stderr: stderr.replace(String(port), '<port>') };
}

describe('somebody else on the daemon\'s port', () => {
  it('is believed where it speaks like one', async () => assert.equal((await asked(JSON.stringify([ROW]))).code, 0));

  const refused = { code: 3, stdout: '', stderr: 'hactl: 127.0.0.1 port <port> answers, but is no hacheck that knows its balancers; say where it is with -p and -B\n' };
  const ROWS: readonly (readonly [string, unknown])[] = [
    ['null', [null]], ['an object', {}], ['nothing of a row', [{}]], ['a row and a number', [ROW, 1]], ['a time that is none', [{ ...ROW, last: 1e300 }]],
    ['a text for a number', [{ ...ROW, sessions: '0' }]], ['a verdict that is none', [{ ...ROW, told: 'UP' }]], ['another way', [{ ...ROW, via: 'ftp' }]],
    ['a line end', [{ ...ROW, name: 'a\nb' }]], ['a tab', [{ ...ROW, node: 'a\tb' }]], ['what a terminal obeys', [{ ...ROW, node: '\x1b]0;pwned\x07' }]],
    ['the same in one character', [{ ...ROW, state: '\x9b2J' }]],
  ];
  for (const [what, rows] of ROWS) it(`is refused where it sends ${what}`, async () => assert.deepEqual(await asked(JSON.stringify(rows)), refused));

  it('is refused where it is no JSON', async () => assert.deepEqual(await asked('It works!'), refused));

  it('is refused where its status is none', async () => assert.deepEqual(await asked('[]', { uptime: 'long' }), refused));

  it('is let go of where it does not end', async () => {
    const { port } = await httpService((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024)));
      };
      response.on('drain', pour);
      pour();
    });
    const { code, stderr } = await hactl(['balancers', '-p', String(port)]);
    assert.deepEqual([code, /^hactl: no daemon answers on 127\.0\.0\.1 port \d+ \([^)]+\); see that it runs .*\n$/.test(stderr)], [3, true], stderr);
  });
});
