import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, it } from 'node:test';
import { ActivationError, takeSockets } from '../lib/activation.ts';
import { openConnection } from './support/connection.ts';
import { temporaryFolder } from './support/folder.ts';
import { HACTL, hactl } from './support/hactl.ts';
import { activated, heldSockets } from './support/held-sockets.ts';
import { lacking } from './support/programs.ts';
import { ask, exchange } from './support/request.ts';
import { freePort } from './support/service.ts';

const PID = 4711;
const variables = (count: string, names?: string): Record<string, string> => ({ LISTEN_PID: String(PID), LISTEN_FDS: count, ...(names === undefined ? {} : { LISTEN_FDNAMES: names }) });

describe('the sockets that a process was given', () => {
  const TAKEN: readonly (readonly [string, Record<string, string>, unknown])[] = [
    ['are for HTTP where they have no names', variables('2'), { http: [3, 4], agent: [] }],
    ['are told apart by their names', variables('4', 'http:agent:agent:http'), { http: [3, 6], agent: [4, 5] }],
    ['may be those of the agent alone', variables('1', 'agent'), { http: [], agent: [3] }],
    ['are none where nothing is said', {}, undefined],
    ['are none where LISTEN_PID is missing', { LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' }, undefined],
    ["are none where they are another process's", { ...variables('1', 'http'), LISTEN_PID: '1' }, undefined],
    ["are none where they are another process's, whatever is said of them", { ...variables('x', 'y'), LISTEN_PID: '47110' }, undefined],
    ['are none where there are 0', variables('0'), undefined],
    ['are none where LISTEN_FDS is missing', { LISTEN_PID: String(PID) }, undefined],
  ];
  for (const [what, env, expected] of TAKEN) {
    it(`${what}, and the variables are gone`, () => {
      const environment: Record<string, string | undefined> = { ...env, PATH: '/bin' };
      assert.deepEqual(takeSockets(environment, PID), expected);
      assert.deepEqual(environment, { PATH: '/bin' });
    });
  }

  const REFUSED: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['by any other name', variables('2', 'http:hacheck.socket'), /^a socket was given by the name hacheck\.socket: its unit must say FileDescriptorName=http, or agent$/],
    ['without a name among names', variables('2', 'http:'), /by the name : its unit must say FileDescriptorName=/],
    ['in another number than that of the names', variables('2', 'http'), /^LISTEN_FDS=2, but LISTEN_FDNAMES=http has 1$/],
    ['in no number', variables('x'), /^LISTEN_FDS=x is no number of sockets$/],
    ['in a negative number', variables('-1', 'http'), /^LISTEN_FDS=-1 is no number of sockets$/],
    ['in an impossible number', variables('10000'), /^LISTEN_FDS=10000 is no number/],
  ];
  for (const [what, env, message] of REFUSED) {
    it(`are refused ${what}, and the variables are gone`, () => {
      const environment: Record<string, string | undefined> = { ...env };
      assert.throws(() => takeSockets(environment, PID), (error) => error instanceof ActivationError && message.test(error.message));
      assert.deepEqual(environment, {});
    });
  }
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /gm;
const SERVE = [process.execPath, HACTL, 'serve', '--spool-root'];

async function datagram(port: number): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<unknown>((resolve) => socket.send('web', port, '127.0.0.1', resolve));
  socket.close();
}

describe('hactl serve with sockets that were given', { skip: lacking('systemd-socket-activate'), timeout: 60_000 }, () => {
  it('answers on them, says so, and opens no port of its own', async () => {
    const [port, agentPort] = [await freePort(), await freePort()];
    const words = ['--port', String(port), '-B', '127.0.0.2', '--agent-port', String(agentPort), '--agent-admin'];
    const { ports: [http = 0, agent = 0], log } = await heldSockets(['http', 'agent'], words);
    assert.equal(await exchange(agent, 'web\n'), 'ready up\n');
    assert.deepEqual((JSON.parse((await ask(http, '/status')).body) as { agent: unknown }).agent, { port: agent, admin: true });
    for (const [at, host] of [[port, '127.0.0.2'], [port, '127.0.0.1'], [agentPort, '127.0.0.2']] as const) await assert.rejects(exchange(at, '', host), { code: 'ECONNREFUSED' });
    const lines = log().replaceAll(TIME, '');
    assert.match(lines, new RegExp(` is ready on http://127\\.0\\.0\\.1:${http}, agent 127\\.0\\.0\\.1:${agent}, spool `));
    assert.equal(lines.match(/^.*opens nothing.*$/gm)?.join(), '--port, --bind-address, --agent-port: opens nothing, for the sockets were given; with systemd, ListenStream= of their units says where');
    assert.doesNotMatch(lines, /without --agent-port/);
  });

  it('takes those without a name for HTTP, says nothing of options that were not given, and leaves the sockets when it ends', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const held = activated([`127.0.0.1:${one}`, `127.0.0.1:${two}`], undefined, [...SERVE, temporaryFolder()]);
    await held.said('as 4.\n');
    for (const port of [one, two]) assert.equal((await ask(port, '/spool/web/0')).status, 200);
    assert.equal((JSON.parse((await ask(two, '/status')).body) as { agent: unknown }).agent, null);
    held.signal('SIGTERM');
    assert.deepEqual(await held.ended, [0, null]);
    assert.match(held.log().replaceAll(TIME, ''), new RegExp(
      `\\nhacheck [0-9.]+ is ready on http://127\\.0\\.0\\.1:${one}, http://127\\.0\\.0\\.1:${two}, spool [^\\n]*\n`
      + 'SIGTERM: checks under way get their verdict; the sockets are left to the next daemon\n$'));
  });

  it('opens its ports where the sockets are for another process', async () => {
    const env = { LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' };
    const { code, stderr } = await hactl(['serve', '-p', '0', '-B', '192.0.2.1', '--spool-root', temporaryFolder()], { env });
    assert.equal(code, 3);
    assert.match(stderr, /^hactl: cannot listen on 192\.0\.2\.1 /);
  });

  const MUST = 'its unit must say ListenStream= with a port, and Accept=no';
  const WRONG: readonly (readonly [string, (port: number) => readonly string[], string | undefined, readonly string[], string])[] = [
    ['by another name', (port) => [`127.0.0.1:${port}`], 'web', [], 'a socket was given by the name web: its unit must say FileDescriptorName=http, or agent'],
    ['that takes datagrams', (port) => [`127.0.0.1:${port}`], 'http', ['--datagram'], `descriptor 3 is no TCP socket that listens (EINVAL): ${MUST}`],
    ['of a path, beside a right one', (port) => [`127.0.0.1:${port}`, `${temporaryFolder()}/socket`], 'http:agent', [], `descriptor 4 is no TCP socket that listens: ${MUST}`],
  ];
  for (const [what, listen, names, options, message] of WRONG) {
    it(`exits 3 with one line for one ${what}`, async () => {
      const port = await freePort();
      const places = listen(port);
      const server = activated(places, names, [...SERVE, temporaryFolder(), '-p', '0'], options);
      await server.said(`as ${2 + places.length}.\n`);
      await (options.length > 0 ? datagram(port) : openConnection(port));
      assert.deepEqual(await server.ended, [3, null]);
      await server.said(`\nhactl: ${message}\n`).catch(() => assert.fail(server.log()));
    });
  }
});
