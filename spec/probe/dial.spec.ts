import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProbes } from '../../lib/probe/index.ts';
import { probeHttp } from '../../lib/probe/http.ts';
import { probeTcp } from '../../lib/probe/tcp.ts';
import { answering, closed, endedAt, failed, probed, said, targetAt, unburdened, unlistened, within } from '../support/probing.ts';
import { NO_LOGINS } from '../support/daemon.ts';
import { lacking } from '../support/programs.ts';
import { freePort, started, type Service } from '../support/service.ts';

const PROBES = createProbes(NO_LOGINS);
const HERE = fileURLToPath(new URL('../..', import.meta.url));
const NO_IPV6 = Object.values(networkInterfaces()).flat().some((each) => each?.address === '::1') ? false : 'LACKING ::1: this machine has no IPv6 loopback';

/** An HTTP service on one address, which answers with the same words to all. */
function httpOn(host: string, body: string, port = 0): Promise<Service> {
  return started(createServer((_request, response) => response.end(body)), host, port);
}

describe('dial: localhost is 127.0.0.1, and ::1 where 127.0.0.1 refuses', () => {
  it('names the refusal of 127.0.0.1 where both refuse', async () => {
    const port = await freePort();
    for (const probe of PROBES.values()) {
      const left = unburdened();
      const verdict = await probed(probe, port);
      assert.deepEqual(said(verdict), failed(`connect ECONNREFUSED 127.0.0.1:${port}`));
      await unlistened(verdict.signal);
      await left();
    }
  });

  it('finds a service that is on ::1 alone', { skip: NO_IPV6 }, async () => {
    const service = await httpOn('::1', 'six', await freePort());
    const { status, body, signal } = await probed(probeHttp, service.port);
    assert.deepEqual({ status, body }, { status: 200, body: 'six' });
    assert.match((await probed(probeTcp, service.port)).reason, new RegExp(`^connected to \\[::1\\]:${service.port} in \\d+\\.\\d ms$`));
    await closed(service);
    await unlistened(signal);
  });

  it('names ::1 where the service on it fails', { skip: NO_IPV6 }, async () => {
    const service = await started(createTcpServer((socket) => socket.once('data', () => socket.end('garbage'))), '::1');
    const { reason } = await probed(probeHttp, service.port);
    assert.ok(reason.startsWith(`no HTTP from [::1]:${service.port}: `), reason);
    await closed(service);
  });

  it('asks 127.0.0.1 where a service is on both', { skip: NO_IPV6 }, async () => {
    const six = await httpOn('::1', 'six');
    const four = await httpOn('127.0.0.1', 'four', six.port);
    assert.equal((await probed(probeHttp, four.port)).body, 'four');
    assert.equal(six.connections(), 0);
  });

  it('does not go on to ::1 where 127.0.0.1 takes the connection and fails later', { skip: NO_IPV6 }, async () => {
    const six = await httpOn('::1', 'six');
    await started(createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())), '127.0.0.1', six.port);
    assert.equal((await probed(probeHttp, six.port)).reason, `ECONNRESET from 127.0.0.1:${six.port}`);
    assert.equal(six.connections(), 0);
  });

  // A socket that connects to a port of the range from which its own is chosen, and gets that very one, is connected to itself
  // (TCP's simultaneous open). In a network of its own, with a range of two ports, that is no rare chance.
  it('takes no connection of a socket with itself for a service', { skip: lackingNetwork() }, () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import { createProbes } from './lib/probe/index.ts';
      for (const [name, probe] of createProbes(${JSON.stringify(NO_LOGINS)})) {
        const { reason } = await probe({ protocol: name, port: 40000, query: '', headers: [] }, new AbortController().signal);
        console.log(reason);
      }
      // A port left in TIME_WAIT would be refused to its service for a minute.
      for (const table of ['tcp', 'tcp6']) if (readFileSync('/proc/net/' + table, 'latin1').includes(':9C40')) console.log(table, 'still holds port 40000');`;
    const network = 'ip link set lo up && echo "40000 40001" > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"';
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', network, 'sh', ...node], { cwd: HERE, encoding: 'utf8', timeout: 20_000 });
    assert.equal(stdout, 'connect ECONNREFUSED 127.0.0.1:40000\n'.repeat(PROBES.size), stderr);
  });
});

describe('dial: the deadline', () => {
  it('is one for connecting, too', { skip: process.platform === 'linux' ? false : 'LACKING Linux: elsewhere a full backlog refuses' }, async () => {
    const { port, fillers } = await fullBacklog();
    const left = unburdened();
    for (const probe of PROBES.values()) {
      const verdict = await probed(probe, port, { deadline: 200 });
      assert.deepEqual(said(verdict), failed(`timed out after 0.2 s connecting to 127.0.0.1:${port}`));
      endedAt(200, verdict);
      await unlistened(verdict.signal);
    }
    await left();
    for (const filler of fillers) filler.destroy();
  });

  it('may have passed already: then nobody is called', async () => {
    const service = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    for (const probe of PROBES.values()) {
      const left = unburdened();
      const signal = AbortSignal.abort(new Error('timed out after 0 s'));
      const { state, reason } = await within(5000, 'no verdict', probe(targetAt(service.port), signal));
      assert.deepEqual({ state, reason }, { state: 'down', reason: `timed out after 0 s connecting to 127.0.0.1:${service.port}` });
      await unlistened(signal);
      await left();
    }
    assert.equal(service.connections(), 0);
  });

  it('may have passed between two phases: each probe has a verdict and no socket', async () => {
    for (const [name, probe] of PROBES) {
      const deadline = new AbortController();
      const service = await started(createTcpServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.on('end', () => socket.end()).resume();
      }));
      const verdict = probe({ ...targetAt(service.port), protocol: name }, deadline.signal);
      // As soon as the service has the connection: before, while or after the probe has it, too.
      while (service.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
      deadline.abort(new Error('timed out after 1 s'));
      const { reason } = await within(5000, `no verdict of ${name}`, verdict);
      assert.match(reason, /^(timed out after 1 s (connecting to |waiting for (TLS of |the headers of |an answer \())|connected to )127\.0\.0\.1:/);
      await closed(service);
      await unlistened(deadline.signal);
    }
  });
});

/** A port whose listener takes nobody on, because its process has been stopped, and with whose backlog some sockets have been filled. */
async function fullBacklog(): Promise<{ port: number; fillers: Socket[] }> {
  const script = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(() => child.kill('SIGKILL'));
  const [said] = (await within(10_000, 'the listener did not start', once(child.stdout, 'data'))) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(said.toString());
  const fillers = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }));
  let open = 0;
  await within(5000, 'the backlog takes nobody', new Promise<void>((resolve) => {
    for (const filler of fillers) {
      filler.on('error', () => undefined);
      filler.on('connect', () => {
        open += 1;
        if (open === 2) resolve();
      });
    }
  }));
  return { port, fillers };
}

/** What a spec that needs a network of its own passes as `skip`. */
function lackingNetwork(): string | false {
  const missing = lacking('unshare', 'ip');
  if (missing !== false) return missing;
  return spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0 ? false : 'LACKING a network of its own: unshare -n needs root';
}
