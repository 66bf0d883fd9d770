import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probeGrpc } from '../../lib/probe/grpc.ts';
import { endedAt, probed, words } from '../support/probing.ts';
import { lacking } from '../support/programs.ts';
import { installNodeGrpc, startNodeGrpc, startPythonGrpc } from '../support/grpc.ts';

const skip = lacking('python3-grpcio');

async function said(port: number, query: string): Promise<string> {
  return words(await probed(probeGrpc, port, { query }));
}

describe('grpc, asked of a server in Python', { skip }, async () => {
  if (skip !== false) return;
  const { port, signal, ended } = await startPythonGrpc();

  const SERVICES: readonly (readonly [string, string])[] = [
    ['', 'up: SERVING'], ['up', 'up: SERVING'], ['%75p', 'up: SERVING'], ['%C3%A4%20b%2Fc', 'up: SERVING'], ['\xc3\xa4%20b/c', 'up: SERVING'],
    ['down', 'down: NOT_SERVING'], ['unknown', 'down: UNKNOWN'], ['nobody', 'down: NOT_FOUND: unknown service: \u00e4'], ['Up', 'down: NOT_FOUND: unknown service: \u00e4'],
    ['late', 'down: DATA_LOSS: after the message'], ['?up', 'down: NOT_FOUND: unknown service: \u00e4'], ['x'.repeat(300), 'down: NOT_FOUND: unknown service: \u00e4'],
  ];
  for (const [query, wanted] of SERVICES) it(`answers "${query.slice(0, 20)}" with ${wanted}`, async () => assert.equal(await said(port, query), wanted));

  it('says where it asked, and how long it took', async () => {
    assert.match((await probed(probeGrpc, port)).reason, new RegExp(`^SERVING \\(127\\.0\\.0\\.1:${port}, \\d+\\.\\d ms\\)$`));
  });

  it('is down where there is no health service', async () => {
    const bare = await startPythonGrpc('bare');
    assert.equal(await said(bare.port, ''), 'down: UNIMPLEMENTED: Method not found!');
  });

  it('is down while it is stopped, and when it has ended', async () => {
    signal('SIGSTOP');
    const verdict = await probed(probeGrpc, port, { deadline: 300 });
    assert.equal(words(verdict), 'down: timed out after 0.3 s waiting for an answer');
    endedAt(300, verdict);
    signal('SIGCONT');
    signal('SIGKILL');
    await ended;
    assert.equal(await said(port, ''), `down: connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});

const grpcJs = installNodeGrpc();

describe('grpc, asked of a server in JavaScript', { skip: grpcJs === undefined ? 'LACKING grpc-js: npm could not install it' : false }, async () => {
  if (grpcJs === undefined) return;
  const { port, signal, said: logged } = await startNodeGrpc(grpcJs);

  for (const [query, wanted] of [['', 'up: SERVING'], ['up', 'up: SERVING'], ['down', 'down: NOT_SERVING'], ['unknown', 'down: UNKNOWN']] as const) {
    it(`answers "${query}" with ${wanted}`, async () => assert.equal(await said(port, query), wanted));
  }

  it('answers nobody with NOT_FOUND', async () => assert.match(await said(port, 'nobody'), /^down: NOT_FOUND/));

  it('sees a status that changes', async () => {
    signal('SIGUSR2');
    await logged('changed');
    assert.equal(await said(port, 'up'), 'down: NOT_SERVING');
  });
});
