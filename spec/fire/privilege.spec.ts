// What a daemon opens, makes and connects to while it serves, system call by system call.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { HACTL, hactl, ready } from '../support/hactl.ts';
import { ask, exchange } from '../support/request.ts';
import { freePort, httpService } from '../support/service.ts';
import { lackingStrace } from '../support/strace.ts';

const CALLS = ['open', 'openat', 'creat', 'connect', 'bind', 'unlink', 'unlinkat', 'rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'link', 'symlink', 'chmod', 'fchmod', 'chown', 'truncate', 'ftruncate', 'execve', 'mknod', 'write'];
const PROTOCOLS = ['http', 'https', 'tcp', 'mysql', 'postgres', 'redis', 'smtp', 'grpc', 'haproxy'];

/** The lines of a trace from where the daemon was ready on, without what it writes to sockets, to its log, and from thread to thread, and Node 18's look at the time zone. */
function served(trace: string): string[] {
  const lines = trace.split('\n').map((line) => line.replace(/^\d+ +/, ''));
  const start = lines.findIndex((line) => line.startsWith('write(') && line.includes('is ready on'));
  assert.ok(start > 0, 'not ready in the trace');
  return lines.slice(start + 1).filter((line) => /^[a-z]/.test(line) && !line.includes('"/etc/localtime", O_RDONLY') && !/^write\((?:2<|\d+<(?:TCP|TCPv6|anon_inode|pipe))/.test(line));
}

describe('a daemon that serves', { skip: lackingStrace(), timeout: 60_000 }, () => {
  it('opens nothing but marks, /proc and what was configured, to read; writes nothing; and connects to loopback alone', async () => {
    const [folder, agentPort] = [temporaryFolder(), await freePort()];
    const [spool, trace, token] = [join(folder, 'spool'), join(folder, 'trace'), join(folder, 'token')];
    writeFileSync(token, 'secret-token\n');
    const service = await httpService((_request, response) => void response.end('fine'));
    await hactl(['down', 'api', '--spool-root', spool]);
    const serve = ['serve', '-p', '0', '-B', '127.0.0.1', '--agent-port', String(agentPort), '--spool-root', spool, '--token-file', token, '--remote-spool', '--cache-time', '0.5', '--timeout', '1', '-v'];
    const child = spawn('strace', ['-f', '-qq', '-yy', '-s', '100', '-o', trace, '-e', `trace=${CALLS.join(',')}`, process.execPath, HACTL, ...serve], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
    after(() => void child.kill('SIGKILL'));
    const daemon = await ready(child);
    const pid = (JSON.parse((await ask(daemon.port, '/status')).body) as { pid: number }).pid;
    for (const protocol of PROTOCOLS) await ask(daemon.port, `/${protocol}/web/${service.port}/`);
    for (const name of ['web', 'api', 'localhost', 'no.such.host.example']) await ask(daemon.port, `/spool/${name}/0`);
    for (const page of ['/', '/status', '/metrics', '/balancers', '/recent', '/status/count', '/nonsense']) await ask(daemon.port, page, { headers: ['Accept: */*'] });
    for (const line of ['api\n', `/http/web/${service.port}/\n`, 'nonsense/\n']) await exchange(agentPort, line);
    await exchange(daemon.port, 'POST /spool/web/0 HTTP/1.1\r\nAuthorization: Bearer wrong-token\r\nContent-Length: 11\r\n\r\nstatus=down');
    process.kill(pid, 'SIGHUP');
    await daemon.said('SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    process.kill(pid, 'SIGTERM');
    await daemon.ended;
    const lines = served(readFileSync(trace, 'utf8'));
    const allowed = [
      (line: string) => line.includes(`"${spool}`) && line.includes('O_RDONLY') && !line.includes('O_CREAT'),
      (line: string) => /^openat\(AT_FDCWD[^,]*, "\/proc\/(?:self\/|net\/tcp)/.test(line) && line.includes('O_RDONLY'),
      (line: string) => line.includes(`"${token}"`) && line.includes('O_RDONLY'),
      (line: string) => /^connect\(.*(?:inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1")/.test(line),
    ];
    // Node 24's own library asks once how fast the processors are, when two of its threads first want the same lock.
    const ofNode = (line: string): boolean => /^openat\(AT_FDCWD[^,]*, "\/sys\/devices\/system\/cpu\//.test(line) && line.includes('O_RDONLY');
    assert.deepEqual(lines.filter((line) => !allowed.some((is) => is(line)) && !ofNode(line)), []);
    for (const is of allowed) assert.ok(lines.some(is), String(is));
  });
});
